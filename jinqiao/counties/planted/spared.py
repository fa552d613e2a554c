"""Ordinary loans of 拜泉 and 兰西 at the very edge of LOAN-31: just found, just not, or unclear."""

from datetime import date, timedelta
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Amendment, Household, ill_couple
from jinqiao.counties.interest import birth_for, days
from jinqiao.counties.lending import Loan, lasting_term
from jinqiao.counties.people import reborn
from jinqiao.counties.places import BAIQUAN, DECEMBER
from jinqiao.counties.planted.enterprises import enterprise
from jinqiao.counties.planted.farm_loans import STORIES, farm_loan

DRAWN = date(2017, 9, 4)


def to_the_limit(county: County) -> list[Loan]:
    """Found: one a household, each as far as a condition lets a loan go."""
    story = STORIES[county.place.code]
    found = [
        _loan(county, settle(county), 50_000),
        _aged(county, days(1)),
        _loan(county, settle(county), 30_000, months=60),
        _loan(county, _beside_poverty_loan(county, 30_000), 20_000),
        _loan(county, _half_able(county), 20_000),
        _loan(county, settle(county), 40_000, rate=story.lowest),
        _loan(county, settle(county), 40_000, rate=story.highest),
    ]
    if county.place == BAIQUAN:
        # 65 until the end of February: who was born on the 29th turns 66 on 1 March.
        household = settle(county)
        reborn(county.identities, household.head, date(1952, 2, 29))
        loan = _loan(county, household, 30_000, drawn_on=date(2018, 2, 28))
        loan.applied_on = loan.signed_on
        found.append(loan)
    return found


def spare(county: County) -> Loan:
    """Not found: each breaks one condition of LOAN-31, most by as little as can be.

    The loan returned was drawn on the story's business date, so it is found later.
    """
    story = STORIES[county.place.code]
    for _ in range(6):
        _loan(county, settle(county), 30_000, rate=story.baseline)
        _loan(county, settle(county, ill_couple), 30_000)
    for purpose in ("MEDICAL", "HOUSE_BUILDING", "EDUCATION", "MARRIAGE"):
        _loan(county, settle(county), 30_000).purpose = purpose
    for _ in range(2):
        _aged(county, days(0))
        _loan(county, _lifted_without_policy(county), 30_000)
        _loan(county, settle(county), 30_000).user = enterprise(county.rng)
        _loan(county, settle(county), 30_000, months=72)
        _loan(county, settle(county), 50_100)
        _loan(county, _beside_poverty_loan(county, 30_000), 30_000)
        _loan(county, _disabled_but_working(county, "62"), 30_000)
        _loan(county, settle(county), 30_000).product = "INDUSTRY_POVERTY"
    return _loan(county, settle(county), 30_000, drawn_on=story.business_date)


def leave_open(county: County) -> list[Loan]:
    """Undetermined: one fact is missing that decides."""
    silent = settle(county, ill_couple)
    silent.members[1].labour = None
    unclear = [_loan(county, silent, 30_000)]
    for purpose in ("UNKNOWN", None):
        loan = _loan(county, settle(county), 30_000)
        loan.purpose, loan.purpose_text = purpose, None
        unclear.append(loan)
    loan = _loan(county, settle(county), 30_000)
    loan.user = None
    multiple = _loan(county, _disabled_but_working(county, "72"), 30_000)
    return [*unclear, loan, multiple]


def set_aside(county: County) -> list[Loan]:
    """Found too, against the benchmark of their day, but signed before the plan begins to count."""
    before = []
    for drawn_on in (date(2016, 4, 30), date(2016, 8, 30), date(2016, 12, 31)):
        loan = _loan(county, settle(county), 30_000, drawn_on=drawn_on, months=24)
        county.expect("baiquan-before", "LOAN-31", loan)
        before.append(loan)
    return before


def _loan(
    county: County,
    household: Household,
    principal: int,
    *,
    drawn_on: date = DRAWN,
    rate: Decimal | None = None,
    months: int = 0,
) -> Loan:
    """A loan of the head's at 9.6%, which either county finds too much."""
    head = household.head
    rate = rate or Decimal("0.0960")
    return farm_loan(county, household, head, drawn_on, principal, rate, months=months)


def _aged(county: County, short: timedelta) -> Loan:
    """A loan whose borrower turns 66 so many days after the application."""
    household = settle(county)
    loan = _loan(county, household, 30_000)
    reborn(county.identities, household.head, birth_for(66, loan.applied_on + short))
    return loan


def _beside_poverty_loan(county: County, principal: int) -> Household:
    """A household whose wife already has a poverty loan of the union's."""
    household = settle(county)
    signed_on = date(2017, 3, 15)
    months = lasting_term(signed_on)
    loan = lend(county, household, household.members[1], signed_on, principal, months=months)
    loan.march_report = True
    return household


def _half_able(county: County) -> Household:
    """Only half a worker; the county's export has no label for that, so it writes a row itself."""
    household = settle(county, ill_couple)
    household.head.labour = "WEAK_OR_HALF"
    household.exported = False
    household.amendments = [Amendment(DECEMBER)]
    return household


def _lifted_without_policy(county: County) -> Household:
    household = settle(county)
    household.exported = False
    lifted = date(2017, 1, 1)
    household.amendments = [
        Amendment(
            DECEMBER,
            [("REGISTERED", date(2014, 1, 1), lifted), ("LIFTED_NO_POLICY", lifted, None)],
        )
    ]
    return household


def _disabled_but_working(county: County, certificate: str) -> Household:
    household = settle(county)
    household.head.health, household.head.disability = ("DISABLED",), certificate
    return household
