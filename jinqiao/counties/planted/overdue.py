"""Loans that were not repaid when due, and the villages they lie in (plan 六; row 8).

Whatever is overdue is found. Beside the finding stands whether its class of the five fits its days
(1-90 days 2 关注, 91-270 days 3 次级, 271-360 days 4 可疑, more 5 损失), and whether a repayment
plan is on record.
"""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import days, months_later
from jinqiao.counties.lending import Loan, Notice, Plan
from jinqiao.counties.places import DECEMBER, HAILUN, KESHAN, LANXI, PLAN_DAY, Village

PLACES = (KESHAN, LANXI, HAILUN)

CASES = (
    (1, 1, True),
    (1, 2, True),
    (30, 2, False),
    (90, 2, True),
    (91, 2, True),
    (91, 3, True),
    (270, 3, True),
    (271, 3, True),
    (360, 4, True),
    (361, 4, True),
    (361, 5, True),
)
"""Days overdue, class, and whether a plan is on record."""


def plant(county: County) -> None:
    if county.place not in PLACES:
        return
    village = county.reserved.pop()
    for late, five_class, planned in CASES:
        _overdue(county, village, late, five_class, planned=planned)
    due_that_day = _loan(county, village, PLAN_DAY)
    due_that_day.notices = [Notice("WRITTEN_30", PLAN_DAY - days(30))]
    silent = _loan(county, village, date(2019, 3, 5))
    silent.last_report = DECEMBER
    county.found("LOAN-40", silent, silent.principal)

    # Four live loans, and all of them late: too few to say that it is the village.
    small = county.reserved.pop()
    for late in (20, 40, 60, 80):
        _overdue(county, small, late, 2, planned=True)


def _overdue(
    county: County, village: Village, late: int, five_class: int, *, planned: bool
) -> Loan:
    due = PLAN_DAY - days(late)
    loan = _loan(county, village, due)
    loan.overdue_since, loan.five_class = due, five_class
    if planned:
        loan.plan = Plan(PLAN_DAY - days(1), date(2019, 10, 31), helper="驻村工作队")
    county.found("LOAN-40", loan, loan.principal)
    return loan


def _loan(county: County, village: Village, due: date) -> Loan:
    household = settle(county, couple, village)
    drawn_on = months_later(due, -24)
    loan = lend(
        county,
        household,
        household.head,
        drawn_on,
        county.rng.choice((10_000, 20_000, 30_000)),
        months=24,
        disbursed_on=drawn_on,
    )
    loan.matures_on, loan.repaid = due, []
    return loan
