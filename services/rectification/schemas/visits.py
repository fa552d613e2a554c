"""Visits (排查) and what a finding rested on."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.fields import BusinessDate, Line
from services.rectification.schemas.items import Text
from services.rectification.schemas.screenings import FindingOut
from services.rectification.vocabulary import ItemState, VisitOutcome


class CheckIn(BaseModel):
    """Somebody went and looked."""

    model_config = ConfigDict(extra="forbid")

    visited_on: BusinessDate
    visited_by: Line
    """Who went, such as 驻村工作队."""
    outcome: VisitOutcome
    note: Text | None = None
    """What was seen; no ID numbers."""


class VisitOut(BaseModel):
    """A visit as it was recorded."""

    visit_id: UUID
    finding_id: UUID
    visited_on: date
    visited_by: str
    outcome: VisitOutcome
    note: str | None
    """For a bank or insurer not where a finding rests on health or skills."""
    recorded_by: str
    """Stable id of who recorded it: somebody else agrees to a dismissal."""
    agency: str
    recorded_at: datetime


class RunTrace(BaseModel):
    """The run that first found it, and up to where its judges had read."""

    screening_id: UUID
    business_date: date
    requested_at: datetime
    judged_at: datetime
    positions: dict[str, int] | None


class ItemTrace(BaseModel):
    """The item that the problem belongs to."""

    item_id: UUID
    state: ItemState


class Trace(BaseModel):
    """What a finding rested on and what became of it.

    Its figures, rule, citation and certainty stand in the finding itself.
    """

    run: RunTrace
    stands: bool
    """Whether it stands in the newest judged run of its series."""
    also_found: list[UUID]
    """The same problem in other runs: findings, oldest first, at most 100."""
    visits: list[VisitOut]
    item: ItemTrace | None
    """None also where the caller may not see it."""


class FindingFullOut(FindingOut):
    """A finding with its trace."""

    trace: Trace
