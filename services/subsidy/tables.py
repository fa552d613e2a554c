"""What the subsidy service stores: payments, claims and their history, budgets, and copies."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Identity, Index, Integer
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, INSTANT, RATE, SUM, YUAN, AgencyFact, Fact
from kernel.judging import add_screening_requests
from kernel.registry_copy import add_registry_copy
from kernel.tables import add_shared_tables

SCHEMA = schema("subsidy")
add_shared_tables(SCHEMA)
add_registry_copy(SCHEMA)
add_agency_copy(SCHEMA)
add_screening_requests(SCHEMA)


class Payment(Fact, table=True):
    """What a finance bureau paid for one loan. `division` is its county."""

    __table_args__ = (
        Index("payment_number_idx", "agency", "payment_no"),
        Index("payment_loan_idx", "household_key", "loan_id"),
    )
    metadata = SCHEMA

    payment_no: str
    bank: str
    contract_no: str
    loan_id: UUID
    period_start: date
    period_end: date
    """Exclusive."""
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date


# --- claims ---


class Claim(AgencyFact, table=True):
    """A bank's claim as it was pushed, one row a version. `division` is its county."""

    __tablename__ = "claim_version"
    __table_args__ = (Index("claim_version_number_idx", "agency", "claim_no"),)
    metadata = SCHEMA

    claim_no: str
    period_start: date
    period_end: date
    """Exclusive."""
    lines: list[dict[str, Any]] = Field(sa_type=DOCUMENT)


class ClaimLine(Row, table=True):
    """A line of a claim's newest version, and what the automatic check made of it."""

    __tablename__ = "claim_line"
    __table_args__ = (
        Index("claim_line_claim_id_idx", "claim_id"),
        Index("claim_line_loan_idx", "household_key", "loan_id"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    claim_id: UUID = Field(primary_key=True)
    line_no: str = Field(primary_key=True)
    position: int
    """Its place in the claim."""
    loan_id: UUID
    contract_no: str
    period_start: date
    period_end: date
    """Exclusive."""
    base: Decimal = Field(sa_type=YUAN)
    amount: Decimal = Field(sa_type=YUAN)
    claimed_on: date
    state: str
    """How far its claim is. It stands here too, so that each act on a claim changes its lines, and
    a later screening sees whose (kernel/touched.py)."""
    rejected_because: str | None = None
    ours: Decimal | None = Field(default=None, sa_type=SUM)
    """What the treasury owes for the period by our reckoning; none: it cannot be told."""
    findings: list[dict[str, Any]] | None = Field(default=None, sa_type=DOCUMENT)
    checked_on: date | None = None
    engine_version: int | None = None


_THREE_OFFICERS = {
    "reviewer_approver": "reviewed_by <> approved_by",
    "reviewer_payer": "reviewed_by <> paid_by",
    "approver_payer": "approved_by <> paid_by",
    "reviewing_approving_office": "reviewed_agency <> approved_agency",
    "reviewing_paying_office": "reviewed_agency <> paid_agency",
    "reviewed_by_poverty_office": "reviewed_role = 'poverty_office'",
    "approved_by_finance_bureau": "approved_role = 'finance_bureau'",
    "paid_by_finance_bureau": "paid_role = 'finance_bureau'",
    "approved_once_reviewed": "approved_by is null or reviewed_by is not null",
    "approved_amount": "(approved_by is null) = (approved_amount is null)",
    "paid_once_approved": "paid_by is null or approved_by is not null",
    "approved_by_somebody": "state <> 'approved' or approved_by is not null",
    "paid_by_somebody": "state <> 'paid' or paid_by is not null",
    "passed_through_once_paid": "state <> 'passed_through' or paid_by is not null",
    "reconciled_once_paid": "state <> 'reconciled' or paid_by is not null",
    "clawed_back_once_paid": "state <> 'clawed_back' or paid_by is not null",
}
"""What the database itself holds of SUB-06. A comparison with nobody yet lets pass."""


class ClaimProgress(Row, table=True):
    """How far a claim is, and who decided what of it. The database compares the officers."""

    __tablename__ = "claim_progress"
    __table_args__ = (
        *[CheckConstraint(check, name=name) for name, check in _THREE_OFFICERS.items()],
        Index("claim_progress_county_idx", "county", "budget_year"),
    )
    metadata = SCHEMA

    claim_id: UUID = Field(primary_key=True)
    agency: str
    county: str
    budget_year: int
    """The year in which the claim's period ends: whose interest the budget pays for."""
    state: str
    submitted_on: date | None = None
    submitted_seq: int | None = None
    """Claims stand in the order in which they were submitted."""
    reviewed_by: str | None = None
    reviewed_agency: str | None = None
    reviewed_role: str | None = None
    publicised_on: date | None = None
    approved_by: str | None = None
    approved_agency: str | None = None
    approved_role: str | None = None
    approved_amount: Decimal | None = Field(default=None, sa_type=SUM)
    approved_seq: int | None = None
    """Claims take from the budget in the order in which they were approved."""
    paid_by: str | None = None
    paid_agency: str | None = None
    paid_role: str | None = None
    clawed_back: Decimal = Field(default=Decimal(0), sa_type=SUM)


class ClaimAct(Row, table=True):
    """What somebody did with a claim. Rows are only ever added."""

    __tablename__ = "claim_act"
    __table_args__ = (Index("claim_act_claim_id_idx", "claim_id"),)
    metadata = SCHEMA

    seq: int = Field(sa_column=Column(Integer, Identity(), primary_key=True))
    claim_id: UUID
    act: str
    state: str
    """The state to which it led."""
    sub: str
    agency: str
    on: date
    said: dict[str, Any] = Field(sa_type=DOCUMENT)
    """Reason, lines, amounts: what was decided."""
    recorded_at: datetime = Field(sa_type=INSTANT)


class ClaimPayment(Row, table=True):
    """A payment that answers a claim."""

    __tablename__ = "claim_payment"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    payment_id: UUID = Field(primary_key=True)
    claim_id: UUID = Field(index=True)


class ClaimRefund(Row, table=True):
    """A refund by which a bank passed a claim's subsidy on."""

    __tablename__ = "claim_refund"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    refund_no: str = Field(primary_key=True)
    claim_id: UUID = Field(index=True)


class Budget(Row, table=True):
    """The most a county spends on a year's interest, one row a version."""

    metadata = SCHEMA

    division: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    amount: Decimal = Field(sa_type=YUAN)
    sub: str
    agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


# --- derived: what the engine computed ---


class ReferenceInterest(Row, table=True):
    """R(day) of a loan, for the days on which something claimed or paid begins or ends."""

    __tablename__ = "reference_interest"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    amount: Decimal = Field(sa_type=SUM)


class ReferenceTerms(Row, table=True):
    """By which terms, engine and law a loan's reference interest was computed. Derived."""

    __tablename__ = "reference_terms"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    terms_digest: UUID
    closed_on: date | None = None
    engine_version: int
    law_version: str = Field(sa_column_kwargs={"server_default": ""})
    """Of what was computed before law had versions: none, so it is out of date."""


# --- copies of what the banks told the loans service ---


class Contract(Row, table=True):
    """Copy: a contract as its bank reported it at one time. `division` is the branch's."""

    __table_args__ = (
        Index("contract_number_idx", "agency", "contract_no"),
        Index("contract_person_key_idx", "person_key"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    as_at: date = Field(primary_key=True)
    source_version: int
    counts_from: date | None = None
    counts_to: date | None = None
    """The business dates for which this report counts, as in `kernel.facts.Report`."""
    agency: str
    contract_no: str
    division: str
    person_key: UUID
    name_key: UUID
    publicity_name: str | None = None
    """The borrower's name, encrypted; opened for a publicity list and nothing else."""
    kind: str
    parent_contract_no: str | None = None
    product: str
    principal: Decimal = Field(sa_type=YUAN)
    annual_rate: Decimal = Field(sa_type=RATE)
    rate_changes: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    signed_on: date
    disbursed_on: date
    matures_on: date
    purpose: str | None = None
    actual_user_kind: str | None = None
    actual_user_mode: str | None = None
    balance: Decimal = Field(sa_type=YUAN)
    overdue_principal: Decimal = Field(sa_type=YUAN)
    overdue_since: date | None = None
    closed_on: date | None = None
    converted_on: date | None = None
    terms_digest: UUID
    """Of principal, rates and days: tells whether stored reference interest still fits."""


class InterestLine(Row, table=True):
    """Copy: interest that a bank charged for a period, and who bore it."""

    __tablename__ = "interest_line"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    line_no: str = Field(primary_key=True)
    source_version: int
    kind: str
    period_start: date
    period_end: date
    """Exclusive."""
    amount: Decimal = Field(sa_type=YUAN)
    settled_on: date
    borne_by: str


class Repayment(Row, table=True):
    """Copy: principal that a borrower paid back."""

    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    repayment_no: str = Field(primary_key=True)
    source_version: int
    principal: Decimal = Field(sa_type=YUAN)
    paid_on: date


class Refund(Row, table=True):
    """Copy: money that a bank gave back."""

    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    refund_no: str = Field(primary_key=True)
    source_version: int
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date
    cause: str
    to: str
