"""What loans announces. A bank hears of its own loans, an office of those in its divisions."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from kernel.roles import May
from kernel.sharing.announced import JUDGED
from kernel.sharing.events import EventType, Payload, with_ref
from services.loans.vocabulary import (
    Bearer,
    LineKind,
    LoanKind,
    Product,
    RefundCause,
    RefundTarget,
    Settlement,
)


class RateChange(Payload):
    """A rate that holds from a day on."""

    from_: date = Field(alias="from")
    annual_rate: str


class ContractRecorded(Payload):
    """A loan as its bank last reported it."""

    loan_id: UUID
    subject_ref: str
    """The borrower, as `person_ref` in other answers."""
    agency: str
    """The bank."""
    contract_no: str
    division: str
    """Of the branch."""
    kind: LoanKind
    parent_contract_no: str | None
    product: Product
    principal: str
    annual_rate: str
    rate_changes: list[RateChange] | None
    settlement: Settlement
    signed_on: date
    disbursed_on: date
    matures_on: date
    balance: str
    overdue_principal: str
    overdue_since: date | None
    five_class: int
    closed_on: date | None
    converted_to: str | None
    converted_on: date | None
    as_at: date
    source_version: int


class OfLoan(Payload):
    """Something that happened to a loan."""

    loan_id: UUID
    source_version: int


class ContractVoided(Payload):
    """A loan that its bank took back: it never was. Forget what was told of it."""

    loan_id: UUID
    agency: str
    contract_no: str
    voided_on: date


class InterestLineRecorded(OfLoan):
    """Interest that was billed for a period."""

    line_no: str
    kind: LineKind
    period_start: date
    period_end: date
    """The first day after it."""
    amount: str
    settled_on: date
    borne_by: Bearer


class RepaymentRecorded(OfLoan):
    """Money that was paid back."""

    repayment_no: str
    principal: str
    interest: str
    penalty: str
    paid_on: date


class RefundRecorded(OfLoan):
    """Money that the bank gave back."""

    refund_no: str
    amount: str
    paid_on: date
    cause: RefundCause
    to: RefundTarget


def _of_loan(name: str, payload: type[Payload], *personal: str) -> EventType:
    return EventType(name, payload, May.CONTRACTS_READ, personal=("loan_id", *personal))


_PERSON: tuple[Any, ...] = ("person_key", "name_key", "publicity_name")

EVENTS = (
    EventType(
        "contract.recorded",
        ContractRecorded,
        May.CONTRACTS_READ,
        tell=with_ref("person_key"),
        personal=(*_PERSON, "contract_no", "parent_contract_no", "loan_id", "terms_digest"),
    ),
    _of_loan("contract.voided", ContractVoided, "contract_no"),
    _of_loan("interest-line.recorded", InterestLineRecorded, "line_no"),
    _of_loan("repayment.recorded", RepaymentRecorded, "repayment_no"),
    _of_loan("refund.recorded", RefundRecorded, "refund_no"),
    *JUDGED,
)
