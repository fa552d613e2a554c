"""What rectification announces: acts on items of the ledger, without anybody's words."""

from datetime import date
from uuid import UUID

from kernel.roles import May
from kernel.sharing.events import Data, EventType, Payload, Towards
from services.rectification.vocabulary import Act, ItemState


class ItemActed(Payload):
    """Something was done with an item of the ledger."""

    item_id: UUID
    number: int
    """Of the act in the item's history, from 1."""
    act: Act
    state: ItemState
    """The item's, after it."""
    on: date
    category: int
    division: str
    agencies: list[str]
    """Whose rows it speaks of; to a bank or insurer its own code only."""


class SampleRecorded(Payload):
    """A sample of contracts was recorded; it is read at /v1/rectification/samples."""

    sample_id: UUID
    agency: str
    name: str
    source: str
    source_version: int


def _item(towards: Towards, data: Data) -> Data:
    if not towards.is_partner:
        return data
    return {**data, "agencies": [a for a in data["agencies"] if a == towards.caller.agency]}


EVENTS = (
    EventType("item.acted", ItemActed, May.ITEMS_READ, tell=_item),
    EventType("sample.recorded", SampleRecorded, May.SAMPLES_WRITE, personal=("contract_nos",)),
    EventType(
        "screening.requested",
        personal=("contracts",),
        says="A run was asked for, and names the positions that its judges must have reached.",
    ),
)
