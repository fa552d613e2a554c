"""A claim with its history and its clocks, as of a day."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from services.insurance.schemas.pushed import ClaimOut
from services.insurance.vocabulary import ClaimState


class StepOut(BaseModel):
    """A change of a claim, in order of version."""

    version: int
    state: ClaimState
    on: date
    amount: Decimal | None
    reason_code: str | None
    second_look_on: date | None
    notified_on: date | None
    follows: bool | None
    """Whether this state may follow the one before it; none: a version in between is not known."""


class ClockOut(BaseModel):
    """A clock of 保险法: when it began, how long it ran, whether it kept its days."""

    clock: Literal["assessment", "payment", "refusal_notice", "part_payment"]
    started_on: date | None
    """None: something was paid, and nobody knows when it was agreed."""
    state: Literal["running", "stopped", "ended"]
    days_allowed: int
    """Day n is in time."""
    days_used: int | None
    days_stopped: int
    due_on: date | None
    """The last day in time, as far as it is known that the clock stood still."""
    ended_on: date | None
    broken: bool | None
    """None: it seems late, and its insurer did not declare its changes of state complete."""


class ClaimThenOut(ClaimOut):
    """A claim as it was on a day: its state, its history, its clocks."""

    as_of: date
    missing_versions: int
    """How many versions below the newest one nobody has told."""
    history: list[StepOut]
    clocks: list[ClockOut]
