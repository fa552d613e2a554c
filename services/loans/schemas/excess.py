"""What a loan's interest cost more than law allows, line by line, and what of it is still owed."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from kernel.money import Rate, SignedYuan, Yuan
from services.loans.schemas.eligibility import FactsAt
from services.loans.vocabulary import AccountKind, Bearer, Product, RefundCause, RefundTarget


class MeasuredLine(BaseModel):
    """An interest line and the reference interest of its days.

    `charged` is what counts of `amount`: all of it, but of a line that reaches past the day asked
    about at an ordinary rate the share of its days before. A day billed twice has its reference
    once. `reference` and `difference` are blank where no reference is known.
    """

    line_no: str
    period_start: date
    period_end: date
    settled_on: date
    borne_by: Bearer
    account_kind: AccountKind | None
    amount: Yuan
    charged: Yuan
    reference: Yuan | None
    difference: SignedYuan | None


class ExcessTotals(BaseModel):
    """Sums of the lines. One bearer's negative share does not lessen another's."""

    line_count: int
    charged: Yuan
    reference: Yuan | None
    excess: SignedYuan | None
    tolerance: Yuan | None
    household_share: SignedYuan | None
    treasury_share: SignedYuan | None
    bank_share: SignedYuan | None


class CountedRefund(BaseModel):
    """A refund; `counts` says whether its cause is that of this loan's excess."""

    refund_no: str
    paid_on: date
    amount: Yuan
    cause: RefundCause
    to: RefundTarget
    baseline_rate: Rate | None
    counts: bool


class Owed(BaseModel):
    """What each bearer is still owed, as LOAN-32 counts. The bank owes itself nothing."""

    household: Yuan
    treasury: Yuan
    total: Yuan


class InterestOfContract(BaseModel):
    """The NORMAL interest lines of a loan against the law's reference, as of a day.

    `rule_id` says by which rule: LOAN-30 measures a poverty loan at the contract's own rate of each
    day, LOAN-31 an ordinary loan at the policy rate, `baseline_rate`. Nothing is owed where it is
    met; where it is undetermined, `owed` is blank. Other products are measured by neither.
    """

    loan_id: UUID
    agency: str
    contract_no: str
    product: Product
    as_of: date
    rule_id: Literal["LOAN-30", "LOAN-31"] | None
    verdict: Literal["met", "not_met", "undetermined"] | None
    baseline_rate: Rate | None
    lines: list[MeasuredLine]
    totals: ExcessTotals
    refunds: list[CountedRefund]
    owed: Owed | None
    engine_version: int
    law_version: str
    facts: dict[str, FactsAt]
    """How far the copies of neighbours' facts are that the verdict may rest on."""
