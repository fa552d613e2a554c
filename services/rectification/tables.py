"""What rectification stores: samples, screenings, findings that judges announced, and the ledger.

What people do is a row of an append-only history (`item_event`, `evidence`, `visit`, `filing`);
an item's own row says how far it is now.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, LargeBinary, Text
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, INSTANT, SUM, YUAN, AgencyFact
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
        Index("finding_subject_idx", "subject", "rule_id"),
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
    subject: str
    """Whom or what it speaks of, equal in every run (`queries.findings.SUBJECT_OF`)."""
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


class Item(Row, table=True):
    """Something to be put right. What is asked never changes; the state and who did what do.

    Of those who acted the last is named, so that the database can compare them; all of them stand
    in `item_event`.
    """

    __table_args__ = (
        CheckConstraint("category between 1 and 7", name="category"),
        CheckConstraint("closed_by_agency <> completed_by_agency", name="closed_by_another_unit"),
        CheckConstraint("closed_by <> completed_by", name="closed_by_another_officer"),
        CheckConstraint("not (dismissed_by = any(refuted_by))", name="dismissed_by_another"),
        CheckConstraint(
            "(state = 'closed') <= (closed_by is not null and completed_by is not null)",
            name="closed_by_somebody",
        ),
        CheckConstraint(
            "(state = 'dismissed') <= (dismissed_by is not null and refuted_by is not null)",
            name="dismissed_by_somebody",
        ),
        Index("item_division_idx", "division", "state"),
        Index("item_deadline_idx", "deadline"),
    )
    metadata = SCHEMA

    item_id: UUID = Field(primary_key=True)
    category: int
    """Item of the plan, 1 to 7."""
    source: str
    rule_id: str | None = None
    """The rule of its findings, if they have one in common."""
    division: str
    agencies: list[str] = Field(sa_type=_TEXTS)
    """The banks and insurers of whose rows its findings speak."""
    description: str
    measure: str
    standard: str
    deadline: date
    lead_unit: str
    responsible_unit: str | None = None
    """Code of the agency that works it; none: any agency of these kinds that serves the place."""
    responsible_kinds: list[str] = Field(sa_type=_TEXTS)
    state: str
    opened_on: date
    opened_by: str
    opened_by_agency: str
    opened_at: datetime = Field(sa_type=INSTANT)
    acted_on: date | None = None
    """Day of the last act that moved it."""
    completed_on: date | None = None
    completed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    completed_by: str | None = None
    completed_by_agency: str | None = None
    closed_on: date | None = None
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_by: str | None = None
    closed_by_agency: str | None = None
    clean_on: date | None = None
    """Business date of the re-screen that it was closed upon."""
    dismissed_on: date | None = None
    dismissed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    dismissed_by: str | None = None
    refuted_by: list[str] | None = Field(default=None, sa_type=_TEXTS)
    """Who recorded the visits that refuted its findings."""
    found_again_on: date | None = None
    """Business date of the last run for which it was reopened."""
    reminded_at_step: int | None = None
    """The last step of law (days after the deadline) at which it was reminded by rule."""


class ItemFinding(Row, table=True):
    """That a problem (a rule and its subject) belongs to an item: to one only, for good."""

    __tablename__ = "item_finding"
    __table_args__ = (
        Index("item_finding_item_idx", "item_id", "finding_id"),
        Index("item_finding_finding_idx", "finding_id"),
    )
    metadata = SCHEMA

    subject: str = Field(primary_key=True)
    rule_id: str = Field(primary_key=True)
    item_id: UUID
    household_key: UUID
    finding_id: UUID


class ItemRecurrence(Row, table=True):
    """A later finding of an item's problem, for which it was reopened."""

    __tablename__ = "item_recurrence"
    metadata = SCHEMA

    item_id: UUID = Field(primary_key=True)
    finding_id: UUID = Field(primary_key=True)
    household_key: UUID


class ItemEvent(Row, table=True):
    """An act upon an item. Rows are only ever added."""

    __tablename__ = "item_event"
    metadata = SCHEMA

    item_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    act: str
    state: str
    """In which state the item was after it."""
    on: date
    by: str | None = None
    """The officer; none: by rule."""
    agency: str | None = None
    note: str | None = None
    details: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    recorded_at: datetime = Field(sa_type=INSTANT)


class Evidence(Row, table=True):
    """A file that shows what was put right: encrypted, with its hash."""

    __table_args__ = (Index("evidence_hash_idx", "item_id", "sha256", unique=True),)
    metadata = SCHEMA

    evidence_id: UUID = Field(primary_key=True)
    item_id: UUID
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    sealed: bytes = Field(sa_type=LargeBinary)
    by: str
    agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class Visit(Row, table=True):
    """Somebody went and looked (排查), and what he found of a finding."""

    __table_args__ = (Index("visit_finding_idx", "finding_id"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    visit_id: UUID = Field(primary_key=True)
    finding_id: UUID
    visited_on: date
    visited_by: str
    outcome: str
    note: str | None = None
    recorded_by: str
    agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class LedgerRun(Row, table=True):
    """That the ledger has looked at a judged run for what came back."""

    __tablename__ = "ledger_run"
    metadata = SCHEMA

    screening_id: UUID = Field(primary_key=True)
    reopened: int


class Filing(Row, table=True):
    """What a unit filed at a stage: who answers for it, or a report by the hash of its document.

    A change is one row more; the newest counts. Name and phone are encrypted.
    """

    __table_args__ = (Index("filing_unit_idx", "thing", "unit", "stage"),)
    metadata = SCHEMA

    filing_id: UUID = Field(primary_key=True)
    thing: str
    """contact or submission."""
    unit: str
    """Code of an agency, or of the division for which a place's government files."""
    division: str
    stage: date
    filed_on: date
    name: bytes | None = Field(default=None, sa_type=LargeBinary)
    phone: bytes | None = Field(default=None, sa_type=LargeBinary)
    document_hash: str | None = None
    digest: UUID
    """Keyed digest of the content: tells a repetition."""
    by: str
    agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class LoanReport(Row, table=True):
    """Copy: what a bank said of a loan, as far as it tells whether the loan came to an end."""

    __tablename__ = "loan_report"
    __table_args__ = (Index("loan_report_contract_idx", "household_key", "agency", "contract_no"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    source_version: int = Field(primary_key=True)
    agency: str
    contract_no: str
    as_at: date
    balance: Decimal = Field(sa_type=YUAN)
    closed_on: date | None = None
    converted_on: date | None = None


class Refund(Row, table=True):
    """Copy: money that a bank gave back; the newest version."""

    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    refund_no: str = Field(primary_key=True)
    source_version: int
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date
    cause: str
    to: str


class TreasuryPayment(Row, table=True):
    """Copy: subsidy that the treasury paid for a loan; the newest version."""

    __tablename__ = "treasury_payment"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    payment_id: UUID = Field(primary_key=True)
    loan_id: UUID
    source_version: int
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date


class ClaimCopy(Row, table=True):
    """Copy: a claim, so that what was paid on it can be held against what was due."""

    __tablename__ = "claim_copy"
    __table_args__ = (Index("claim_copy_person_idx", "person_key"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    claim_id: UUID = Field(primary_key=True)
    source_version: int
    agency: str
    claim_no: str
    policy_no: str
    person_key: UUID
    kind: str
    incident_on: date
    incident_no: str | None = None


class ClaimPayment(Row, table=True):
    """Copy: what an insurer paid on a claim on a day, in advance or at last."""

    __tablename__ = "claim_payment"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    claim_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    source_version: int
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date


class ReportSection(Row, table=True):
    """What a unit writes under a heading of its stage report; a change is one version more."""

    __tablename__ = "report_section"
    metadata = SCHEMA

    agency: str = Field(primary_key=True)
    stage: date = Field(primary_key=True)
    number: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str
    by: str
    recorded_at: datetime = Field(sa_type=INSTANT)
