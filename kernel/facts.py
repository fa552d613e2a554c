"""The columns that every fact has, whichever service owns it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.database import Row

INSTANT: Any = DateTime(timezone=True)
YUAN: Any = Numeric(14, 2)
"""What an agency may push."""
SUM: Any = Numeric(20, 2)
"""What we add up or compute of it."""
RATE: Any = Numeric(9, 8)
DOCUMENT: Any = JSONB


class Fact(Row):
    """One version of something an agency pushed: stored once, superseded, never overwritten."""

    household_key: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, index=True)
    """What all versions of the same thing share."""
    source_version: int = Field(primary_key=True)
    agency: str
    division: str
    digest: UUID
    """Keyed digest of the content: tells a repetition from a contradiction."""
    recorded_at: datetime = Field(sa_type=INSTANT)
    superseded_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AgencyFact(Row):
    """One version of something an agency pushed that speaks of no household."""

    id: UUID = Field(primary_key=True)
    """What all versions of the same thing share."""
    source_version: int = Field(primary_key=True)
    agency: str
    division: str
    digest: UUID
    """Keyed digest of the content: tells a repetition from a contradiction."""
    recorded_at: datetime = Field(sa_type=INSTANT)
    superseded_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Report(Fact):
    """A fact told again from time to time; each report counts from its `as_at` on.

    The report that counts on a day is the newest one with `as_at` on or before it; the first one
    also counts for the days before (fields.md). `counts_from` and `counts_to` say which days.
    """

    as_at: date
    counts_from: date | None = None
    counts_to: date | None = None
