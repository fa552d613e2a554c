"""SUB-10 to 12: what was not claimed, not passed on, or paid beyond what was due."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, true

from kernel.law import Certainty, Kind, rule
from services.subsidy.rules.lines import entitled


@rule(
    "SUB-10",
    kind=Kind.FINDING,
    zh="应贴息的贷款已及时申请贴息",
    en="The subsidy of a loan that is entitled to it is claimed in time.",
    cite="黑金发〔2019〕22号 二(四): 应享受财政贴息政策而未享受的, 立即整改",
    plan="四",
    amount="unclaimed",
    figures=(
        "charged",
        "reference",
        "line_count",
        "first_end",
        "number_known",
        "name_fits",
        "purpose",
        "actual_user_kind",
        "policy_rate",
    ),
    beside=("disbursed_on", "status_on_drawdown"),
    silence=("registration_unclear", "payments_undeclared"),
    certainty=Certainty.ASSUMED,
)
def subsidy_claimed_in_time(loan: FromClause) -> ColumnElement[Any]:
    """Asked of loans without any claim or payment, with interest that the household bore and whose
    days to claim are over; how many they are is assumed. A loan that SUB-01 fails has no claim;
    one of which that cannot be told is undetermined.

    That nothing was paid is a fact only where the finance bureau declared its payments.
    """
    is_entitled = entitled.condition(loan)
    return case(
        (is_entitled.is_(False), true()),
        (loan.c.unclaimed <= 0, true()),
        (and_(is_entitled, func.cardinality(loan.c.payments_undeclared) == 0), false()),
    )


@rule(
    "SUB-11",
    kind=Kind.FINDING,
    zh="银行收到贴息后已将所扣利息返还贫困户",
    en="What the bank took in interest for days the treasury paid was given back to the household.",
    cite="黑金发〔2019〕22号 二(四): 财政贴息后未将所扣利息返还贫困户的立即整改",
    plan="四",
    amount="withheld",
    figures=("received", "borne", "refunded", "lines"),
    silence=("refunds_undeclared",),
    certainty=Certainty.ASSUMED,
)
def subsidy_passed_through(loan: FromClause) -> ColumnElement[Any]:
    """One fen short is not met. That no more came back is a fact only where the bank declared so.

    Asked of loans with interest that the household bore for days the treasury paid, once the days
    to pass it on are over; how many they are is assumed.
    """
    return case(
        (loan.c.withheld <= 0, true()),
        (func.cardinality(loan.c.refunds_undeclared) == 0, false()),
    )


@rule(
    "SUB-12",
    kind=Kind.FINDING,
    zh="财政支付的贴息未超过应贴金额",
    en="The treasury paid no more than the reference interest times the share.",
    cite="黑金发〔2019〕22号 二(二): 凡超过人民银行政策规定利息部分一律退回",
    plan="二",
    amount="overpaid",
    figures=("paid", "due", "refunded"),
    certainty=Certainty.ASSUMED,
)
def nothing_paid_beyond_what_was_due(loan: FromClause) -> ColumnElement[Any]:
    """One fen is clawed back. A refund to the treasury counts here and for LOAN-32 alike.

    Asked of loans for which something was paid. Where the family's earlier loans are unclear, so is
    the part that bears subsidy, unless what is certain decides. The share is assumed.
    """
    c = loan.c
    return case(
        (c.paid - c.due_at_most - c.refunded > 0, false()),
        (c.paid - c.due_at_least - c.refunded <= 0, true()),
    )
