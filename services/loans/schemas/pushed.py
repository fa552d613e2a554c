"""What banks push, and how it is read back."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from kernel.division import DivisionCode
from kernel.fields import AgencyNumber, CreditCode, DayAfter, FirstDay, Line, Part, Pushed
from kernel.money import PositiveYuan, Rate, Yuan
from kernel.people import IdNumber, PersonName
from services.loans.vocabulary import (
    AccountKind,
    Bearer,
    Convention,
    FiveClass,
    Guarantee,
    LineKind,
    LoanKind,
    LoanPurpose,
    NoticeKind,
    Product,
    RefundCause,
    RefundTarget,
    Settlement,
    UserKind,
    UserMode,
)


class ActualUser(Part):
    """Who really uses the money."""

    kind: UserKind
    credit_code: CreditCode | None = None
    name: Line | None = None
    mode: UserMode | None = None
    has_industry_base: bool | None = None
    at_risk: bool | None = None


class RateChange(Part):
    """The contract's rate from a day on."""

    from_: Annotated[date, Field(alias="from")]
    annual_rate: Rate


class ContractIn(Pushed):
    """A loan contract as it stands on `as_at`."""

    contract_no: AgencyNumber
    branch_division: DivisionCode
    borrower_name: PersonName
    borrower_id_number: IdNumber
    kind: LoanKind
    parent_contract_no: AgencyNumber | None = None
    product: Product
    principal: PositiveYuan
    annual_rate: Rate
    convention: Convention
    settlement: Settlement
    applied_on: date
    signed_on: date
    disbursed_on: FirstDay
    matures_on: DayAfter
    purpose: LoanPurpose | None = None
    purpose_text: Line | None = None
    guarantee: Guarantee
    wish_signed_on: date | None = None
    actual_user: ActualUser | None = None
    household_aware: bool | None = None
    household_takes_part: bool | None = None
    balance: Yuan
    overdue_principal: Yuan
    overdue_since: date | None = None
    five_class: FiveClass
    rate_changes: Annotated[list[RateChange], Field(max_length=200)] = Field(default_factory=list)
    closed_on: date | None = None
    converted_to: AgencyNumber | None = None
    converted_on: date | None = None
    as_at: date

    @field_validator("matures_on")
    @classmethod
    def _matures_after_it_is_drawn(cls, matures_on: date, info: ValidationInfo) -> date:
        if matures_on <= info.data.get("disbursed_on", date.min):
            raise PydanticCustomError("empty_term", "matures_on must come after disbursed_on.")
        return matures_on

    @field_validator("closed_on")
    @classmethod
    def _closes_once_it_is_drawn(cls, closed_on: date | None, info: ValidationInfo) -> date | None:
        if closed_on and closed_on < info.data.get("disbursed_on", date.min):
            raise PydanticCustomError("closed_early", "closed_on cannot precede disbursed_on.")
        return closed_on


class RatingIn(Pushed):
    """A bank's rating of a person (评级授信)."""

    id_number: IdNumber
    grade: Line
    limit: Yuan
    rated_on: date
    valid_to: date | None = None
    bad_record: bool


class InterestLineIn(Pushed):
    """Interest charged for a period of a contract."""

    contract_no: AgencyNumber
    line_no: AgencyNumber
    kind: LineKind
    period_start: FirstDay
    period_end: DayAfter
    """The first day no longer charged for (算头不算尾)."""
    base: Yuan
    amount: Yuan
    settled_on: date
    borne_by: Bearer
    account_kind: AccountKind | None = None

    @field_validator("period_end")
    @classmethod
    def _ends_after_it_begins(cls, period_end: date, info: ValidationInfo) -> date:
        if period_end <= info.data.get("period_start", date.min):
            raise PydanticCustomError("empty_period", "period_end must come after period_start.")
        return period_end


class RepaymentIn(Pushed):
    """A repayment, by what it paid."""

    contract_no: AgencyNumber
    repayment_no: AgencyNumber
    principal: Yuan
    interest: Yuan
    penalty: Yuan
    paid_on: date


class RefundIn(Pushed):
    """Money given back to the household or the treasury."""

    contract_no: AgencyNumber
    refund_no: AgencyNumber
    amount: PositiveYuan
    paid_on: date
    cause: RefundCause
    to: RefundTarget
    baseline_rate: Rate | None = None
    claim_line: AgencyNumber | None = None


class NoticeIn(Pushed):
    """A notice before maturity."""

    contract_no: AgencyNumber
    kind: NoticeKind
    sent_on: date
    proof: Line | None = None
    """Hash of the signed notice."""


class Instalment(Part):
    """A part of what is owed, and when it is due."""

    due_on: date
    amount: PositiveYuan


class RepaymentPlanIn(Pushed):
    """A repayment plan as agreed with the borrower (帮助其制定还款计划)."""

    contract_no: AgencyNumber
    agreed_on: date
    helper: Line | None = None
    """Who helps the borrower to keep it (帮扶责任人)."""
    instalments: Annotated[list[Instalment], Field(min_length=1, max_length=200)]


class OfContractOut(BaseModel):
    """What every fact about a contract says when it is read back."""

    id: UUID
    agency: str
    contract_no: str
    source_version: int


class ContractOut(OfContractOut):
    """A contract as it was last reported. The borrower is a reference of the reader's own."""

    person_ref: str
    branch_division: str
    kind: LoanKind
    parent_contract_no: str | None
    product: Product
    principal: Decimal
    annual_rate: Decimal
    convention: Convention
    settlement: Settlement
    applied_on: date
    signed_on: date
    disbursed_on: date
    matures_on: date
    purpose: LoanPurpose | None
    purpose_text: str | None
    guarantee: Guarantee
    wish_signed_on: date | None
    actual_user: dict[str, Any] | None
    household_aware: bool | None
    household_takes_part: bool | None
    balance: Decimal
    overdue_principal: Decimal
    overdue_since: date | None
    five_class: FiveClass
    rate_changes: list[dict[str, Any]]
    closed_on: date | None
    converted_to: str | None
    converted_on: date | None
    as_at: date


class RatingOut(BaseModel):
    """A rating as it was pushed."""

    id: UUID
    agency: str
    person_ref: str
    grade: str
    limit: Decimal
    rated_on: date
    valid_to: date | None
    bad_record: bool
    source_version: int


class InterestLineOut(OfContractOut):
    """An interest line as it was pushed."""

    line_no: str
    kind: LineKind
    period_start: date
    period_end: date
    base: Decimal
    amount: Decimal
    settled_on: date
    borne_by: Bearer
    account_kind: AccountKind | None


class RepaymentOut(OfContractOut):
    """A repayment as it was pushed."""

    repayment_no: str
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    paid_on: date


class RefundOut(OfContractOut):
    """A refund as it was pushed."""

    refund_no: str
    amount: Decimal
    paid_on: date
    cause: RefundCause
    to: RefundTarget
    baseline_rate: Decimal | None
    claim_line: str | None


class NoticeOut(OfContractOut):
    """A notice as it was pushed."""

    kind: NoticeKind
    sent_on: date
    proof: str | None


class RepaymentPlanOut(OfContractOut):
    """A repayment plan as it was pushed."""

    agreed_on: date
    helper: str | None
    instalments: list[Instalment]
