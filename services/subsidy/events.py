"""What the subsidy service announces: to a bank its own claims, to offices their counties'."""

from datetime import date
from uuid import UUID

from kernel.roles import May
from kernel.sharing.announced import JUDGED
from kernel.sharing.events import EventType, Payload
from services.subsidy.vocabulary import MOVES, SubsidyClaimState


class PaymentRecorded(Payload):
    """What a treasury paid on a loan."""

    payment_id: UUID
    agency: str
    """The finance bureau."""
    payment_no: str
    county: str
    bank: str
    contract_no: str
    period_start: date
    period_end: date
    """The first day after it."""
    amount: str
    paid_on: date
    source_version: int


class SubsidyClaimMoved(Payload):
    """A subsidy claim was moved on, as the type says."""

    claim_id: UUID
    agency: str
    """The bank."""
    county: str
    state: SubsidyClaimState
    on: date
    approved_amount: str | None


EVENTS = (
    EventType(
        "payment.recorded",
        PaymentRecorded,
        May.PAYMENTS_READ,
        personal=("loan_id", "payment_no", "contract_no"),
    ),
    *[
        EventType(f"subsidy-claim.{act.replace('-', '_')}", SubsidyClaimMoved, May.SUBSIDY_READ)
        for act in MOVES
    ],
    *JUDGED,
)
