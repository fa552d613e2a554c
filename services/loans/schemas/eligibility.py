"""What is asked and answered about eligibility."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, BusinessDate, Part
from kernel.money import PositiveYuan, Rate, SignedYuan
from kernel.people import IdNumber, PersonName
from services.loans.schemas.pushed import ActualUser
from services.loans.vocabulary import (
    Guarantee,
    LoanKind,
    LoanPurpose,
)


class EligibilityIn(Part):
    """May this person borrow this much for this on this day?"""

    name: PersonName
    id_number: IdNumber
    amount: PositiveYuan
    term_months: Annotated[int, Field(ge=1, le=360)]
    annual_rate: Rate | None = None
    """Left out: the policy rate of the day, so that LOAN-14 asks for no more."""
    kind: LoanKind
    purpose: LoanPurpose
    actual_user: ActualUser | None = None
    """Left out: the household itself."""
    guarantee: Guarantee = Guarantee.NONE
    bank: AgencyCode | None = None
    """The caller's own if the caller is a bank."""
    branch_division: DivisionCode | None = None
    """Left out: the county of the household."""
    wish_signed_on: date | None = None
    parent_contract_no: AgencyNumber | None = None
    attested: list[Literal["LOAN-05", "LOAN-15", "LOAN-16", "LOAN-17"]] = Field(
        default_factory=list
    )
    as_of: BusinessDate | None = None
    """The day asked about, today or earlier; left out: today."""
    reserve: bool = False
    """Hold the amount under the household's cap for ten working days, as of `as_of`."""


class FactsAt(BaseModel):
    """How far a copy had come when it was asked; 0 and null before anything was in it."""

    position: int
    as_at: str | None


class Wording(BaseModel):
    """What is so, in Chinese and English."""

    zh: str
    en: str


class ConditionOut(BaseModel):
    """One condition of the law, and how this person stands to it."""

    rule_id: str
    kind: Literal["hard", "soft", "attest", "flag", "finding"]
    wording: Wording
    """What is so when the condition is met."""
    remedy: Wording | None
    """What passes it all the same: of a hard condition nothing."""
    verdict: Literal["met", "not_met", "undetermined"]
    figures: dict[str, Any]
    """What the verdict rests on; a bank sees no figure of another bank and none of health."""
    missing: list[str]
    """Facts, attestations or declarations without which the verdict stays undetermined."""
    citation: str
    certainty: Literal["stated", "assumed"]


class ReservationOut(BaseModel):
    """Room under the cap that a bank holds for a person."""

    reservation_id: UUID
    agency: str
    person_ref: str
    division: str
    amount: SignedYuan
    reserved_on: date
    expires_on: date
    """The first day on which it holds no more."""
    state: Literal["held", "expired", "released", "replaced", "used"]
    """As of the day asked about; `used` by the contract that it was for."""
    loan_id: UUID | None


class EligibilityOut(BaseModel):
    """The answer to an eligibility check, and what it rests on."""

    check_id: UUID
    verdict: Literal["eligible", "ineligible", "undetermined"]
    as_of: date
    conditions: list[ConditionOut]
    reservation: ReservationOut | None
    """What is held for this question; null if nothing was asked or could be held."""
    facts: dict[str, FactsAt]


class ManyOut(BaseModel):
    """One line of the answer to a bulk of questions: an answer, or why there is none."""

    line: int
    outcome: Literal["answered", "rejected"]
    code: str | None = None
    pointer: str | None = None
    message: str | None = None
    check_id: UUID | None = None
    verdict: Literal["eligible", "ineligible", "undetermined"] | None = None
    as_of: date | None = None
    conditions: list[ConditionOut] = Field(default_factory=list)
    facts: dict[str, FactsAt] = Field(default_factory=dict)


class SourceOut(BaseModel):
    """A record that a verdict rests on, and whose it is."""

    subject: str
    """household, contract, repayment, rating, reservation, question, or what was declared."""
    service: str
    agency: str
    id: UUID | None
    version: int | None
    as_at: date | None
    recorded_at: datetime | None


class TraceOut(BaseModel):
    """What one condition rests on."""

    rule_id: str
    sources: list[SourceOut]


class QuestionOut(BaseModel):
    """What was asked, without whom about: that is `person_ref`."""

    amount: SignedYuan
    term_months: int
    annual_rate: str | None
    kind: LoanKind
    purpose: LoanPurpose
    actual_user: ActualUser | None
    guarantee: Guarantee
    bank: str | None
    branch_division: str | None
    wish_signed_on: date | None
    parent_contract_no: str | None
    attested: list[str]
    as_of: date | None
    reserve: bool


class CheckListedOut(BaseModel):
    """An eligibility check as it was answered."""

    check_id: UUID
    agency: str
    """Who asked, through which client, in whose name, and when."""
    client_id: str
    sub: str
    asked_at: datetime
    person_ref: str
    """The same person has the same reference for the same reader."""
    division: str
    bank: str | None
    question: QuestionOut
    verdict: Literal["eligible", "ineligible", "undetermined"]
    as_of: date
    conditions: list[ConditionOut]
    reservation_id: UUID | None
    facts: dict[str, FactsAt]


class CheckOut(CheckListedOut):
    """An eligibility check as it was answered, and the records it rested on."""

    trace: list[TraceOut]
    """A bank sees nothing of health and no record of another bank."""
