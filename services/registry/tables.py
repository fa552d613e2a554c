"""What the registry stores."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from kernel.database import schema
from kernel.facts import DOCUMENT, YUAN, Report
from kernel.tables import add_shared_tables

SCHEMA = schema("registry")
add_shared_tables(SCHEMA)


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
