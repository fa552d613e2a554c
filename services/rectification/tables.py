"""What rectification stores: samples, screenings, and the findings that judges announced."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Index, Text
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, INSTANT, SUM, AgencyFact
from kernel.tables import NOW, add_shared_tables

SCHEMA = schema("rectification")
add_shared_tables(SCHEMA)
add_agency_copy(SCHEMA)

_TEXTS: Any = ARRAY(Text)


class Sample(AgencyFact, table=True):
    """Contracts under a name. `division` is the place that holds all its agency's divisions."""

    __table_args__ = (Index("sample_name_idx", "agency", "name"),)
    metadata = SCHEMA

    name: str
    source: str
    contract_nos: list[dict[str, str]] = Field(sa_type=DOCUMENT)
    """Each with bank and contract_no."""


class Screening(Row, table=True):
    """A run: what was asked, when, and how far it is. What was asked never changes."""

    __table_args__ = (
        Index("screening_state_idx", "state"),
        Index("screening_series_idx", "series", "seq", unique=True),
    )
    metadata = SCHEMA

    screening_id: UUID = Field(primary_key=True)
    asked_by: str
    business_date: date
    division: str | None = None
    rules: list[str] = Field(sa_type=_TEXTS)
    agency: str | None = None
    sample: str | None = None
    sample_id: UUID | None = None
    sample_version: int | None = None
    lo: list[str] = Field(sa_type=_TEXTS)
    hi: list[str] = Field(sa_type=_TEXTS)
    """The divisions in scope as ranges: the caller's, narrowed by the one asked for."""
    requested_at: datetime = Field(sa_type=INSTANT, sa_column_kwargs={"server_default": NOW})
    """By the database's clock, like the events it is compared with."""
    state: str
    positions: dict[str, int] | None = Field(default=None, sa_type=DOCUMENT)
    series: UUID
    """The full run that this one continues; its own id if it is one."""
    seq: int = 1
    """Which run of its series: 1 judges everything, later ones what has changed since."""
    judged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    counts: dict[str, dict[str, int]] | None = Field(default=None, sa_type=DOCUMENT)


class ScreeningAnswer(Row, table=True):
    """That a judge has announced all its findings of a screening."""

    __tablename__ = "screening_answer"
    metadata = SCHEMA

    screening_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True)


class Finding(Row, table=True):
    """A subject that a rule did not find in order, as its judge announced it.

    What it says is never changed. It stands in the runs `since` to before `until` of its series;
    `until` is set once, when a later run judged its subject anew and did not find it again.
    """

    __table_args__ = (
        Index("finding_page_idx", "series", "finding_id"),
        Index("finding_rule_idx", "series", "rule_id", "verdict", "division"),
        Index("finding_id_idx", "finding_id"),
        Index("finding_cleared_idx", "series", "until"),
        Index("finding_raised_idx", "series", "since"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    finding_id: UUID = Field(primary_key=True)
    screening_id: UUID
    """The run that first found it."""
    series: UUID
    since: int
    until: int | None = None
    rule_id: str
    verdict: str
    subject_kind: str
    agency: str | None = None
    contract_no: str | None = None
    household_no: str | None = None
    person_key: UUID | None = None
    village_code: str | None = None
    credit_code: str | None = None
    policy_no: str | None = None
    claim_no: str | None = None
    division: str
    amount: Decimal | None = Field(default=None, sa_type=SUM)
    assigned_class: str | None = Field(default=None, sa_column=Column("class", Text))
    figures: dict[str, Any] = Field(sa_type=DOCUMENT)
    missing: list[str] = Field(sa_type=DOCUMENT)
    citation: str
    certainty: str
    caused_by: str
    judged_at: datetime = Field(sa_type=INSTANT)
