"""Contacts and submissions: what units file at the plan's stages, and who has not."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from kernel.fields import AgencyNumber, BusinessDate, Line

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{5,30}$")]


class _Filed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: Line
    """Code or name of an agency; or the code of a city or county, whose government files."""
    stage: BusinessDate
    """The last day of the stage, such as 2019-06-20."""
    filed_on: BusinessDate


class ContactIn(_Filed):
    """Who answers for a unit (分管领导、联系人及联系方式)."""

    name: Line
    phone: Phone
    document_hash: AgencyNumber | None = None


class SubmissionIn(_Filed):
    """That a unit filed its report, plan and ledger, by the hash of the document."""

    name: Line | None = None
    phone: Phone | None = None
    document_hash: AgencyNumber | None = None


class FilingOut(BaseModel):
    """What a unit filed. Name and phone show to supervisors and to who filed it."""

    filing_id: UUID
    unit: str
    unit_name: str | None
    division: str
    stage: date
    filed_on: date
    late: bool
    """Filed after the last day of the stage."""
    name: str | None
    phone: str | None
    document_hash: str | None
    agency: str
    """Who filed it."""
    recorded_at: datetime


class MissingUnit(BaseModel):
    """A unit that has not filed."""

    unit: str
    name: str | None
    kind: Literal["city", "county", "member", "bank", "insurer"]
    division: str
    overdue: bool
    """The last day is over."""


class MissingOut(BaseModel):
    """Who has not filed what a stage asks, of those in the caller's divisions."""

    stage: date
    asks: Literal["contacts", "submissions"]
    expected: int
    filed: int
    late: int
    """Of those filed, after the last day."""
    items: list[MissingUnit]


@dataclass(frozen=True, slots=True)
class FilingFilters:
    """Which filings a caller wants; what is left out filters nothing."""

    stage: date | None = None
    unit: Line | None = None
