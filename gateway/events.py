"""What the gateway announces, and where its snapshots find it.

Who takes part, of which all are told; and endpoints of webhooks that it disabled, of which their
agency is told.
"""

from datetime import date, datetime
from uuid import UUID

from gateway.webhooks.vocabulary import DISABLED, Because
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


class WebhookEndpointDisabled(Payload):
    """The exchange disabled an endpoint. Its agency may enable it again; nothing is lost."""

    endpoint_id: UUID
    agency: str
    because: Because
    failing_since: datetime | None
    """Since when it had taken nothing."""


EVENTS = (
    EventType("agency.recorded", AgencyRecorded, May.AGENCIES_READ, everyone=True),
    EventType(DISABLED, WebhookEndpointDisabled, May.WEBHOOKS_READ, to_sender=True),
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
