"""The ledger: what is to be put right, by whom, by when, and what was done."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, BusinessDate, Line
from services.rectification.schemas.screenings import FindingOut
from services.rectification.vocabulary import SOURCE_LABELS, Act, ItemState, RuleId, Source

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$"),
]
"""Some sentences."""

_BY_LABEL = {label: source.value for source, label in SOURCE_LABELS.items()}


def _source(value: object) -> object:
    """A source by its code; its Chinese label is understood too."""
    code = _BY_LABEL.get(value, value) if isinstance(value, str) else value
    return next((source for source in Source if source == code), value)


SourceCode = Annotated[Source, BeforeValidator(_source)]
Category = Annotated[int, Field(ge=1, le=7)]
"""Item of the plan, 1 to 7."""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ItemIn(_Asked):
    """An item: of findings of one of the seven categories, or self-found (举一反三) without any."""

    category: Category
    source: SourceCode
    """Who found it: a code, or its Chinese label such as 审计."""
    finding_ids: Annotated[list[UUID], Field(max_length=1000)] = Field(default_factory=list)
    measure: Text
    description: Text | None = None
    """What is wrong; by default what the rule asks and how many findings there are."""
    division: DivisionCode | None = None
    """Where; by default where the findings lie, else where the caller serves."""
    deadline: BusinessDate | None = None
    """By default that of the category (黑金发〔2019〕22号)."""
    standard: Text | None = None
    """When it is right; by default that of the category."""
    lead_unit: Line | None = None
    responsible_unit: Line | None = None
    """Code or name of one agency; by default every agency of the responsible kinds at the place."""
    on: BusinessDate | None = None
    """When it was listed (列出); today if left out."""


class ItemsFromScreeningIn(_Asked):
    """Items for all findings of a run that belong to none yet."""

    screening_id: UUID
    by: Literal["finding", "place"] = "place"
    """One item a finding; or one a rule, county and agency."""
    rules: Annotated[list[RuleId], Field(max_length=100)] = Field(default_factory=list)
    division: DivisionCode | None = None
    source: SourceCode = Source.SELF_EXAMINATION
    measure: Text | None = None
    """By default that of the category."""
    on: BusinessDate | None = None


class ItemsOpenedOut(BaseModel):
    """How many items a run gave, and of how many findings."""

    opened: int
    findings: int
    items: list[UUID]
    """At most the first 200; the list `GET items` has them all."""


class ItemActIn(_Asked):
    """An act upon an item."""

    on: BusinessDate | None = None
    """The day of the act; today if left out, never a later one."""
    note: Text | None = None


class CloseIn(_Asked):
    """That an item is put right: 销号."""

    on: BusinessDate | None = None
    statement: Text | None = None
    """How the item's standard is met."""


class ReopenIn(_Asked):
    """Why an item is not right after all."""

    reason: Text
    on: BusinessDate | None = None


class MoneyOut(BaseModel):
    """What an item's findings say is owed, and what of it has come back, to the fen."""

    owed: Decimal
    returned: Decimal
    outstanding: Decimal


class ItemOut(BaseModel):
    """An item of the ledger (整改台账)."""

    item_id: UUID
    category: int
    problem: str
    """The category in the plan's words (问题类别)."""
    source: Source
    source_label: str
    rule_id: RuleId | None
    division: str
    agencies: list[str]
    """The banks and insurers of whose rows its findings speak."""
    description: str
    measure: str
    standard: str
    deadline: date
    overdue: bool
    lead_unit: str
    responsible_unit: str | None
    responsible_kinds: list[str]
    """Which kinds of agency work it, where no unit is named."""
    state: ItemState
    state_label: str
    can: list[Act]
    """What may be done with it now."""
    opened_on: date
    opened_by_agency: str
    completed_on: date | None
    completed_by_agency: str | None
    closed_on: date | None
    closed_by_agency: str | None
    clean_on: date | None
    """Business date of the re-screen it was closed upon."""
    findings: int
    amount: Decimal | None
    """Yuan at stake: what its findings name, for a bank or insurer without LOAN-08 and 21."""
    money: MoneyOut | None
    """None where nobody owes anything."""
    evidence: int
    reminders: int


class ItemEventOut(BaseModel):
    """An act upon an item, as it was recorded."""

    number: int
    act: Act
    state: ItemState
    """In which state the item was after it."""
    on: date
    by: str | None
    """The officer's stable id; none: by rule."""
    agency: str | None
    note: str | None
    details: dict[str, Any] | None
    recorded_at: datetime


class EvidenceOut(BaseModel):
    """A file on record, and its hash."""

    evidence_id: UUID
    item_id: UUID
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    agency: str
    recorded_at: datetime


class ItemFullOut(ItemOut):
    """An item with its whole history, its evidence and those of its findings the caller sees."""

    history: list[ItemEventOut]
    files: list[EvidenceOut]
    shown_findings: list[FindingOut]
    """At most 200; `GET findings?item=` has them all."""


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """Which items a caller wants; what is left out filters nothing."""

    category: Category | None = None
    state: ItemState | None = None
    division: DivisionCode | None = None
    """All that lies in it."""
    unit: AgencyCode | None = None
    """Responsible for it, or spoken of in its findings."""
    rule_id: RuleId | None = None
    source: Source | None = None
    finding: UUID | None = None
    overdue: bool | None = None
    """Past its deadline and not done with."""
    slow: bool | None = None
    """Past its deadline, or near it, and not completed."""
