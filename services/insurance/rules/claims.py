"""INS-03 to 05: how an insurer deals with a claim (保险法 第二十三至二十五条)."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, null, or_, true

from kernel.law import Certainty, Kind, rule
from services.insurance.vocabulary import CLOCKS

_DAYS = tuple(f"{clock}_{part}" for clock in CLOCKS for part in ("took", "seems", "days"))


@rule(
    "INS-03",
    kind=Kind.FINDING,
    zh="核定、给付赔款、拒赔通知和先行给付均在法定期限之内",
    en="A claim is assessed, paid, refused with notice or paid in part within the days of law.",
    cite="黑金发〔2019〕22号 二(五): 未及时理赔的要尽快完成; 保险法(2015)第二十三至二十五条",
    plan="五",
    figures=("reported_on",),
    beside=("running", *_DAYS),
    silence=("changes_undeclared",),
    certainty=Certainty.ASSUMED,
)
def clocks_kept(claim: FromClause) -> ColumnElement[Any]:
    """Not met where one clock took longer than it may; the last day is in time.

    What was paid though nobody knows of an agreement or decision may have been paid late, unless
    the insurer declared its changes complete.

    任一期限超过法定日数即不符合，最后一日仍算按时。

    已给付而不知何时达成协议或作出决定的，可能已逾期，除非保险机构申明状态变更已全部报送。
    """
    c = claim.c
    began_unheard = and_(c.beginning_unknown, func.cardinality(c.changes_undeclared) != 0)
    return and_(
        *[
            is_in_time(c[f"{clock}_took"], c[f"{clock}_seems"], c[f"{clock}_days"], claim)
            for clock in CLOCKS
        ],
        case((began_unheard, null()), else_=true()),
    )


def is_in_time(
    took: ColumnElement[Any], seems: ColumnElement[Any], days: ColumnElement[Any], claim: FromClause
) -> ColumnElement[Any]:
    """Whether a clock kept its days. `took` it surely did; `seems` it does if nothing is untold.

    A clock that still runs past its day, or whose end is in doubt, is late only where the insurer
    declared that it pushed every change. Which clock did not run has neither.
    """
    return case(
        (took > days, false()),
        (or_(seems.is_(None), seems <= days), true()),
        (func.cardinality(claim.c.changes_undeclared) == 0, false()),
        else_=null(),
    )


def _was_paid_on_a_covered_day(claim: FromClause) -> ColumnElement[Any]:
    """A claim with a payment, whose incident lies on a covered day or may.

    在承保日内出险并已有给付的理赔。
    """
    return and_(claim.c.tells_of_payment, claim.c.is_covered.is_not(False))


@rule(
    "INS-04",
    kind=Kind.FINDING,
    zh="赔付金额（含先行给付）不低于应赔金额",
    en="What was paid, with prepayments, is no less than what was due.",
    cite="黑金发〔2019〕22号 二(五): 确保建档立卡贫困户扶贫小额人身保险应赔尽赔",
    plan="五",
    applies=_was_paid_on_a_covered_day,
    amount="short_by",
    figures=("kind", "on"),
    beside=("basis", "sum", "shared_among", "due", "paid"),
    silence=("due_unknown",),
    certainty=Certainty.ASSUMED,
)
def paid_in_full(claim: FromClause) -> ColumnElement[Any]:
    """Who was paid the most that can be due was paid in full, even where loss or share is unknown.

    已按可能应赔的最高额给付的，即使损失或分摊份额不明也为足额。
    """
    c = claim.c
    return case(
        (c.paid >= c.due_at_most, true()),
        (and_(c.paid < c.due, ~c.paid_unknown), false()),
        else_=null(),
    )


def _was_refused_or_withdrawn(claim: FromClause) -> ColumnElement[Any]:
    """And nothing but CLOSED followed. What the policy does not cover may be refused.

    承保范围内、最后以拒赔或撤案告终的理赔。
    """
    return and_(claim.c.refusal.is_not(None), claim.c.is_covered.is_not(False))


@rule(
    "INS-05",
    kind=Kind.FINDING,
    zh="承保范围内的拒赔或撤案均有理由代码并经复核",
    en="Whoever refused or withdrew a claim that is covered gave a reason, and looked twice.",
    cite="黑金发〔2019〕22号 二(五): 确保应赔尽赔; 保险法(2015)第二十四条: 并说明理由",
    plan="五",
    applies=_was_refused_or_withdrawn,
    figures=("refusal", "refused_on", "kind"),
    beside=("reason_code", "second_look_on"),
    silence=("product_unknown", "changes_missing"),
    certainty=Certainty.ASSUMED,
)
def refused_with_reason_and_second_look(claim: FromClause) -> ColumnElement[Any]:
    """Undetermined while it is unknown whether the policy covers it, or what came in between.

    保单是否承保、其间发生过什么尚不清楚时，无法判定。
    """
    c = claim.c
    certain = and_(c.is_covered, func.cardinality(c.changes_missing) == 0)
    return case(
        (and_(c.reason_code.is_not(None), c.second_look_on.is_not(None)), true()),
        (certain, false()),
        else_=null(),
    )
