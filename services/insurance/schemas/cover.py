"""Who should be covered, and who is not. Names and ID numbers are not told here.

Who needs them asks the registry for them, under a purpose and on the record.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from services.insurance.vocabulary import ListChange


class CoverOut(BaseModel):
    """A policy that covers somebody."""

    agency: str
    policy_no: str
    covered_from: date
    covered_to: date
    """The first day no longer covered."""


class CoverListItem(BaseModel):
    """Somebody who should be covered, as far as the reader may know him."""

    person_ref: str
    household_no: str
    village_code: str
    age_band: str
    """Ten years of completed age, such as 40-49."""
    on_list: bool
    """False only among changes: who should no longer be covered."""
    covered: bool
    """By a policy of one's own for an insurer, by anybody's for an office."""
    policies: list[CoverOut]
    change: ListChange | None
    """With `changes_since`: what changed since that day."""


class CoverGap(BaseModel):
    """Somebody of an age to be covered whom no policy covers on a day."""

    person_ref: str
    household_no: str
    village_code: str
    age_band: str
    verdict: Literal["not_met", "undetermined"]
    """Undetermined while not every insurer of the county has declared its policies complete."""
    missing: list[str]
    covered_until: date | None
    """The first day without cover after the last policy; an insurer is told of its own only."""
    covered_again_from: date | None
    days_between: int | None
    """Days between two policies, of which neither covers them."""
