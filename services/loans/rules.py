"""What the law asks of a loan: conditions over the columns of the loan facts.

Each is true (met), false (not met) or null (undetermined); null is never a default. The same
functions screen a province and answer an eligibility check. Catalogue and readings: rules.md.
"""

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
from services.loans.vocabulary import PRODUCTIVE

_REGISTERED = ("REGISTERED", "RETURNED", "LIFTED_WITH_POLICY")
_LAW_24 = "银保监发〔2019〕24号 一(四); 黑金发〔2019〕22号 二(一)"


def _declared(missing: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether nobody's declaration is missing."""
    return func.cardinality(missing) == 0


def is_poverty_loan(loan: FromClause) -> ColumnElement[bool]:
    """扶贫小额信贷, whatever became of it since."""
    return loan.c.product == "POVERTY_MICRO"


def _is_living_poverty_loan(loan: FromClause) -> ColumnElement[Any]:
    """Drawn, something owed, not converted; or not known to be otherwise."""
    return and_(is_poverty_loan(loan), loan.c.live.is_not(False))


def is_ordinary_loan(loan: FromClause) -> ColumnElement[bool]:
    """A loan that a registered household might have had as the product instead."""
    return loan.c.product.in_(("ORDINARY_FARM", "COMMERCIAL"))


def _is_ordinary_loan_with_lines(loan: FromClause) -> ColumnElement[Any]:
    return and_(is_ordinary_loan(loan), loan.c.line_count > 0)


@rule(
    "LOAN-01",
    kind=Kind.HARD,
    zh="签约日借款人是建档立卡户的在册成员",
    en="On the signing day the borrower lives in a registered household.",
    cite=_LAW_24,
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("signed_on", "number_known", "name_fits"),
    beside=("status_on_signing",),
    silence=("registration_unclear",),
    assumed=("marginal_is_assumed",),
)
def registered_borrower(loan: FromClause) -> ColumnElement[Any]:
    """Known under another name, or in a household without any status: undetermined.

    A number that the registry does not know is a stranger's only where the county's poverty office
    declared its households complete.
    """
    c = loan.c
    marginal = and_(c.status_on_signing == "MARGINAL", c.signed_on >= c.marginal_from)
    registered = or_(c.status_on_signing.in_(_REGISTERED), marginal)
    return case(
        (and_(~c.number_known, _declared(c.households_undeclared)), false()),
        (~c.number_known, null()),
        (~c.name_fits, null()),
        (c.home_key.is_(None), false()),
        (~c.status_known, null()),
        else_=func.coalesce(registered, false()),
    )


@rule(
    "LOAN-02",
    kind=Kind.HARD,
    zh="签约日家庭中有人具有劳动能力",
    en="On the signing day someone in the household is able to work.",
    cite="黑金发〔2019〕22号 二(一): 整户无劳动力家庭; " + _LAW_24,
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("someone_able",),
)
def someone_able_to_work(loan: FromClause) -> ColumnElement[Any]:
    """普通, 技能 or 弱或半劳动力, of any age. All 丧失 or 无: not met; a blank among: unclear."""
    able: ColumnElement[Any] = loan.c.someone_able
    return able


@rule(
    "LOAN-03",
    kind=Kind.SOFT,
    zh="申请时借款人年满18周岁、未满66周岁",
    en="On applying the borrower has completed 18 to 65 years.",
    cite="银保监发〔2019〕24号 一(四): 借款人年龄原则上应在18周岁（含）—65周岁（含）之间",
    plan="一 六",
    applies=is_poverty_loan,
    amount="balance",
    figures=("applied_on", "age", "age_from", "age_to"),
    certainty=Certainty.ASSUMED,
)
def borrower_of_age(loan: FromClause) -> ColumnElement[Any]:
    """Completed years (周岁); who was born on 29 February completes a year on 1 March."""
    return loan.c.age.between(loan.c.age_from, loan.c.age_to)


@rule(
    "LOAN-04",
    kind=Kind.FLAG,
    zh="借款人具有完全民事行为能力",
    en="The borrower has full civil capacity.",
    cite=_LAW_24,
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("needs_capacity_review",),
)
def full_civil_capacity(loan: FromClause) -> ColumnElement[Any]:
    """A mental or intellectual disability asks for a person's look, never a refusal by itself."""
    return ~loan.c.needs_capacity_review


@rule(
    "LOAN-08",
    kind=Kind.HARD,
    zh="同户各银行扶贫小额信贷合计不超过限额",
    en="The household's poverty loans of all banks stay within the cap.",
    cite="银保监发〔2019〕24号; 黑金发〔2019〕22号 二(六): 单户扶贫小额信贷总额不得超过5万元",
    plan="六",
    applies=is_poverty_loan,
    amount="over_cap",
    figures=("principal", "others_at_least", "others_at_most", "cap"),
    beside=("room",),
    silence=("contracts_undeclared", "repayments_unclear"),
)
def within_household_cap(loan: FromClause) -> ColumnElement[Any]:
    """Over the cap by what is certain: not met. Within it whatever is unclear: met, but only where
    every bank of the county declared its contracts complete."""
    c = loan.c
    over = c.principal + c.others_at_least > c.cap
    within = and_(c.principal + c.others_at_most <= c.cap, _declared(c.contracts_undeclared))
    return case((over, false()), (within, true()), else_=null())


@rule(
    "LOAN-09",
    kind=Kind.HARD,
    zh="期限不超过政策规定的月数",
    en="The term is not longer than the months the regime allows.",
    cite="银监发〔2017〕42号; 黑龙江省金融精准扶贫十项政策 一(一); 银保监发〔2019〕24号 一",
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("disbursed_on", "matures_on", "longest_term"),
    assumed=("term_is_assumed",),
)
def within_longest_term(loan: FromClause) -> ColumnElement[Any]:
    """From drawdown; a day that the last month lacks is that month's last."""
    return loan.c.matures_on <= loan.c.latest_maturity


@rule(
    "LOAN-12",
    kind=Kind.HARD,
    zh="贷款用于发展生产",
    en="The loan is for production.",
    cite="银保监发〔2019〕24号 一; 黑金发〔2019〕22号 二(一): 不能用于结婚、建房、理财等",
    plan="一 六",
    applies=is_poverty_loan,
    amount="balance",
    figures=("purpose",),
)
def productive_purpose(loan: FromClause) -> ColumnElement[Any]:
    """A blank or unknown purpose is undetermined, not productive."""
    purpose = func.nullif(loan.c.purpose, "UNKNOWN")
    return purpose.in_(PRODUCTIVE)


@rule(
    "LOAN-13",
    kind=Kind.HARD,
    zh="户借、户用、户还",
    en="The household itself uses the loan.",
    cite="黑金发〔2019〕22号 二(一): 坚持户借、户用、户还",
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("actual_user_kind",),
    beside=("actual_user_mode",),
)
def used_by_the_household(loan: FromClause) -> ColumnElement[Any]:
    """Before 2018 too: what may be done about it is another question (LOAN-20)."""
    return and_(loan.c.actual_user_kind == "HOUSEHOLD", loan.c.actual_user_mode.is_(None))


@rule(
    "LOAN-14",
    kind=Kind.HARD,
    zh="利率不高于签约日政策利率",
    en="The rate is not above the policy rate of the signing day.",
    cite="银监发〔2017〕42号: 基准利率; 银保监发〔2021〕6号 一; 黑金发〔2019〕22号 二(三)",
    plan="三",
    applies=is_poverty_loan,
    amount="balance",
    figures=("annual_rate", "policy_rate"),
    assumed=("rate_is_assumed",),
)
def rate_within_policy(loan: FromClause) -> ColumnElement[Any]:
    """The rate as signed; equal is met."""
    return loan.c.annual_rate <= loan.c.policy_rate


@rule(
    "LOAN-20",
    kind=Kind.FINDING,
    zh="没有户贷企用",
    en="No organisation uses the loan.",
    cite="黑金发〔2019〕22号 二(一): 以入股分红、转贷、指标交换等方式交由企业或其他组织使用",
    plan="一",
    applies=_is_living_poverty_loan,
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
    """OTHER without a credit code is no organisation. The class says what is to be done."""
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
    applies=_is_living_poverty_loan,
    amount="balance",
    figures=("live", "signed_on", "number_known", "name_fits"),
    beside=("status_on_signing",),
    silence=("registration_unclear",),
    shown_class="to_commercial",
    assumed=("marginal_is_assumed",),
)
def living_loan_of_a_registered_borrower(loan: FromClause) -> ColumnElement[Any]:
    """LOAN-01 of a loan that lives. Whether it lives may be unknown; then so is this."""
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
    silence=("conditions_unclear", "registration_unclear", "contracts_undeclared"),
    certainty=Certainty.ASSUMED,
)
def qualified_household_at_policy_rate(loan: FromClause) -> ColumnElement[Any]:
    """A rate within policy, or one condition that fails: met. All met: not met. Else unclear."""
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


CATALOGUE = (
    registered_borrower,
    someone_able_to_work,
    borrower_of_age,
    full_civil_capacity,
    within_household_cap,
    within_longest_term,
    productive_purpose,
    used_by_the_household,
    rate_within_policy,
    not_used_by_an_organisation,
    living_loan_of_a_registered_borrower,
    interest_within_reference,
    qualified_household_at_policy_rate,
)
"""Every rule of this service, in the catalogue's order."""

WHO_MAY_BORROW = tuple(each for each in CATALOGUE if each.id <= "LOAN-17")
"""What an eligibility check asks: LOAN-01 to 17."""
