"""Stage reports: the ledger (整改台账), its totals, and the plan's six sections."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.rectification.schemas.items import Text
from services.rectification.vocabulary import ItemState, RuleId, Source

SectionNumber = Annotated[int, Field(ge=1, le=6)]


class SectionIn(BaseModel):
    """What a unit writes under one of the six headings."""

    model_config = ConfigDict(extra="forbid")

    text: Text


class SectionOut(BaseModel):
    """One of the six things a report writes clear (plan, 三(三))."""

    number: int
    title_zh: str
    title_en: str
    figures: list[str]
    """Sentences that the ledger itself speaks, in Chinese, as of the stage."""
    text: str | None
    """What the unit wrote; none yet: to be filled in."""
    version: int | None
    written_at: datetime | None


class LedgerRowOut(BaseModel):
    """A row of the 整改台账, as it stood at the stage."""

    number: int
    """序号; the figures of a report name their rows by it."""
    item_id: UUID
    category: int
    problem: str
    """问题类别"""
    source: Source
    source_label: str
    """问题来源"""
    description: str
    """具体问题"""
    measure: str
    """整改举措"""
    deadline: date
    """整改时限"""
    standard: str
    """整改标准"""
    lead_unit: str
    """牵头单位"""
    responsible_unit: str
    """责任单位"""
    division: str
    place: str
    problems: int
    """Findings that the item holds; a self-found one counts as one."""
    state: ItemState
    progress: str
    """进展情况"""
    closed_on: date | None
    """销号 on; none: not struck off."""
    owed: Decimal
    returned: Decimal
    outstanding: Decimal
    evidence: int
    """佐证材料: files on record when the report was made."""
    reminders: int
    visits: int


class FiguresOut(BaseModel):
    """Totals over some rows of the ledger, and which rows these are."""

    items: int
    found: int
    """Problems that these items hold."""
    completed: int
    """Problems of items that wait to be looked at."""
    rectified: int
    """Problems of items that are struck off."""
    dismissed: int
    """Problems that a visit refuted and a second officer let go."""
    share: Decimal | None
    """Rectified of found less dismissed, a fraction to four places; none where there are none."""
    owed: Decimal
    returned: Decimal
    outstanding: Decimal
    rows: list[int]
    """Their 序号."""


class CategoryOut(FiguresOut):
    """Totals of one of the seven categories."""

    category: int
    problem: str


class PlaceOut(CategoryOut):
    """Totals of a category at a place."""

    division: str
    place: str


class UndeterminedOut(BaseModel):
    """Verdicts that wait for a fact, by rule."""

    rule_id: RuleId
    verdicts: int


class ReportOut(BaseModel):
    """The stage report of a unit: what its ledger said on the day of the stage."""

    stage: date
    unit: str
    unit_name: str
    division: str | None
    made_at: datetime
    total: FiguresOut
    by_category: list[CategoryOut]
    by_category_and_place: list[PlaceOut]
    undetermined: list[UndeterminedOut]
    """Of the newest run by the stage whose scope the unit sees whole; a list of its own."""
    undetermined_of: UUID | None
    sections: list[SectionOut]
    ledger: list[LedgerRowOut]
