"""LOAN-01 to 14: who may borrow, how much, for what, on which terms."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, null, or_, true

from kernel.law import Certainty, Kind, rule
from kernel.policy.registered import is_registered
from kernel.policy.use import is_productive, is_used_by_the_household

_LAW_24 = "银保监发〔2019〕24号 一(四); 黑金发〔2019〕22号 二(一)"


def declared(missing: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether nobody's declaration is missing."""
    return func.cardinality(missing) == 0


def is_poverty_loan(loan: FromClause) -> ColumnElement[bool]:
    """扶贫小额信贷, whatever became of it since.

    扶贫小额信贷，不论其后如何处置。
    """
    return loan.c.product == "POVERTY_MICRO"


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

    姓名与登记不符，或所在户没有任何状态记录：无法判定。登记系统中没有的证件号，只有县扶贫部门申明
    贫困户名册已全部报送时，才认定为非建档立卡户。
    """
    c = loan.c
    registered = is_registered(c.status_on_signing, c.signed_on, c.marginal_from)
    return case(
        (and_(~c.number_known, declared(c.households_undeclared)), false()),
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
    """普通, 技能 or 弱或半劳动力, of any age. All 丧失 or 无: not met; a blank among: unclear.

    家中有普通、技能或弱（半）劳动力即为符合，不论年龄。全为丧失劳动力或无劳动力：不符合；其中有人未填：
    无法判定。
    """
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
    beside=("age_excepted_on",),
    certainty=Certainty.ASSUMED,
)
def borrower_of_age(loan: FromClause) -> ColumnElement[Any]:
    """Completed years (周岁); who was born on 29 February completes a year on 1 March.

    原则上: an exception that an officer of the bank recorded, with its reason, passes it.
    """
    of_age = loan.c.age.between(loan.c.age_from, loan.c.age_to)
    return or_(of_age, loan.c.age_excepted_on.is_not(None))


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
    """A mental or intellectual disability asks for a person's look, never a refusal by itself.

    精神或智力残疾须由人核实，系统不据此直接拒绝。
    """
    return ~loan.c.needs_capacity_review


@rule(
    "LOAN-07",
    kind=Kind.HARD,
    zh="签约前借款人书面表明贷款意愿",
    en="By the signing day the borrower had signed that he wishes to borrow.",
    cite=_LAW_24,
    plan="一",
    applies=is_poverty_loan,
    amount="balance",
    figures=("wish_signed_on", "signed_on"),
)
def wish_signed_in_time(loan: FromClause) -> ColumnElement[Any]:
    """On the signing day is in time; a blank day is undetermined."""
    return loan.c.wish_signed_on <= loan.c.signed_on


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
    every bank of the county declared its contracts complete.

    确定的部分已超限额：不符合。不确定的部分全部计入仍不超过：符合，但须该县各银行均申明合同已全部报送。
    """
    c = loan.c
    over = c.principal + c.others_at_least > c.cap
    within = and_(c.principal + c.others_at_most <= c.cap, declared(c.contracts_undeclared))
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
    """From drawdown; a day that the last month lacks is that month's last.

    自放款日起算；到期月没有对应日的，以该月最后一日为准。
    """
    return loan.c.matures_on <= loan.c.latest_maturity


def _is_new_poverty_loan(loan: FromClause) -> ColumnElement[bool]:
    return and_(is_poverty_loan(loan), loan.c.kind == "NEW")


@rule(
    "LOAN-10",
    kind=Kind.HARD,
    zh="还清前笔后再贷新款",
    en="The family had repaid its earlier poverty loans when the new one was signed.",
    cite="银保监发〔2019〕24号 一(四); 黑金发〔2019〕22号 二(六)",
    plan="六",
    applies=_is_new_poverty_loan,
    amount="balance",
    figures=("kind", "signed_on", "earlier_at_least", "earlier_at_most"),
    silence=("contracts_undeclared", "earlier_unclear"),
)
def earlier_loans_repaid(loan: FromClause) -> ColumnElement[Any]:
    """At the end of the signing day nothing is outstanding of a loan signed on an earlier day.

    Met only where every bank of the county declared its contracts complete.
    """
    c = loan.c
    repaid = and_(c.earlier_at_most == 0, declared(c.contracts_undeclared))
    return case((c.earlier_at_least > 0, false()), (repaid, true()), else_=null())


@rule(
    "LOAN-11",
    kind=Kind.HARD,
    zh="免担保、免抵押",
    en="The loan is lent without any security.",
    cite="银监发〔2017〕42号: 免担保免抵押; 银保监发〔2019〕24号 一",
    plan="三",
    applies=is_poverty_loan,
    amount="balance",
    figures=("guarantee",),
)
def lent_without_security(loan: FromClause) -> ColumnElement[Any]:
    """No guarantor, no mortgage, no pledge."""
    return loan.c.guarantee == "NONE"


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
    """A blank or unknown purpose is undetermined, not productive.

    用途未填或不明：无法判定，不视为生产性。
    """
    return is_productive(loan.c.purpose)


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
    """Before 2018 too: what may be done about it is another question (LOAN-20).

    2018年以前的贷款同样适用；如何处置另见 LOAN-20。
    """
    return is_used_by_the_household(loan.c.actual_user_kind, loan.c.actual_user_mode)


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
    """The rate as signed; equal is met.

    以签约利率为准；等于政策利率为符合。
    """
    return loan.c.annual_rate <= loan.c.policy_rate
