"""Households put right: insured, and their need of capital answered with a loan or otherwise."""

from datetime import date
from decimal import Decimal

from jinqiao.counties.agencies import insurers_of
from jinqiao.counties.county import County, Resident, lend
from jinqiao.counties.households import Household, Need
from jinqiao.counties.insurance import Cover, Policy
from jinqiao.counties.interest import days
from jinqiao.counties.planted.following import ATTESTED

INSURED_FROM, INSURED_TO = date(2019, 6, 15), date(2020, 1, 1)
LENT, ANSWERED = date(2019, 7, 15), date(2019, 7, 22)


def put_households_right(county: County) -> None:
    uncovered: dict[int, tuple[Household, list[Cover]]] = {}
    poor: list[Household] = []
    for (rule, _), expectation in list(county.plan_day.items()):
        subject = expectation.subject
        if rule == "INS-01" and isinstance(subject, Resident):
            _, covers = uncovered.setdefault(id(subject.household), (subject.household, []))
            covers.append(Cover(subject.person))
            county.cure(rule, subject)
        elif rule == "LOAN-50" and isinstance(subject, Household):
            poor.append(subject)
            county.cure(rule, subject)
    _insure(county, list(uncovered.values()))
    for turn, household in enumerate(poor):
        _answer(county, household, lent=turn % 4 == 0)


def _insure(county: County, uncovered: list[tuple[Household, list[Cover]]]) -> None:
    insurer = insurers_of(county.place)[0]
    for turn, (household, covers) in enumerate(uncovered, start=1):
        policy = Policy(insurer, household, INSURED_FROM, INSURED_TO, covers)
        policy.number = f"{insurer}-2019-{county.place.code}-9{turn:05d}"
        county.late_policies.append(policy)


def _answer(county: County, household: Household, *, lent: bool) -> None:
    """A loan under the rules of 2019; or, where none suits, why, and what is done instead."""
    amount = household.needs[-1].amount if household.needs else Decimal(20_000)
    if lent:
        _lend(county, household, int(amount))
        need = Need(LENT - days(10), amount, "MET", bank=county.place.union)
    else:
        need = Need(
            ANSWERED,
            amount,
            "UNSUITABLE",
            true_cause="NO_SKILL",
            other_measure="安排技能培训和务工补贴",
        )
    need.number = f"{county.place.code}-X-2019-9{household.number[-5:]}"
    household.needs.append(need)


def _lend(county: County, household: Household, amount: int) -> None:
    loan = lend(county, household, household.head, LENT, amount, months=12, disbursed_on=LENT)
    loan.number = f"{county.place.code}-2019-9{household.number[-5:]}"
    loan.lines = []
    for rule in ATTESTED:
        county.unclear_then(rule, loan)
