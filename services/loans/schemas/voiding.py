"""What is said and answered when a contract is taken back."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from kernel.fields import Part
from services.loans.schemas.attestations import Day
from services.loans.schemas.watch import Reason


class VoidIn(Part):
    """Why a contract is taken back."""

    reason: Reason
    on: Day | None = None
    """The day it was taken back; left out: today."""


class VoidOut(BaseModel):
    """A contract that was taken back. Its number is free for another one."""

    loan_id: UUID
    contract_no: str
    reason: str
    voided_on: date
    recorded_at: datetime
