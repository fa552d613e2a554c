"""What the registry stores."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, YUAN, Fact, Report
from kernel.judging import add_screening_requests
from kernel.tables import add_shared_tables

SCHEMA = schema("registry")
add_shared_tables(SCHEMA)
add_agency_copy(SCHEMA)
add_screening_requests(SCHEMA, continues=False)


class HouseholdReport(Report, table=True):
    """A household as an office reported it at one time. `division` is its village."""

    __tablename__ = "household_report"
    __table_args__ = (Index("household_report_agency_idx", "agency", "household_no"),)
    metadata = SCHEMA

    household_no: str
    attribute: str
    main_cause: str
    other_causes: list[str] = Field(sa_type=DOCUMENT)
    per_capita_income: Decimal | None = Field(default=None, sa_type=YUAN)
    statuses: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """Each with status, valid_from and valid_to (exclusive, may be null)."""
    members: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """Each with keys, dates and codes; `personal` holds name, ID number and phone, encrypted."""


class ListedPerson(Row, table=True):
    """Which households have ever listed a person.

    Own group: looked up before the household is known.
    """

    __tablename__ = "listed_person"
    metadata = SCHEMA

    person_key: UUID = Field(primary_key=True)
    household_key: UUID = Field(primary_key=True)


class LookupMiss(Row, table=True):
    """How often a client asked about somebody in vain on a day."""

    __tablename__ = "lookup_miss"
    metadata = SCHEMA

    client_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    agency: str
    misses: int


class Need(Fact, table=True):
    """What a household needs money for (金融需求). `division` is the village it lives in now."""

    __table_args__ = (Index("need_number_idx", "agency", "need_no"),)
    metadata = SCHEMA

    need_no: str
    household_no: str
    amount: Decimal = Field(sa_type=YUAN)
    use: str
    raised_on: date
    state: str
    bank: str | None = None
    true_cause: str | None = None
    other_measure: str | None = None


class PushedDay(Row, table=True):
    """That something of the registry changed in a county on a day (SHARE-01)."""

    __tablename__ = "pushed_day"
    metadata = SCHEMA

    county: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
