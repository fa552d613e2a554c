"""What the gateway announces, and where its snapshots find it: who takes part. All are told."""

from datetime import date
from uuid import UUID

from gateway.webhooks.events import DISABLED
from kernel.roles import AgencyType, May
from kernel.sharing.events import EventType, Payload
from kernel.sharing.snapshots import Source


class AgencyRecorded(Payload):
    """An agency as it is on record from now on."""

    code: str
    name: str
    agency_type: AgencyType
    divisions: list[str]
    parent: str | None
    valid_from: date | None
    valid_to: date | None


class EndpointDisabled(Payload):
    """A webhook endpoint was disabled: it answered 410, or took nothing for 120 hours."""

    endpoint_id: UUID
    because: str


EVENTS = (
    EventType("agency.recorded", AgencyRecorded, May.AGENCIES_READ, everyone=True),
    EventType(DISABLED, EndpointDisabled, May.WEBHOOKS_READ, to_sender=True),
)

SOURCES = (
    Source(
        ("agency.recorded",),
        "agency",
        "agency_id",
        """
        select 'agency.recorded' as type, null::uuid as household_key, code as agency,
               null::text as division, json_build_object(
                   'code', code, 'name', name, 'agency_type', agency_type, 'divisions', divisions,
                   'parent', parent, 'valid_from', valid_from, 'valid_to', valid_to) as data
        from {rows}
        """,
    ),
)
