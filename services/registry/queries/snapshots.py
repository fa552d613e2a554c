"""Where snapshots of the registry find what its events tell."""

from kernel.sharing.snapshots import Source
from services.registry.queries import households, needs

SOURCES = (
    Source(
        ("household.recorded",),
        "household_report",
        "household_key",
        households.TOLD,
        where="superseded_at is null and counts_to = date 'infinity'",
        places="t.places",
    ),
    Source(("need.recorded",), "need", "id", needs.TOLD),
)
