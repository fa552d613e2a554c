"""Borrowers who died, left or were struck off while the loan lives (plan 六; row 8)."""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Amendment, Household, couple
from jinqiao.counties.interest import days
from jinqiao.counties.lending import Loan, lasting_term
from jinqiao.counties.places import BAYAN, FUYU, HANDED_OVER, KEDONG, LANXI, PLAN_DAY, QINGGANG

PLACES = (BAYAN, FUYU, KEDONG, LANXI, QINGGANG)
SIGNED = date(2018, 4, 9)


def plant(county: County) -> None:
    if county.place not in PLACES:
        return
    for loan in (_died(county), _moved(county), _removed(county, PLAN_DAY)):
        county.found("LOAN-60", loan)

    repaid = _died(county)
    repaid.repaid = [(date(2019, 4, 2), repaid.principal)]
    _removed(county, PLAN_DAY + days(1))
    _died(county, borrower=1)


def _loan(county: County, borrower: int = 0) -> tuple[Household, Loan]:
    household = settle(county, couple)
    return household, lend(
        county,
        household,
        household.members[borrower],
        SIGNED,
        county.rng.choice((20_000, 30_000, 50_000)),
        months=lasting_term(SIGNED),
        disbursed_on=SIGNED,
    )


def _died(county: County, borrower: int = 0) -> Loan:
    """The head died in spring; the loan is his own, or his wife's."""
    household, loan = _loan(county, borrower)
    household.head.died_on = date(2019, 2, 17)
    household.amendments = [Amendment(HANDED_OVER)]
    return loan


def _moved(county: County) -> Loan:
    household, loan = _loan(county, 1)
    household.members[1].left_on = HANDED_OVER
    household.amendments = [Amendment(HANDED_OVER)]
    return loan


def _removed(county: County, day: date) -> Loan:
    household, loan = _loan(county)
    registered = date(2014, 1, 1)
    household.amendments = [
        Amendment(HANDED_OVER, [("REGISTERED", registered, day), ("REMOVED", day, None)])
    ]
    return loan
