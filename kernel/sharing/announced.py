"""What every service announces besides its own: declarations, refused rows, readers, judgements."""

from datetime import date
from uuid import UUID

from kernel.access_log import RECORDED
from kernel.roles import May
from kernel.sharing.events import EventType, Payload
from kernel.sharing.snapshots import Source


class DeclarationFiled(Payload):
    """An agency said that what it pushed of one kind is everything, for some days and a place."""

    declaration_id: UUID
    kind: str
    """A resource's name, such as contracts."""
    agency: str
    division: str | None
    """Left out: everywhere the agency serves."""
    valid_from: date
    valid_to: date
    """The first day no longer covered."""
    rows: int
    control_total: str | None


class PendingRejected(Payload):
    """A row that waited for a person, contract or policy was dropped. Its sender alone hears it."""

    agency: str
    resource: str
    code: str
    """not-in-scope, unknown-parent, or why the row was refused when its turn came."""


# Whoever may read findings may know what they rest on, and so what is missing.
EVERYWHERE = (
    EventType("declaration.filed", DeclarationFiled, May.FINDINGS_READ, overlapping=True),
    EventType("pending.rejected", PendingRejected, May.FINDINGS_READ, to_sender=True),
    EventType("feed.read", says="A bank or insurer read something shared, first on a day."),
    EventType(
        RECORDED,
        personal=("household_key", "person_keys"),
        says="Names or numbers were shown to somebody, under a purpose.",
    ),
    EventType("write.ended", says="The end of a write of which nothing else was announced."),
)
"""What any service announces."""

DECLARATIONS = Source(
    ("declaration.filed",),
    "declaration",
    "declaration_id",
    """
    select 'declaration.filed' as type, null::uuid as household_key, agency, division,
           array_agg(division_lo) as places, json_build_object(
               'declaration_id', declaration_id, 'kind', kind, 'agency', agency,
               'division', division, 'lo', json_agg(division_lo), 'hi', json_agg(division_hi),
               'valid_from', valid_from, 'valid_to', valid_to, 'rows', rows,
               'control_total', control_total::text) as data
    from {rows}
    group by declaration_id, kind, agency, division, valid_from, valid_to, rows, control_total
    """,
    where="service = current_schema()",
    places="t.places",
)
"""Where a snapshot of any service finds its own declarations."""

JUDGED = (
    EventType(
        "finding.raised",
        personal=("household_key", "household_no", "person_key", "figures"),
        says="A judge found a condition not met or undetermined. Read findings at "
        "/v1/rectification/findings once their screening is closed.",
    ),
    EventType("screening.judged", says="A service has judged its part of a screening."),
)
"""What a service that judges announces."""
