"""LOAN-20 to 32: who uses a loan, whose it is, and what it cost."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from kernel.law import Certainty, Kind, rule
from services.loans.rules.borrowing import (
    borrower_of_age,
    declared,
    full_civil_capacity,
    is_poverty_loan,
    productive_purpose,
    registered_borrower,
    someone_able_to_work,
    used_by_the_household,
    within_household_cap,
    within_longest_term,
)


def is_living_poverty_loan(loan: FromClause) -> ColumnElement[Any]:
    """Drawn, something owed, not converted; or not known to be otherwise."""
    return and_(is_poverty_loan(loan), loan.c.live.is_not(False))


def is_ordinary_loan(loan: FromClause) -> ColumnElement[bool]:
    """A loan that a registered household might have had as the product instead.

    建档立卡户本可按扶贫小额信贷办理的普通贷款。
    """
    return loan.c.product.in_(("ORDINARY_FARM", "COMMERCIAL"))


def _is_ordinary_loan_with_lines(loan: FromClause) -> ColumnElement[Any]:
    """An ordinary or commercial loan of which interest lines are known.

    已有结息记录的普通农户贷款或商业贷款。
    """
    return and_(is_ordinary_loan(loan), loan.c.line_count > 0)


@rule(
    "LOAN-20",
    kind=Kind.FINDING,
    zh="没有户贷企用",
    en="No organisation uses the loan.",
    cite="黑金发〔2019〕22号 二(一): 以入股分红、转贷、指标交换等方式交由企业或其他组织使用",
    plan="一",
    applies=is_living_poverty_loan,
    amount="balance",
    figures=("live", "actual_user_kind", "disbursed_on"),
    beside=(
        "actual_user_mode",
        "actual_user_credit_code",
        "actual_user_has_industry_base",
        "actual_user_at_risk",
        "household_aware",
        "household_takes_part",
    ),
    shown_class="disposition",
    certainty=Certainty.ASSUMED,
)
def not_used_by_an_organisation(loan: FromClause) -> ColumnElement[Any]:
    """OTHER without a credit code is no organisation. The class says what is to be done.

    实际用款人为“其他”且无统一社会信用代码的，不视为组织。分类指明应如何处置。
    """
    c = loan.c
    person = and_(c.actual_user_kind == "OTHER", c.actual_user_credit_code.is_(None))
    return case(
        (or_(c.actual_user_kind == "HOUSEHOLD", person), true()),
        (or_(c.actual_user_kind.is_(None), c.live.is_(None)), null()),
        else_=false(),
    )


@rule(
    "LOAN-23",
    kind=Kind.FINDING,
    zh="在贷的借款人在签约日属建档立卡户",
    en="The borrower of a living loan was registered on the signing day.",
    cite="黑金发〔2019〕22号 二(一)四: 非建档立卡贫困户获得扶贫小额信贷的要及时转为商业贷款",
    plan="一",
    applies=is_living_poverty_loan,
    amount="balance",
    figures=("live", "signed_on", "number_known", "name_fits"),
    beside=("status_on_signing",),
    silence=("registration_unclear",),
    shown_class="to_commercial",
    assumed=("marginal_is_assumed",),
)
def living_loan_of_a_registered_borrower(loan: FromClause) -> ColumnElement[Any]:
    """LOAN-01 of a loan that lives. Whether it lives may be unknown; then so is this.

    对在贷贷款适用 LOAN-01 的结论；是否在贷不明的，同样无法判定。
    """
    registered = registered_borrower.condition(loan)
    return case((and_(registered.is_(False), loan.c.live.is_(None)), null()), else_=registered)


@rule(
    "LOAN-30",
    kind=Kind.FINDING,
    zh="计息不超过合同年利率折算的利息",
    en="Interest charged is not more than the contract's annual rate allows.",
    cite="银发〔2005〕129号; 黑金发〔2019〕22号 二(二): 凡超过人民银行政策规定利息部分一律退回",
    plan="二",
    applies=is_poverty_loan,
    amount="excess",
    figures=("charged", "reference", "line_count", "principal", "disbursed_on", "matures_on"),
    beside=("household_share", "treasury_share", "bank_share"),
    certainty=Certainty.ASSUMED,
)
def interest_within_reference(loan: FromClause) -> ColumnElement[Any]:
    """Whatever the bank's own convention: the year may not cost more than its rate.

    The tolerance is assumed.

    不论银行自身采用何种计息方法，全年利息不得超过年利率。允许误差为推定。
    """
    return case((loan.c.line_count == 0, true()), else_=loan.c.excess <= loan.c.tolerance)


_AS_IF_THE_PRODUCT = (
    registered_borrower,
    someone_able_to_work,
    borrower_of_age,
    full_civil_capacity,
    within_household_cap,
    within_longest_term,
    productive_purpose,
    used_by_the_household,
)
"""LOAN-06, 07, 10, 11 and 14 are the bank's doing and not asked (rules.md, LOAN-31)."""


@rule(
    "LOAN-31",
    kind=Kind.FINDING,
    zh="符合条件的建档立卡户未以普通利率贷款",
    en="No household that qualifies for a poverty loan pays an ordinary rate instead.",
    cite="黑金发〔2019〕22号 二(三): 高于当地执行的扶贫小额信贷利率部分折算后返还",
    plan="三",
    applies=_is_ordinary_loan_with_lines,
    amount="excess",
    figures=("annual_rate", "policy_rate", "principal", "signed_on", "charged", "reference"),
    beside=("household_share", "treasury_share", "bank_share"),
    silence=("conditions_unclear", "registration_unclear", "contracts_undeclared"),
    certainty=Certainty.ASSUMED,
)
def qualified_household_at_policy_rate(loan: FromClause) -> ColumnElement[Any]:
    """A rate within policy, or one condition that fails: met. All met: not met. Else unclear.

    利率在政策利率以内，或任一条件不符合：符合。条件全部符合而利率更高：不符合。其余：无法判定。
    """
    conditions = [each.condition(loan) for each in _AS_IF_THE_PRODUCT]
    qualifies = and_(*conditions)
    return case(
        (loan.c.annual_rate <= loan.c.policy_rate, true()),
        (or_(*[condition.is_(False) for condition in conditions]), true()),
        (and_(qualifies, loan.c.annual_rate > loan.c.policy_rate), false()),
        else_=null(),
    )


def conditions_unclear(loan: FromClause) -> ColumnElement[Any]:
    """The ids of those conditions of LOAN-31 that are undetermined, as a text array."""
    unclear = [case((each.condition(loan).is_(None), each.id)) for each in _AS_IF_THE_PRODUCT]
    return func.array_remove(cast(array(unclear), ARRAY(Text)), cast(null(), Text))


def _is_loan_with_lines(loan: FromClause) -> ColumnElement[Any]:
    of_a_kind = or_(is_poverty_loan(loan), is_ordinary_loan(loan))
    return and_(of_a_kind, loan.c.line_count > 0)


@rule(
    "LOAN-32",
    kind=Kind.FINDING,
    zh="多收利息已全部退回",
    en="Interest charged in excess has been given back to whoever bore it.",
    cite="黑金发〔2019〕22号 二(二): 凡超过人民银行政策规定利息部分一律退回; 二(三): 折算后返还",
    plan="二 三",
    applies=_is_loan_with_lines,
    amount="owed",
    figures=("excess", "household_owed", "treasury_owed"),
    beside=(
        "household_share",
        "treasury_share",
        "bank_share",
        "refunded_to_household",
        "refunded_to_treasury",
    ),
    silence=("conditions_unclear", "refunds_undeclared"),
    certainty=Certainty.ASSUMED,
)
def excess_refunded(loan: FromClause) -> ColumnElement[Any]:
    """Of the excess that LOAN-30 or 31 found: each bearer's share, less the refunds to him for that
    cause. What the bank bore itself it owes to nobody; one fen short is not met.

    Not met only where the bank declared its refunds complete.
    """
    c = loan.c
    nothing_found = case(
        (is_ordinary_loan(loan), qualified_household_at_policy_rate.condition(loan)),
        else_=interest_within_reference.condition(loan),
    )
    return case(
        (or_(nothing_found, c.owed <= 0), true()),
        (and_(~nothing_found, declared(c.refunds_undeclared)), false()),
        else_=null(),
    )
