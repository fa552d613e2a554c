"""LOAN-05, 06, 15, 16 and 17: what a bank must have looked into and put on record."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, null, or_, true

from kernel.law import Certainty, Kind, rule
from services.loans.rules.borrowing import is_poverty_loan

_LAW_24 = "银保监发〔2019〕24号 一(四); 黑金发〔2019〕22号 二(六)"


@rule(
    "LOAN-05",
    kind=Kind.ATTEST,
    zh="借款人无重大不良信用记录",
    en="The borrower has no major bad credit record.",
    cite=_LAW_24,
    plan="一 六",
    applies=is_poverty_loan,
    amount="balance",
    figures=("bad_record", "credit_attested"),
    beside=("rated_on",),
)
def no_bad_credit(loan: FromClause) -> ColumnElement[Any]:
    """The rating of LOAN-06 says that there is none, or an attestation does. Neither speaks:
    undetermined."""
    c = loan.c
    return case(
        (or_(~c.bad_record, c.credit_attested), true()),
        (or_(c.bad_record, ~c.credit_attested), false()),
        else_=null(),
    )


@rule(
    "LOAN-06",
    kind=Kind.ATTEST,
    zh="放款前已评级授信, 授信额度不低于贷款本金",
    en="By drawing the bank had rated the borrower for at least the principal.",
    cite=_LAW_24,
    plan="一 六",
    applies=is_poverty_loan,
    amount="balance",
    figures=("principal", "disbursed_on", "rating_limit"),
    beside=("rated_on", "rating_attested"),
)
def rated_for_the_principal(loan: FromClause) -> ColumnElement[Any]:
    """The same bank's latest rating of the day of drawing or before, not expired on it.

    Rated, but only later or no longer: not met. Not rated at all: as attested, else undetermined.
    """
    c = loan.c
    return case(
        (c.rating_limit >= c.principal, true()),
        (c.is_rated, false()),
        else_=c.rating_attested,
    )


def _must_be_attested(loan: FromClause) -> ColumnElement[Any]:
    """Only the law from 2017 on names these three."""
    return and_(is_poverty_loan(loan), loan.c.signed_on >= loan.c.attested_from)


@rule(
    "LOAN-15",
    kind=Kind.ATTEST,
    zh="借款人遵纪守法、诚实守信",
    en="The borrower abides by the law and is honest.",
    cite=_LAW_24,
    plan="一 六",
    applies=_must_be_attested,
    amount="balance",
    figures=("honesty_attested",),
    certainty=Certainty.ASSUMED,
)
def honest_borrower(loan: FromClause) -> ColumnElement[Any]:
    """As the bank attested; undetermined until it does."""
    attested: ColumnElement[Any] = loan.c.honesty_attested
    return attested


@rule(
    "LOAN-16",
    kind=Kind.ATTEST,
    zh="借款人有必要的技能素质和一定还款能力",
    en="The borrower has the skill that is needed and some ability to repay.",
    cite=_LAW_24,
    plan="一 六",
    applies=_must_be_attested,
    amount="balance",
    figures=("skill_attested",),
    certainty=Certainty.ASSUMED,
)
def able_and_skilled(loan: FromClause) -> ColumnElement[Any]:
    """As the bank attested; undetermined until it does."""
    attested: ColumnElement[Any] = loan.c.skill_attested
    return attested


@rule(
    "LOAN-17",
    kind=Kind.ATTEST,
    zh="产业和项目合法且有一定市场前景",
    en="The project is lawful and has some prospect.",
    cite=_LAW_24,
    plan="一 六",
    applies=_must_be_attested,
    amount="balance",
    figures=("project_attested",),
    certainty=Certainty.ASSUMED,
)
def lawful_project_with_prospect(loan: FromClause) -> ColumnElement[Any]:
    """As the bank attested; undetermined until it does."""
    attested: ColumnElement[Any] = loan.c.project_attested
    return attested
