"""LOAN-21, 22, 41, 43 and 50: what is seen only when loans are added up, and what people decide.

Users, villages, areas and households have facts of their own; each function says whose it reads.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, or_, true

from kernel.law import Certainty, Kind, rule
from kernel.policy.registered import is_registered
from services.loans.rules.afterwards import is_living_poverty_loan
from services.loans.rules.borrowing import declared, full_civil_capacity, someone_able_to_work


@rule(
    "LOAN-21",
    kind=Kind.FINDING,
    zh="实际用款企业或其他组织未达到挂牌跟踪监测标准",
    en="No organisation really uses so many poverty loans that it must be watched.",
    cite="黑金发〔2019〕22号 二(一): 重点挂牌跟踪监测贷款量大、涉及户数较多的实际用款企业",
    plan="一",
    amount="total_balance",
    figures=("credit_code",),
    beside=("families", "loans", "banks", "total_balance", "watch_households", "watch_balance"),
    silence=("unreported_by",),
    certainty=Certainty.ASSUMED,
)
def below_the_watch_list(user: FromClause) -> ColumnElement[Any]:
    """By families or by balance, over all banks and counties. Without a credit code nobody knows
    whose loan it is. A loan that its bank has not reported yet may live. Both limits are assumed.
    """
    c = user.c
    many = or_(c.families > c.watch_households, c.total_balance > c.watch_balance)
    few = and_(c.families_at_most <= c.watch_households, c.balance_at_most <= c.watch_balance)
    return case((many, false()), (few, true()))


def fits_the_household(loan: FromClause) -> ColumnElement[Any]:
    """LOAN-02 and LOAN-04 of one loan: one not met is false, else one undetermined is null."""
    return and_(someone_able_to_work.condition(loan), full_civil_capacity.condition(loan))


def _is_large_enough(village: FromClause) -> ColumnElement[Any]:
    return village.c.registered >= village.c.village_households


@rule(
    "LOAN-22",
    kind=Kind.FINDING,
    zh="本村没有“无差别发放”",
    en="The village's households are not all lent to whether they can use a loan or not.",
    cite="黑金发〔2019〕22号 二(一): 无差别地发放给全体贫困户, 包括已经明显无劳动能力的贫困群众",
    plan="一 六",
    applies=_is_large_enough,
    figures=("registered", "holders_at_least", "loans", "unfit"),
    beside=("holders_at_most", "unclear", "indiscriminate_share", "unfit_share"),
    silence=("loans_unclear",),
    certainty=Certainty.ASSUMED,
)
def lent_with_discrimination(village: FromClause) -> ColumnElement[Any]:
    """Too many registered households hold a living loan, and too many living loans do not meet
    LOAN-02 or 04. Undetermined only where undetermined loans would tip it. All shares are assumed.
    """
    c = village.c
    nearly_all = c.holders_at_least > c.indiscriminate_share * c.registered
    maybe_all = c.holders_at_most > c.indiscriminate_share * c.registered
    unfit = c.unfit > c.unfit_share * c.loans_if_least
    maybe_unfit = c.unfit_at_most > c.unfit_share * c.loans_if_most
    return case((and_(nearly_all, unfit), false()), (~and_(maybe_all, maybe_unfit), true()))


def _may_have_a_rate(area: FromClause) -> ColumnElement[Any]:
    return area.c.loans + area.c.unreported_loans >= area.c.area_loans


@rule(
    "LOAN-41",
    kind=Kind.FINDING,
    zh="乡村贷款逾期率不明显高于全县平均水平",
    en="The area's overdue rate is not clearly above its county's.",
    cite="黑金发〔2019〕22号 二(六): 对贷款逾期率明显高于平均水平的乡村, 应及时调查、摸清情况",
    plan="六",
    applies=_may_have_a_rate,
    figures=("loans", "balance", "overdue", "county_balance", "county_overdue"),
    beside=("rate", "county_rate", "overdue_excess"),
    silence=("unreported_by",),
    certainty=Certainty.ASSUMED,
)
def overdue_like_the_county(area: FromClause) -> ColumnElement[Any]:
    """Σ overdue ÷ Σ balance of a village or township against the county's own, both multiplied out
    so that nothing is rounded. What is not reported yet may be owed and overdue, or neither.
    """
    c = area.c

    def is_above(
        overdue: ColumnElement[Any],
        balance: ColumnElement[Any],
        county_overdue: ColumnElement[Any],
        county_balance: ColumnElement[Any],
    ) -> ColumnElement[Any]:
        difference = overdue * county_balance - county_overdue * balance
        return difference > c.overdue_excess * balance * county_balance

    surely = is_above(
        c.overdue,
        c.balance + c.unreported,
        c.county_overdue + c.county_unreported,
        c.county_balance + c.county_unreported,
    )
    maybe = is_above(
        c.overdue + c.unreported,
        c.balance + c.unreported,
        c.county_overdue,
        c.county_balance + c.county_unreported,
    )
    return case((and_(c.loans >= c.area_loans, surely), false()), (~maybe, true()))


@rule(
    "LOAN-43",
    kind=Kind.FINDING,
    zh="借款人未因恶意拖欠、逃废债被列入失信债务人名单",
    en="The borrower is not listed as one who defaults in bad faith.",
    cite="黑金发〔2019〕22号 二(六): 对恶意拖欠银行贷款、存在逃废债行为的, 纳入失信债务人名单",
    plan="六",
    applies=is_living_poverty_loan,
    amount="balance",
    figures=("live", "proposed_on", "decision"),
    beside=("has_evidence", "decided_on", "court_listed"),
)
def not_in_bad_faith(loan: FromClause) -> ColumnElement[Any]:
    """Asked of loans about which a bank proposed it. Not met only with evidence and an officer's
    decision; until he decides it is undetermined. The court's own list is not asked.
    """
    c = loan.c
    listed = and_(c.decision == "LISTED", c.has_evidence, c.live)
    return case((c.decision == "REFUSED", true()), (listed, false()))


@rule(
    "LOAN-50",
    kind=Kind.FINDING,
    zh="“缺资金”致贫的建档立卡户已获扶贫小额信贷, 或已界定真实致贫原因并对接其他帮扶措施",
    en="A registered household that lacks capital has a loan, or its true cause and other help.",
    cite="黑金发〔2019〕22号 二(七): 能贷尽贷; 不符合条件的准确界定致贫原因, 对接帮扶措施",
    plan="七",
    amount="need_amount",
    figures=("lacks_capital",),
    beside=("status_on_the_day", "need_state", "need_raised_on"),
    silence=("status_unclear", "unreported_by", "contracts_undeclared", "needs_undeclared"),
)
def capital_or_other_help(household: FromClause) -> ColumnElement[Any]:
    """Not met only where every bank of the county declared its contracts, and the county's office
    its needs. A gap in the statuses is not registered; no status at all is undetermined.
    """
    c = household.c
    explained = and_(c.need_state == "UNSUITABLE", c.need_is_explained)
    registered = func.coalesce(
        is_registered(c.status_on_the_day, c.on_the_day, c.marginal_from), false()
    )
    known = declared(c.status_unclear)
    everything_told = and_(
        declared(c.unreported_by),
        declared(c.contracts_undeclared),
        declared(c.needs_undeclared),
    )
    return case(
        (or_(c.holds_a_loan, explained), true()),
        (and_(known, ~registered), true()),
        (and_(known, everything_told), false()),
    )
