"""What a bank and its officers put on record about one condition of one loan."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from kernel import clock
from kernel.fields import BusinessDate, Part


def _past(day: date) -> date:
    if day > clock.today():
        raise PydanticCustomError("in_the_future", "This day has not come yet.")
    return day


Day = Annotated[BusinessDate, AfterValidator(_past)]
"""A day on which something was done, however late it is entered."""


class AttestationIn(Part):
    """Whether the bank found the condition met."""

    verdict: bool
    on: Day


class ExceptionIn(Part):
    """Why the loan passes a condition that law states in principle only (原则上)."""

    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"[^\s]")]
    on: Day | None = None
    """The day of the decision; left out: today."""


class _Recorded(BaseModel):
    loan_id: UUID
    rule_id: str
    version: int
    """1 for the first; it is the ETag. Earlier versions stay on record."""
    agency: str
    on: date
    recorded_at: datetime


class AttestationOut(_Recorded):
    """One version of a bank's yes or no."""

    verdict: bool
    attested_by: str


class ExceptionOut(_Recorded):
    """One version of an officer's exception."""

    reason: str
    officer: str


class AttestationsOut(BaseModel):
    """Every version on record, by rule, the newest first."""

    items: list[AttestationOut]


class ExceptionsOut(BaseModel):
    """Every version on record, by rule, the newest first."""

    items: list[ExceptionOut]
