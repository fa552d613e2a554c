"""What loans stores: facts that banks pushed, what the engine computed of them, and copies."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, RATE, SUM, YUAN, Fact, Report
from kernel.judging import add_screening_requests
from kernel.registry_copy import add_registry_copy
from kernel.tables import add_shared_tables

SCHEMA = schema("loans")
add_shared_tables(SCHEMA)
add_registry_copy(SCHEMA)
add_agency_copy(SCHEMA)
add_screening_requests(SCHEMA)


class Contract(Report, table=True):
    """A loan contract as its bank reported it at one time; `id` is the loan's."""

    __table_args__ = (
        Index("contract_number_idx", "agency", "contract_no"),
        Index("contract_person_key_idx", "person_key"),
        Index("contract_signed_on_idx", "signed_on"),
    )
    metadata = SCHEMA

    contract_no: str
    person_key: UUID
    name_key: UUID
    born_on: date
    identity: bytes | None = None
    """Name and ID number, encrypted; only of people the registry did not know at the push."""
    publicity_name: bytes | None = None
    """The borrower's name, encrypted for publicity lists of subsidies alone."""
    kind: str
    parent_contract_no: str | None = None
    product: str
    principal: Decimal = Field(sa_type=YUAN)
    annual_rate: Decimal = Field(sa_type=RATE)
    convention: str
    settlement: str
    applied_on: date
    signed_on: date
    disbursed_on: date
    matures_on: date
    purpose: str | None = None
    purpose_text: str | None = None
    guarantee: str
    wish_signed_on: date | None = None
    actual_user_kind: str | None = None
    actual_user_credit_code: str | None = None
    actual_user_name: str | None = None
    actual_user_mode: str | None = None
    actual_user_has_industry_base: bool | None = None
    actual_user_at_risk: bool | None = None
    household_aware: bool | None = None
    household_takes_part: bool | None = None
    balance: Decimal = Field(sa_type=YUAN)
    overdue_principal: Decimal = Field(sa_type=YUAN)
    overdue_since: date | None = None
    five_class: int
    rate_changes: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    closed_on: date | None = None
    converted_to: str | None = None
    converted_on: date | None = None
    terms_digest: UUID
    """Of principal, rates and days: tells whether stored reference interest still fits."""


class ContractRef(Row, table=True):
    """Through which each push finds its loan: the bank's number leads to household and loan.

    Own group: looked up before the household is known.
    """

    __tablename__ = "contract_ref"
    metadata = SCHEMA

    agency: str = Field(primary_key=True)
    contract_no: str = Field(primary_key=True)
    household_key: UUID
    loan_id: UUID
    person_key: UUID = Field(index=True)
    division: str


class HouseholdLock(Row, table=True):
    """What a push locks before it sums over a household, so that two banks cannot both be right."""

    __tablename__ = "household_lock"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)


class OfLoan(Fact):
    """A fact about one loan."""

    loan_id: UUID
    contract_no: str


class InterestLine(OfLoan, table=True):
    """Interest that a bank charged for a period; `period_end` is exclusive."""

    __tablename__ = "interest_line"
    __table_args__ = (Index("interest_line_number_idx", "loan_id", "line_no"),)
    metadata = SCHEMA

    line_no: str
    kind: str
    period_start: date
    period_end: date
    base: Decimal = Field(sa_type=YUAN)
    amount: Decimal = Field(sa_type=YUAN)
    settled_on: date
    borne_by: str
    account_kind: str | None = None


class Repayment(OfLoan, table=True):
    """Money that a borrower paid back."""

    __table_args__ = (Index("repayment_number_idx", "loan_id", "repayment_no"),)
    metadata = SCHEMA

    repayment_no: str
    principal: Decimal = Field(sa_type=YUAN)
    interest: Decimal = Field(sa_type=YUAN)
    penalty: Decimal = Field(sa_type=YUAN)
    paid_on: date


class Refund(OfLoan, table=True):
    """Money that a bank gave back, with its cause and the rate it was measured against."""

    __table_args__ = (Index("refund_number_idx", "loan_id", "refund_no"),)
    metadata = SCHEMA

    refund_no: str
    amount: Decimal = Field(sa_type=YUAN)
    paid_on: date
    cause: str
    to: str
    baseline_rate: Decimal | None = Field(default=None, sa_type=RATE)
    claim_line: str | None = None


class Notice(OfLoan, table=True):
    """A notice before maturity, with the hash of its proof."""

    __table_args__ = (Index("notice_number_idx", "loan_id", "kind", "sent_on"),)
    metadata = SCHEMA

    kind: str
    sent_on: date
    proof: str | None = None


class Rating(Fact, table=True):
    """A bank's rating of a person: grade, limit, and whether there is a major bad record."""

    __table_args__ = (Index("rating_number_idx", "agency", "person_key", "rated_on"),)
    metadata = SCHEMA

    person_key: UUID
    grade: str
    limit: Decimal = Field(sa_type=YUAN)
    rated_on: date
    valid_to: date | None = None
    bad_record: bool


class ReferenceInterest(Row, table=True):
    """R(day) of a loan: what law lets it cost from drawdown to that day (LOAN-30). Derived."""

    __tablename__ = "reference_interest"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    amount: Decimal = Field(sa_type=SUM)


class ReferenceTerms(Row, table=True):
    """By which terms and which engine a loan's reference interest was computed. Derived."""

    __tablename__ = "reference_terms"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    terms_digest: UUID
    closed_on: date | None = None
    engine_version: int
