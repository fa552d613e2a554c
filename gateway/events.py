"""What the gateway announces: who takes part. Everybody is told."""

from datetime import date

from kernel.roles import AgencyType, May
from kernel.sharing.events import EventType, Payload


class AgencyRecorded(Payload):
    """An agency as it is on record from now on."""

    code: str
    name: str
    agency_type: AgencyType
    divisions: list[str]
    parent: str | None
    valid_from: date | None
    valid_to: date | None


EVENTS = (EventType("agency.recorded", AgencyRecorded, May.AGENCIES_READ, everyone=True),)
