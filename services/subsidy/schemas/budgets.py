"""Ceilings of counties."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from kernel.money import SignedYuan, Yuan


class BudgetIn(BaseModel):
    """What a county may spend on the subsidy of a year's interest."""

    model_config = ConfigDict(extra="forbid")

    amount: Yuan


class BudgetOut(BaseModel):
    """A county's budget of a year, and what is left of it."""

    division: str
    year: int
    amount: Decimal
    committed: Decimal
    """Approved claims of the year, less what was clawed back."""
    left: SignedYuan
    """Negative if the budget was lowered below what had been approved."""
    version: int
