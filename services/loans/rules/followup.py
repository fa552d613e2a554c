"""LOAN-40, 42 and 60: what must be seen to while a poverty loan lives."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, null, true

from kernel.law import Certainty, Kind, rule
from services.loans.rules.afterwards import is_living_poverty_loan
from services.loans.rules.borrowing import declared, registered_borrower


@rule(
    "LOAN-40",
    kind=Kind.FINDING,
    zh="到期贷款按时归还, 没有逾期本金",
    en="No principal is overdue.",
    cite="黑金发〔2019〕22号 二(六): 稳妥处置逾期贷款, 督促借款人归还贷款, 帮助其制定还款计划",
    plan="六",
    applies=is_living_poverty_loan,
    amount="overdue_amount",
    figures=("live", "overdue_amount", "matures_on"),
    beside=(
        "overdue_since",
        "overdue_days",
        "overdue_band",
        "five_class",
        "least_class",
        "class_is_too_mild",
        "repayment_planned_on",
        "helper_named",
    ),
    certainty=Certainty.ASSUMED,
)
def repaid_when_due(loan: FromClause) -> ColumnElement[Any]:
    """Overdue as the bank reports it; or past maturity with a balance, though the bank is silent.

    Beside it stand the band of days overdue, the class that the bank gave and the mildest that fits
    the band, and whether a repayment plan is on record. The bands are assumed.
    """
    return loan.c.overdue_amount == 0


@rule(
    "LOAN-42",
    kind=Kind.FINDING,
    zh="到期前60天已通知、30天已书面通知借款人",
    en="Before maturity the borrower was reminded, and then told in writing.",
    cite="黑金发〔2019〕22号 二(六): 到期日60天前通知借款人做好还款准备, 30天前书面通知",
    plan="六",
    applies=is_living_poverty_loan,
    amount="balance",
    figures=("live", "matures_on", "days_to_maturity"),
    beside=("remind_days", "written_notice_days", "is_noticed", "is_noticed_in_writing"),
    silence=("notices_undeclared",),
    certainty=Certainty.ASSUMED,
)
def noticed_before_maturity(loan: FromClause) -> ColumnElement[Any]:
    """Any notice with proof will do until the days of the written one; a late notice clears it.

    Not met only where the bank declared its notices complete. Past maturity nothing is asked.
    """
    c = loan.c
    enough = case(
        (~c.days_to_maturity.between(0, c.remind_days), true()),
        (c.days_to_maturity <= c.written_notice_days, c.is_noticed_in_writing),
        else_=c.is_noticed,
    )
    surely_not = and_(~enough, c.live, declared(c.notices_undeclared))
    return case((enough, true()), (surely_not, false()), else_=null())


def _is_living_loan_of_the_registered(loan: FromClause) -> ColumnElement[Any]:
    """Whose borrower was not registered on signing is LOAN-23's."""
    registered = registered_borrower.condition(loan)
    return and_(is_living_poverty_loan(loan), registered.is_not(False))


@rule(
    "LOAN-60",
    kind=Kind.FINDING,
    zh="在贷的借款人仍在册, 所在户未被清退",
    en="While the loan lives its borrower lives in the household, which is still listed.",
    cite="黑金发〔2019〕22号 二(六): 完善风险监测预警机制, 及时准确掌握贷款使用情况",
    plan="六",
    applies=_is_living_loan_of_the_registered,
    amount="balance",
    figures=("live", "signed_on", "number_known", "name_fits"),
    beside=("gone_on", "status_now"),
    silence=("registration_unclear",),
)
def borrower_still_there(loan: FromClause) -> ColumnElement[Any]:
    """On the business date: died, left, or household REMOVED is not met. Of the statuses only an
    empty list is undetermined; a gap is no removal."""
    c = loan.c
    gone = and_(c.name_fits, c.gone_on.is_not(None))
    removed = c.status_now == "REMOVED"
    registered = registered_borrower.condition(loan)
    verdict = case(
        (gone, false()),
        (registered.is_(None), null()),
        (removed, false()),
        else_=true(),
    )
    return case((and_(verdict.is_(False), c.live.is_(None)), null()), else_=verdict)
