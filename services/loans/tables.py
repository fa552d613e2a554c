"""What loans stores: facts that banks pushed, what the engine computed of them, and copies."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, INSTANT, RATE, SUM, YUAN, Fact, Report
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
    life: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Which contract of that number it is: how many were voided before it."""
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


class ContractVoid(Row, table=True):
    """A contract that its bank took back: it never was, and its number is free again."""

    __tablename__ = "contract_void"
    __table_args__ = (Index("contract_void_number_idx", "agency", "contract_no"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    agency: str
    contract_no: str
    reason: str
    voided_on: date
    client_id: str
    sub: str
    recorded_at: datetime = Field(sa_type=INSTANT)


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


class RepaymentPlan(OfLoan, table=True):
    """How an overdue loan is to be repaid, as agreed with the borrower, and who helps him."""

    __tablename__ = "repayment_plan"
    __table_args__ = (Index("repayment_plan_number_idx", "loan_id", "agreed_on"),)
    metadata = SCHEMA

    agreed_on: date
    helper: str | None = None
    instalments: list[dict[str, Any]] = Field(sa_type=DOCUMENT)


class Attestation(Row, table=True):
    """A bank's yes or no to one condition of one loan; a later version replaces, none is lost."""

    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    rule_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    agency: str
    verdict: bool
    on: date
    attested_by: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class ConditionException(Row, table=True):
    """Why an officer of the lending bank lets a loan pass a 原则上 condition; kept like those."""

    __tablename__ = "condition_exception"
    __table_args__ = (
        CheckConstraint("officer_agency = agency", name="officer_of_the_lender"),
        CheckConstraint("reason ~ '[^[:space:]]'", name="reasoned"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    rule_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    agency: str
    """The bank that lent."""
    reason: str
    on: date
    officer: str
    officer_agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


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


class EligibilityCheck(Row, table=True):
    """What was asked about a loan that did not exist yet, and what was answered: evidence."""

    __tablename__ = "eligibility_check"
    __table_args__ = (Index("eligibility_check_agency_idx", "agency", "id"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, index=True)
    agency: str
    """Who asked, and beside it by which client and in whose name."""
    client_id: str
    sub: str
    asked_at: datetime = Field(sa_type=INSTANT)
    as_of: date
    division: str
    """The branch asked about, else the county of the home."""
    bank: str | None = None
    person_key: UUID
    question: bytes = Field(sa_type=LargeBinary)
    """What was asked, encrypted."""
    verdict: str
    words_id: UUID
    conditions: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """As answered, without the words."""
    facts: dict[str, Any] = Field(sa_type=DOCUMENT)
    """How far each copy had come."""
    sources: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """The records that the verdicts rest on."""
    reservation_id: UUID | None = None


class ConditionWords(Row, table=True):
    """The words in which conditions were told, once for each wording that the law has had here."""

    __tablename__ = "condition_words"
    metadata = SCHEMA

    words_id: UUID = Field(primary_key=True)
    words: list[dict[str, Any]] = Field(sa_type=DOCUMENT)


class Reservation(Row, table=True):
    """Room under a household's cap that one bank holds for one person's loan."""

    __table_args__ = (
        Index("reservation_person_key_idx", "person_key"),
        Index("reservation_agency_idx", "agency", "id"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, index=True)
    agency: str
    client_id: str
    sub: str
    division: str
    person_key: UUID
    amount: Decimal = Field(sa_type=YUAN)
    reserved_on: date
    expires_on: date
    """The first day on which it holds no more."""
    made_at: datetime = Field(sa_type=INSTANT)


class ReservationEnd(Row, table=True):
    """Why a reservation holds no more before its last day; there is at most one end to each."""

    __tablename__ = "reservation_end"
    __table_args__ = (
        CheckConstraint("cause in ('released', 'replaced', 'used')", name="cause"),
        CheckConstraint("(cause = 'used') = (loan_id is not null)", name="loan_id"),
        Index("reservation_end_loan_id_idx", "loan_id"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    reservation_id: UUID = Field(primary_key=True)
    cause: str
    ended_at: datetime = Field(sa_type=INSTANT)
    sub: str
    """Who released or replaced it, or pushed the contract that used it up."""
    loan_id: UUID | None = None


class LackOfCapital(Row, table=True):
    """Whether a household is poor for lack of capital, by each report of it. A copy."""

    __tablename__ = "lack_of_capital"
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    known_from: date = Field(primary_key=True)
    known_to: date
    lacks_capital: bool


class Need(Row, table=True):
    """A financing need as its office last told it. A copy, without its reasons."""

    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    need_id: UUID = Field(primary_key=True)
    source_version: int
    raised_on: date
    state: str
    amount: Decimal = Field(sa_type=YUAN)
    is_explained: bool
    """Whether a true cause and another measure are on record."""


class DefaultProposal(Row, table=True):
    """That a bank proposes a borrower for the list of those who default in bad faith (失信)."""

    __tablename__ = "default_proposal"
    __table_args__ = (
        CheckConstraint("evidence ~ '[^[:space:]]'", name="has_evidence"),
        UniqueConstraint("household_key", "proposal_id", "agency"),
        Index("default_proposal_loan_id_idx", "loan_id"),
        Index("default_proposal_proposal_id_idx", "proposal_id"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    proposal_id: UUID = Field(primary_key=True)
    loan_id: UUID
    agency: str
    contract_no: str
    division: str
    evidence: str
    """Hash of the file in which it stands."""
    reason: str
    proposed_on: date
    proposed_by: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class DefaultDecision(Row, table=True):
    """What an officer of another agency decided on a proposal; there is one, and it stays."""

    __tablename__ = "default_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["household_key", "proposal_id", "proposed_agency"],
            [
                "loans.default_proposal.household_key",
                "loans.default_proposal.proposal_id",
                "loans.default_proposal.agency",
            ],
        ),
        CheckConstraint("decided_agency <> proposed_agency", name="of_another_agency"),
        CheckConstraint("reason ~ '[^[:space:]]'", name="reasoned"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    proposal_id: UUID = Field(primary_key=True)
    proposed_agency: str
    decision: str
    reason: str
    court_listed: bool | None = None
    """Whether he is on the court's list of 失信被执行人, which is another list."""
    decided_on: date
    decided_by: str
    decided_agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)


class UserDisposition(Row, table=True):
    """What an office means to do about an actual user; each version stays.

    Own group: a user is an organisation and belongs to no household.
    """

    __tablename__ = "user_disposition"
    metadata = SCHEMA

    user_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    credit_code: str
    assigned_class: str = Field(sa_column=Column("class", Text, nullable=False))
    reason: str
    disposed_on: date
    disposed_by: str
    agency: str
    recorded_at: datetime = Field(sa_type=INSTANT)
