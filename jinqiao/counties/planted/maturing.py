"""Loans that fall due within sixty days of the plan, reminded of it or not (plan 六; row 8)."""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import days, months_later
from jinqiao.counties.lending import Loan, Notice
from jinqiao.counties.places import BAYAN, FUYUAN, HAILUN, KESHAN, PLAN_DAY, QINGGANG

PLACES = (BAYAN, KESHAN, FUYUAN, QINGGANG, HAILUN)

REMINDER, WRITTEN = "REMIND_60", "WRITTEN_30"


def plant(county: County) -> None:
    if county.place not in PLACES:
        return
    for ahead in (60, 31):
        county.found("LOAN-42", _loan(county, ahead))
    county.found("LOAN-42", _loan(county, 45, Notice(REMINDER, _before(45, 62), proved=False)))
    county.found("LOAN-42", _loan(county, 30, Notice(REMINDER, _before(30, 60))))
    county.found(
        "LOAN-42",
        _loan(
            county,
            0,
            Notice(REMINDER, _before(0, 60)),
            Notice(WRITTEN, _before(0, 30), proved=False),
        ),
    )
    _loan(county, 61)
    _loan(county, 31, Notice(REMINDER, _before(31, 60)))
    _loan(county, 52, Notice(REMINDER, PLAN_DAY - days(1)))
    _loan(county, 30, Notice(REMINDER, _before(30, 60)), Notice(WRITTEN, PLAN_DAY - days(1)))
    _loan(county, 0, Notice(WRITTEN, PLAN_DAY - days(2)))


def _before(ahead: int, notice: int) -> date:
    """So many days before a loan falls due that has so many days ahead."""
    return PLAN_DAY + days(ahead - notice)


def _loan(county: County, ahead: int, *notices: Notice) -> Loan:
    """A loan of 2017 that falls due so many days after the plan's."""
    matures_on = PLAN_DAY + days(ahead)
    drawn_on = months_later(matures_on, -24)
    household = settle(county, couple)
    loan = lend(
        county,
        household,
        household.head,
        drawn_on,
        county.rng.choice((10_000, 20_000, 30_000)),
        months=24,
        disbursed_on=drawn_on,
    )
    loan.matures_on, loan.repaid, loan.notices = matures_on, [], list(notices)
    if ahead == 31 and not notices:
        # Half of it came back early; the other half still falls due.
        loan.repaid = [(date(2019, 2, 19), Decimal(loan.principal) / 2)]
    return loan
