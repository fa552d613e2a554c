"""What the subsidy service hears and says."""

from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, Pushed
from kernel.money import Yuan


class PaymentIn(Pushed):
    """Interest subsidy that a treasury paid to a bank for one loan and some days."""

    payment_no: AgencyNumber
    county: DivisionCode
    bank: AgencyCode
    contract_no: AgencyNumber
    """The bank's number; a payment for a contract not yet known waits for it."""
    period_start: date
    period_end: date
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
