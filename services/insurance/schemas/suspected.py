"""Suspected claims: incidents that a policy answers for and nobody claimed in time."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.fields import BusinessDate, Line
from services.insurance.vocabulary import Basis, LiabilityKind, SuspicionState


class WorkingOut(BaseModel):
    """How what is due was computed."""

    basis: Basis
    sum: Decimal
    """A day's for PER_DAY, the limit for LOSS."""
    hospital_days: int | None
    loss: Decimal | None
    shared_among: int | None
    """Among how many persons of the household the sum is divided; none: it is not shared."""


class DismissalOut(BaseModel):
    """An officer looked at it, and found that nothing is owed."""

    reason: str
    decided_on: date
    agency: str
    still_stands: bool
    """False once a fact it was decided on has changed."""


class SuspectedClaimOut(BaseModel):
    """An incident under a policy, and what is due for it."""

    id: UUID
    state: SuspicionState
    incident_no: str
    person_ref: str
    household_no: str | None
    village_code: str
    agency: str
    """The insurer."""
    policy_no: str
    kind: LiabilityKind
    on: date
    late_since: date
    due: Decimal | None
    """None: what it is computed from is not known."""
    working: WorkingOut
    claimed_on: date | None
    dismissals: list[DismissalOut]


class DismissalIn(BaseModel):
    """Why nothing is owed."""

    model_config = ConfigDict(extra="forbid")

    reason: Line
    on: Annotated[
        BusinessDate | None, Field(description="The day of the decision; left out: today.")
    ] = None
