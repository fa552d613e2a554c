"""Samples, screenings and findings: what is asked, and what was found."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, BusinessDate, Line, Part, Pushed
from kernel.paging import Page
from services.rectification.vocabulary import RuleId, ScreeningState, Verdict


class SampledContract(Part):
    """A contract under its bank's number."""

    bank: AgencyCode
    contract_no: AgencyNumber


class SampleIn(Pushed):
    """Contracts that somebody looked at, under a name. An equal name is a new version."""

    name: Line
    source: Line
    """Who drew it, such as 省际交叉考核."""
    contract_nos: Annotated[list[SampledContract], Field(min_length=1, max_length=20_000)]


class SampleOut(BaseModel):
    """A sample as it is on record now."""

    sample_id: UUID
    agency: str
    name: str
    source: str
    contract_nos: list[SampledContract]
    source_version: int
    recorded_at: datetime


class ScreeningIn(BaseModel):
    """What is to be judged: left out means all that the caller sees, by every rule."""

    model_config = ConfigDict(extra="forbid")

    business_date: BusinessDate
    """Facts of this day are known, later ones are not."""
    division: DivisionCode | None = None
    rules: Annotated[list[RuleId], Field(max_length=100)] | None = None
    agency: AgencyCode | None = None
    sample: Line | None = None


class ScreeningOut(BaseModel):
    """A screening, and once it is judged, how many findings each rule has."""

    screening_id: UUID
    business_date: date
    division: str | None
    rules: list[RuleId]
    """Empty: all."""
    agency: str | None
    sample: str | None
    asked_by: str
    state: ScreeningState
    """Until it is `judged`, its findings are not shown."""
    requested_at: datetime
    judged_at: datetime | None
    positions: dict[str, int] | None
    """The position of each service's feed up to which facts were taken into account."""
    counts: dict[RuleId, dict[Verdict, int]] | None
    """Findings by rule and verdict; none until it is judged."""


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """Which findings a caller wants, read from the query; what is left out filters nothing."""

    screening: UUID | None = None
    rule_id: RuleId | None = None
    verdict: Verdict | None = None
    division: DivisionCode | None = None
    """All that lies in it."""
    sample: Line | None = None
    """Findings of this sample's contracts."""
    agency: AgencyCode | None = None
    item: UUID | None = None
    """Findings of this item of the ledger."""


class FindingOut(BaseModel):
    """A subject that a rule does not find in order, as far as the caller may see it."""

    finding_id: UUID
    screening_id: UUID
    rule_id: RuleId
    verdict: Verdict
    subject_kind: str
    agency: str | None
    contract_no: str | None
    household_no: str | None
    """Only for those who may see households, like the village."""
    person_ref: str | None
    """How the exchange calls this person towards the caller's agency."""
    village_code: str | None
    credit_code: str | None
    policy_no: str | None
    claim_no: str | None
    division: str
    amount: Decimal | None
    assigned_class: Annotated[str | None, Field(alias="class")]
    figures: dict[str, Any]
    missing: list[str]
    citation: str
    certainty: str
    caused_by: str
    judged_at: datetime


class FindingsOut(Page[FindingOut]):
    """Some findings; with `?screening=`, also how far that screening is."""

    state: ScreeningState | None
    """Findings of a screening are shown once it is `judged`."""
