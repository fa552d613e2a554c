"""What the subsidy service stores: payments, and copies of the banks' loans."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from kernel.database import Row, schema
from kernel.facts import YUAN, Fact
from kernel.judging import add_screening_requests
from kernel.tables import add_shared_tables

SCHEMA = schema("subsidy")
add_shared_tables(SCHEMA)
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


class Loan(Row, table=True):
    """Copy: a contract under its bank's number. `division` is the branch's."""

    __table_args__ = (Index("loan_number_idx", "agency", "contract_no"),)
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    loan_id: UUID = Field(primary_key=True)
    source_version: int
    agency: str
    contract_no: str
    division: str
    product: str
    signed_on: date
    disbursed_on: date


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
