"""Incidents: what happened to people, as the offices of their places push it."""

from collections.abc import Mapping
from typing import Any

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.people import born_on
from kernel.roles import May
from services.insurance.queries.pushes import incidents as pushes
from services.insurance.schemas.pushed import IncidentIn, IncidentOut
from services.insurance.tables import Incident


def _columns(push: Push, incident: IncidentIn) -> dict[str, Any]:
    return {
        **incident.model_dump(exclude={"source_version", "id_number", "name"}),
        "person_key": push.keys.person_key(incident.id_number),
        "name_key": push.keys.name_key(incident.name),
        "born_on": born_on(incident.id_number),
    }


async def _resolve(push: Push) -> None:
    """An office writes of people of its households; whom nobody knows yet is waited for."""
    lo, hi = spans(push.caller.divisions)
    await push.session.execute(pushes.PLACE_INCIDENT)
    await push.session.execute(pushes.WAITS_FOR_PERSON)
    await push.session.execute(pushes.NOT_YOURS, {"lo": lo, "hi": hi})


async def _announce(push: Push) -> None:
    await push.session.execute(pushes.ANNOUNCE_INCIDENTS)


INCIDENTS = Resource(
    name="incidents",
    thing="incident",
    model=IncidentIn,
    table=table_of(Incident),
    number=("agency", "incident_no"),
    write=May.INCIDENTS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_announce,
    rejections={
        "not-your-division": Rejection(
            "/id_number", "This person's household is not in a division that the agency serves."
        ),
    },
)


def _shown(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> IncidentOut:
    ref = keys.subject_ref(caller.agency, row["person_key"])
    return IncidentOut.model_validate({**row, "person_ref": ref, "village_code": row["division"]})


INCIDENTS_SHOWN = Reads(
    table=table_of(Incident),
    out=IncidentOut,
    may=May.INCIDENTS_READ,
    filters=("agency", "incident_no", "kind", "on", "division"),
    show=_shown,
)
