"""Ordinary loans of the two counties whose registered households paid ordinary rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend
from jinqiao.counties.households import Household
from jinqiao.counties.interest import months_later
from jinqiao.counties.lending import ALWAYS, Loan, term
from jinqiao.counties.people import Person
from jinqiao.counties.places import BAIQUAN, HANDED_OVER, JUNE, LANXI, MARCH


@dataclass(frozen=True, slots=True)
class Story:
    """What the plan says of a county, and the days between which its loans were drawn."""

    part: str
    business_date: date
    baseline: Decimal
    lowest: Decimal
    highest: Decimal
    households: int
    couples: int
    principal: int
    step: int
    first: date
    last: date


STORIES = {
    BAIQUAN.code: Story(
        part="baiquan",
        business_date=MARCH,
        baseline=Decimal("0.0175"),
        lowest=Decimal("0.0675"),
        highest=Decimal("0.1050"),
        households=78,
        couples=3,
        principal=3_329_000,
        step=1000,
        first=date(2017, 4, 5),
        last=date(2018, 2, 20),
    ),
    LANXI.code: Story(
        part="lanxi",
        business_date=JUNE,
        baseline=Decimal("0.0375"),
        lowest=Decimal("0.0896"),
        highest=Decimal("0.1050"),
        households=243,
        couples=7,
        principal=8_324_600,
        step=100,
        first=date(2017, 2, 10),
        last=date(2017, 12, 28),
    ),
}
"""`couples`: households in which husband and wife have a loan each."""


def farm_loan(
    county: County,
    household: Household,
    borrower: Person,
    drawn_on: date,
    principal: int,
    rate: Decimal,
    *,
    months: int = 0,
    settlement: str = "QUARTERLY",
) -> Loan:
    """An ordinary loan, signed and drawn on one day, alive on the story's business date."""
    rng = county.rng
    alive = STORIES[county.place.code].business_date
    terms = [
        choice
        for choice in term(drawn_on, (12, 24, 36))
        if months_later(drawn_on, choice) > alive
        and (settlement != "AT_MATURITY" or months_later(drawn_on, choice) <= HANDED_OVER)
    ]
    loan = lend(
        county,
        household,
        borrower,
        drawn_on,
        principal,
        months=months or rng.choice(terms),
        settlement=settlement,
        disbursed_on=drawn_on,
    )
    loan.product = "COMMERCIAL" if rng.randrange(10) == 0 else "ORDINARY_FARM"
    loan.annual_rate = rate
    loan.convention = "QUARTERLY_ACT360" if settlement == "QUARTERLY" else "ITEM_ACT360"
    loan.guarantee = rng.choice(("NONE", "GUARANTOR"))
    loan.debited, loan.subsidised = ALWAYS, False
    loan.march_report = drawn_on <= MARCH
    return loan
