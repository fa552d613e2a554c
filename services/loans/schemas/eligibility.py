"""What is asked and answered about eligibility."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, Part
from kernel.money import PositiveYuan, Rate
from kernel.people import IdNumber, PersonName
from services.loans.schemas.pushed import ActualUser
from services.loans.vocabulary import (
    Guarantee,
    Kind,
    Purpose,
)


class EligibilityIn(Part):
    """May this person borrow this much for this on this day?"""

    name: PersonName
    id_number: IdNumber
    amount: PositiveYuan
    term_months: Annotated[int, Field(ge=1, le=360)]
    annual_rate: Rate | None = None
    """Left out: the policy rate of the day, so that LOAN-14 asks for no more."""
    kind: Kind
    purpose: Purpose
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
    as_of: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2199, 12, 31))] | None = None
    """The day asked about; left out: today."""


class FactsAt(BaseModel):
    """How far a copy had come when it was asked."""

    position: int
    as_at: str | None


class Wording(BaseModel):
    """What is so when the condition is met, in the language asked for."""

    zh: str
    en: str


class ConditionOut(BaseModel):
    """One condition of the law, and how this person stands to it."""

    rule_id: str
    kind: str
    wording: Wording
    verdict: Literal["met", "not_met", "undetermined"]
    figures: dict[str, Any]
    """What the verdict rests on; a bank sees no figure of another bank and none of health."""
    missing: list[str]
    """Facts or declarations without which the verdict stays undetermined."""
    citation: str
    certainty: str


class EligibilityOut(BaseModel):
    """The answer to an eligibility check, and what it rests on."""

    verdict: Literal["eligible", "ineligible", "undetermined"]
    as_of: date
    conditions: list[ConditionOut]
    facts: dict[str, FactsAt]
