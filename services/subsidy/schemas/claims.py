"""What is done with a claim, and how it is shown."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.fields import AgencyNumber, BusinessDate, Line, Part
from kernel.money import PositiveYuan, SignedYuan
from services.subsidy.vocabulary import SubsidyClaimState


class ClaimActIn(BaseModel):
    """An act of an officer or bank."""

    model_config = ConfigDict(extra="forbid")

    on: BusinessDate | None = None
    """The day of the act; today if left out, never in the future."""
    note: Line | None = None


class ReasonedActIn(ClaimActIn):
    """An act that needs a reason."""

    reason: Line


class RejectLinesIn(ReasonedActIn):
    """Lines that are not to be paid."""

    lines: Annotated[list[AgencyNumber], Field(min_length=1, max_length=2000)]
    """Their `line_no`."""


class PayIn(ClaimActIn):
    """The payments that answer a claim; left out, one is made for each line."""

    payments: Annotated[list[AgencyNumber], Field(max_length=5000)] | None = None
    """`payment_no` of payments that the bureau has pushed."""


class NamedRefund(Part):
    """A refund that the bank has pushed."""

    contract_no: AgencyNumber
    refund_no: AgencyNumber


class PassThroughIn(ClaimActIn):
    """By which refunds the subsidy reached the households. Amounts stand on the refunds."""

    refunds: Annotated[list[NamedRefund], Field(max_length=5000)] = Field(default_factory=list)


class ClawBackIn(ReasonedActIn):
    """What the bank has to give back to the treasury."""

    amount: PositiveYuan


class LineFinding(BaseModel):
    """What law says of a claim line: a condition not met, or one that cannot be told."""

    rule_id: str
    verdict: str
    wording: dict[str, str]
    missing: list[str]
    citation: str
    certainty: str


class ClaimLineOut(BaseModel):
    """A line of a claim: what was asked for, and what the automatic check made of it."""

    line_no: str
    contract_no: str
    period_start: date
    period_end: date
    base: Decimal
    amount: Decimal
    """Theirs: what the bank claims."""
    ours: Decimal | None
    """What the treasury owes by our reckoning; none before the check, or if it cannot be told."""
    difference: SignedYuan | None
    """Theirs less ours."""
    claimed_on: date
    rejected_because: str | None
    findings: list[LineFinding] | None
    """None before the check."""


class ActOut(BaseModel):
    """An act of a claim's history."""

    act: str
    state: SubsidyClaimState
    on: date
    agency: str
    by: str | None
    """The officer's or client's stable id; a bank does not see other agencies'."""
    said: dict[str, Any]
    recorded_at: str


class SubsidyClaimOut(BaseModel):
    """A claim as it stands."""

    claim_id: UUID
    agency: str
    claim_no: str
    county: str
    period_start: date
    period_end: date
    state: SubsidyClaimState
    possible: list[str]
    """What can be done with it now, by whoever may."""
    payee: str | None
    """To whom the county pays: the loan's account at the lender, or the household."""
    amount: Decimal
    """The sum of its lines that were not rejected."""
    claimed: Decimal
    """The sum of all its lines."""
    approved_amount: Decimal | None
    clawed_back: Decimal
    checked_on: date | None
    publicised_on: date | None
    lines: list[ClaimLineOut]
    history: list[ActOut]
    source_version: int


class PublicityLine(BaseModel):
    """All that a publicity list may say of anybody."""

    name: str
    village: str
    amount: Decimal


class PublicityList(BaseModel):
    """What is hung out for everybody to see: name, village, amount, and nothing else."""

    items: list[PublicityLine]
