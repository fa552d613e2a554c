"""SUB-01 to 06: what a bank may claim, and what may be paid without a claim."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, null, true

from kernel.law import Certainty, Kind, rule
from kernel.policy.registered import is_registered
from kernel.policy.use import is_productive, is_used_by_the_household


def _is_claim_line(line: FromClause) -> ColumnElement[bool]:
    """A line of a claim, not a payment that answers none."""
    return line.c.subject_kind == "claim_line"


def _is_line_of_an_approved_claim(line: FromClause) -> ColumnElement[Any]:
    return and_(_is_claim_line(line), line.c.is_committed)


def _registered(loan: FromClause) -> ColumnElement[Any]:
    """LOAN-01, asked of the drawdown day."""
    c = loan.c
    return case(
        (and_(~c.number_known, func.cardinality(c.households_undeclared) == 0), false()),
        (~c.number_known, null()),
        (~c.name_fits, null()),
        (c.home_key.is_(None), false()),
        (~c.status_known, null()),
        else_=func.coalesce(
            is_registered(c.status_on_drawdown, c.disbursed_on, c.marginal_from), false()
        ),
    )


@rule(
    "SUB-01",
    kind=Kind.HARD,
    zh="放款日借款人属建档立卡户，贷款由本户用于生产、利率合规，且贴息期间未越过转商业贷款日",
    en="A registered household drew the loan, uses it itself for production, at a rate within "
    "policy, and the period ends by conversion.",
    cite="黑金发〔2019〕22号 二(四); 银保监发〔2019〕24号 一",
    plan="四",
    amount="claimed",
    figures=(
        "period_start",
        "period_end",
        "claimed",
        "product",
        "disbursed_on",
        "number_known",
        "name_fits",
        "purpose",
        "actual_user_kind",
        "annual_rate",
        "policy_rate",
    ),
    beside=("line_no", "payment_no", "status_on_drawdown", "actual_user_mode", "converted_on"),
    silence=("registration_unclear",),
    assumed=("marginal_is_assumed", "rate_is_assumed"),
)
def entitled(loan: FromClause) -> ColumnElement[Any]:
    """LOAN-01 on the drawdown day, LOAN-12, 13 and 14. One that fails decides, whatever else is
    unknown; a loan that is not 扶贫小额信贷 bears no subsidy at all."""
    c = loan.c
    return and_(
        c.product == "POVERTY_MICRO",
        c.within_conversion,
        _registered(loan),
        is_productive(c.purpose),
        is_used_by_the_household(c.actual_user_kind, c.actual_user_mode),
        c.annual_rate <= c.policy_rate,
    )


@rule(
    "SUB-02",
    kind=Kind.HARD,
    zh="贴息期间在放款日与到期、结清、转商业贷款日之间，且未与先前申请或支付的期间重叠",
    en="The period lies between drawdown and maturity, payoff or conversion, and overlaps nothing "
    "claimed or paid earlier.",
    cite="黑金发〔2019〕22号 二(四)",
    plan="四",
    amount="claimed",
    figures=("claimed", "period_start", "period_end", "disbursed_on", "last_day", "taken"),
    beside=("line_no", "payment_no"),
)
def within_the_loan_and_claimed_once(line: FromClause) -> ColumnElement[Any]:
    """Of two that overlap the later one fails, the whole line."""
    c = line.c
    return and_(
        c.disbursed_on <= c.period_start,
        c.period_start < c.period_end,
        c.period_end <= c.last_day,
        c.taken == 0,
    )


@rule(
    "SUB-03",
    kind=Kind.HARD,
    zh="申请金额不超过该期间按规定计算的利息与贴息比例之积",
    en="No more is claimed than the reference interest of the period times the share.",
    cite="银发〔2005〕129号; 黑金发〔2019〕22号 二(二): 凡超过人民银行政策规定利息部分一律退回",
    plan="二",
    applies=_is_claim_line,
    amount="above_reference",
    figures=("claimed", "period_start", "period_end", "reference", "share", "due"),
    beside=("line_no",),
    certainty=Certainty.ASSUMED,
)
def within_reference(line: FromClause) -> ColumnElement[Any]:
    """One fen more is not met. The share is assumed until the county sets one."""
    return line.c.claimed <= line.c.due


@rule(
    "SUB-04",
    kind=Kind.HARD,
    zh="申请金额不超过银行实际计收的利息，并付至该笔贷款账户",
    en="No more is claimed than the bank charged, and the loan's account is paid.",
    cite="黑金发〔2019〕22号 二(四): 财政贴息与银行计收利息核对一致",
    plan="四",
    applies=_is_claim_line,
    amount="claimed",
    figures=("claimed", "period_start", "period_end", "charged"),
    beside=("line_no", "charged_at_least", "charged_at_most"),
)
def within_charges(line: FromClause) -> ColumnElement[Any]:
    """Normal interest lines settled by the day. Those that reach across the period's ends were
    charged for it in a part that nobody told: what rests on them is undetermined.

    That the loan's account is paid is kept where a claim is paid: a payment names the loan.
    """
    c = line.c
    return case((c.claimed <= c.charged_at_least, true()), (c.claimed > c.charged_at_most, false()))


@rule(
    "SUB-05",
    kind=Kind.HARD,
    zh="逾期期间、罚息复利、超限额部分以及不予贴息的展期均未申请贴息",
    en="Nothing is claimed for overdue days, penalty or compound interest, the part above the "
    "cap, or an extension that bears none.",
    cite="银保监发〔2021〕6号 一: 5万元以上部分不予贴息; 黑金发〔2019〕22号 二(四)",
    plan="四",
    applies=_is_claim_line,
    amount="claimed",
    figures=("claimed", "period_start", "period_end", "eligible"),
    beside=("line_no", "charged_at_most", "penalty"),
    certainty=Certainty.ASSUMED,
)
def of_subsidised_days_and_principal(line: FromClause) -> ColumnElement[Any]:
    """`eligible` is the interest of those days and that part of the principal which bear subsidy,
    times the share. What is more than all normal charges and yet fits with penalty and compound
    lines was claimed for those."""
    c = line.c
    for_penalty = and_(c.penalty > 0, c.claimed > c.charged_at_most)
    return case(
        (for_penalty, false()),
        (~c.is_restricted, true()),
        (c.claimed <= c.eligible_at_least, true()),
        (c.claimed > c.eligible_at_most, false()),
    )


@rule(
    "SUB-06",
    kind=Kind.HARD,
    zh="由不同人员审核、批准、支付，且在县级预算之内",
    en="Three different officers reviewed, approved and paid, within the county's budget.",
    cite="黑金发〔2019〕22号 二(四): 扶贫、财政部门分别审核把关",
    plan="二",
    applies=_is_line_of_an_approved_claim,
    amount="claimed",
    figures=("claimed", "wanted", "budget"),
    beside=("line_no",),
)
def decided_by_three_and_within_budget(line: FromClause) -> ColumnElement[Any]:
    """`wanted` is what the year's claims approved before this one and it come to together.

    That the officers differ and belong to the right offices the database itself holds
    (`claim_progress`); without a budget on record nobody can tell.
    """
    return line.c.wanted <= line.c.budget
