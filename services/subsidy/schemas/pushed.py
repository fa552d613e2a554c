"""What bureaus and banks push: payments and claims."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, DayAfter, FirstDay, Part, Pushed
from kernel.money import PositiveYuan, Yuan


class PaymentIn(Pushed):
    """Interest subsidy that a treasury paid to a bank for one loan and some days."""

    payment_no: AgencyNumber
    county: DivisionCode
    bank: AgencyCode
    contract_no: AgencyNumber
    """The bank's number; a payment for a contract not yet known waits for it."""
    period_start: FirstDay
    period_end: DayAfter
    """The first day no longer paid for."""
    amount: Yuan
    """Zero withdraws a payment that was pushed by mistake."""
    paid_on: date

    @model_validator(mode="after")
    def _pays_for_some_days(self) -> Self:
        if self.period_end <= self.period_start:
            raise PydanticCustomError("empty_interval", "period_end must come after period_start.")
        return self


class PaymentOut(BaseModel):
    """A payment as it is on record now."""

    payment_id: UUID
    agency: str
    payment_no: str
    county: str
    bank: str
    contract_no: str
    period_start: date
    period_end: date
    amount: Decimal
    paid_on: date
    source_version: int


class ClaimLineIn(Part):
    """Interest of one loan and period that a bank asks the treasury to pay."""

    line_no: AgencyNumber
    contract_no: AgencyNumber
    period_start: FirstDay
    period_end: DayAfter
    """The first day no longer claimed for."""
    base: Yuan
    amount: PositiveYuan
    claimed_on: date

    @model_validator(mode="after")
    def _claims_for_some_days(self) -> Self:
        if self.period_end <= self.period_start:
            raise PydanticCustomError("empty_interval", "period_end must come after period_start.")
        return self


class SubsidyClaimIn(Pushed):
    """A bank's claim of interest subsidy for a county and a period."""

    claim_no: AgencyNumber
    county: DivisionCode
    period_start: FirstDay
    period_end: DayAfter
    """The first day no longer claimed for. The budget of the year in which the period ends pays."""
    lines: Annotated[list[ClaimLineIn], Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _claims_for_some_days(self) -> Self:
        if self.period_end <= self.period_start:
            raise PydanticCustomError("empty_interval", "period_end must come after period_start.")
        return self

    @field_validator("lines")
    @classmethod
    def _numbers_are_unique(cls, lines: list[ClaimLineIn]) -> list[ClaimLineIn]:
        if len({line.line_no for line in lines}) < len(lines):
            raise PydanticCustomError(
                "line_no_twice", "Two lines bear the same line_no; each needs one of its own."
            )
        return lines
