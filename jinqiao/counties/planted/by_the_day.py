"""Interest by the day on the unions' loans of New Year 2018 (plan 二; row 3).

3.75% a year charged for 365 days at 1/360 each is 3.8021%. The treasury paid it, and got nothing
back by the day of the plan.
"""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import days
from jinqiao.counties.lending import charge, reference
from jinqiao.counties.places import NEW_YEAR

NAME, SOURCE = "联社3.75", "省际交叉考核"

COUNTS = {
    "230126": 6,
    "230129": 5,
    "230227": 4,
    "230229": 5,
    "230230": 4,
    "230883": 2,
    "231222": 5,
    "231223": 4,
    "231283": 5,
}
"""40 loans in nine counties; 拜泉 lent at another rate."""

SPARED = 2
"""In each county: loans charged by the day over months that have thirty days on average."""


def plant(county: County) -> None:
    for _ in range(COUNTS.get(county.place.code, 0)):
        signed_on = date(2018, 1, 1)
        household = settle(county, couple)
        loan = lend(
            county,
            household,
            household.head,
            signed_on,
            county.rng.choice((10_000, 20_000, 30_000, 40_000, 50_000)),
            months=12,
            settlement="AT_MATURITY",
            disbursed_on=signed_on,
        )
        loan.convention = "ITEM_ACT360"
        loan.paid_in = {2019: date(2019, 3, 15) + days(county.rng.randrange(40))}
        charge(loan)
        county.sample(NAME, loan)
        excess = loan.lines[0].amount - reference(loan, NEW_YEAR)
        county.expect("by-the-day", "LOAN-30", loan, excess)
        for rule in ("LOAN-30", "LOAN-32", "SUB-12"):
            county.found(rule, loan, excess)
    for _ in range(SPARED):
        signed_on = date(2018, 2, 8) + days(county.rng.randrange(6))
        household = settle(county, couple)
        loan = lend(
            county,
            household,
            household.head,
            signed_on,
            county.rng.choice((10_000, 20_000, 30_000)),
            months=4,
            settlement="AT_MATURITY",
            disbursed_on=signed_on,
        )
        loan.convention = "ITEM_ACT360"
