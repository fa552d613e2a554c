"""More than 50,000 yuan of poverty loans to one household over all banks (plan 六; row 8), and
exactly 50,000 in every lawful way.

In 青冈 the union's file comes before the registry, so that husband's and wife's loans of one day
are strangers' loans until the registry says they live together.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Household, couple
from jinqiao.counties.lending import Loan, lasting_term
from jinqiao.counties.people import Person
from jinqiao.counties.places import (
    BAIQUAN,
    BAYAN,
    FUYU,
    HAILUN,
    KEDONG,
    KESHAN,
    LANXI,
    QINGGANG,
    TEN_COUNTIES,
    YANSHOU,
    Place,
)

CAP = 50_000


def plant(county: County) -> None:
    for story, places in STORIES:
        for _ in range(places.count(county.place)):
            household = settle(county, couple)
            verdicts = story(county, household)
            for loan, over in verdicts:
                if over:
                    county.found("LOAN-08", loan, Decimal(over))
                if over and story in (husband_and_wife, one_day_two_banks):
                    # Which of two loans of one day bears no subsidy for its part above the cap is
                    # not written anywhere, so the treasury paid for neither.
                    loan.subsidised = False
            if story in SECOND_LOAN:
                county.found("LOAN-10", verdicts[-1][0])


def _lend(
    county: County,
    household: Household,
    borrower: Person,
    signed_on: date,
    principal: int,
    bank: str = "",
) -> Loan:
    return lend(
        county,
        household,
        borrower,
        signed_on,
        principal,
        bank=bank,
        months=lasting_term(signed_on),
        disbursed_on=signed_on,
    )


Verdicts = list[tuple[Loan, int]]
"""Loans, and by how much each exceeds the cap on its own day."""


def two_banks(county: County, home: Household) -> Verdicts:
    first = _lend(county, home, home.members[0], date(2017, 6, 12), 30_000)
    second = _lend(county, home, home.members[1], date(2018, 3, 12), 30_000, "PSBC23")
    return [(first, 0), (second, 10_000)]


def three_banks(county: County, home: Household) -> Verdicts:
    day = date(2018, 2, 26)
    first = _lend(county, home, home.members[0], day, 20_000)
    second = _lend(county, home, home.members[1], day, 20_000, "ABC23")
    third = _lend(county, home, home.members[0], date(2018, 9, 10), 20_000, "PSBC23")
    return [(first, 0), (second, 0), (third, 10_000)]


def too_little_repaid(county: County, home: Household) -> Verdicts:
    first = _lend(county, home, home.members[0], date(2017, 3, 20), 50_000)
    first.repaid = [(date(2018, 5, 10), Decimal(20_000))]
    second = _lend(county, home, home.members[1], date(2018, 5, 11), 30_000, "PSBC23")
    return [(first, 0), (second, 10_000)]


def too_much_added(county: County, home: Household) -> Verdicts:
    first = _lend(county, home, home.members[0], date(2017, 8, 21), 50_000)
    second = _lend(county, home, home.members[0], date(2018, 4, 20), 10_000)
    second.kind, second.parent = "ADDITIONAL", first
    return [(first, 0), (second, 10_000)]


def husband_and_wife(county: County, home: Household) -> Verdicts:
    day = date(2018, 3, 5)
    return [(_lend(county, home, home.members[one], day, 30_000), 10_000) for one in (0, 1)]


def one_day_two_banks(county: County, home: Household) -> Verdicts:
    day = date(2018, 3, 6)
    first = _lend(county, home, home.members[0], day, 25_000)
    second = _lend(county, home, home.members[1], day, 40_000, "PSBC23")
    return [(first, 15_000), (second, 15_000)]


def exactly_on_one_day(county: County, home: Household) -> Verdicts:
    day = date(2018, 3, 7)
    first = _lend(county, home, home.members[0], day, 20_000)
    second = _lend(county, home, home.members[1], day, 30_000, "PSBC23")
    return [(first, 0), (second, 0)]


def exactly_husband_and_wife(county: County, home: Household) -> Verdicts:
    day = date(2018, 3, 5)
    first = _lend(county, home, home.members[0], day, 20_000)
    second = _lend(county, home, home.members[1], day, 30_000)
    return [(first, 0), (second, 0)]


def exactly_with_addition(county: County, home: Household) -> Verdicts:
    first = _lend(county, home, home.members[0], date(2017, 8, 22), 30_000)
    second = _lend(county, home, home.members[0], date(2018, 4, 23), 20_000)
    second.kind, second.parent = "ADDITIONAL", first
    return [(first, 0), (second, 0)]


def repaid_that_day(county: County, home: Household) -> Verdicts:
    day = date(2018, 5, 14)
    first = _lend(county, home, home.members[0], date(2017, 3, 21), 50_000)
    first.repaid = [(day, Decimal(20_000))]
    second = _lend(county, home, home.members[1], day, 20_000, "PSBC23")
    return [(first, 0), (second, 0)]


def one_after_the_other(county: County, home: Household) -> Verdicts:
    """Within the cap together, but a second loan must be ADDITIONAL."""
    first = _lend(county, home, home.members[0], date(2017, 9, 18), 20_000)
    second = _lend(county, home, home.members[1], date(2017, 9, 19), 30_000, "PSBC23")
    return [(first, 0), (second, 0)]


def repaid_before(county: County, home: Household) -> Verdicts:
    """All of it came back on the very day on which the second was signed."""
    day = date(2018, 5, 15)
    first = _lend(county, home, home.members[0], date(2017, 3, 22), 50_000)
    first.repaid = [(day, first.principal)]
    second = _lend(county, home, home.members[1], day, 50_000, "PSBC23")
    return [(first, 0), (second, 0)]


def renewed_before_repaid(county: County, home: Household) -> Verdicts:
    """The parent is left out, though it is repaid only a week later."""
    day = date(2017, 4, 17)
    first = lend(county, home, home.members[0], day, 40_000, months=12, disbursed_on=day)
    first.repaid = [(date(2018, 4, 17), first.principal)]
    second = _lend(county, home, home.members[0], date(2018, 4, 10), 40_000)
    second.kind, second.parent = "RENEWAL", first
    return [(first, 0), (second, 0)]


def converted_before(county: County, home: Household) -> Verdicts:
    day = date(2018, 6, 21)
    first = _lend(county, home, home.members[0], date(2017, 5, 8), 50_000)
    first.converted_on = day
    second = _lend(county, home, home.members[1], day, 20_000, "PSBC23")
    return [(first, 0), (second, 0)]


STORIES: tuple[tuple[Callable[[County, Household], Verdicts], tuple[Place, ...]], ...] = (
    (two_banks, (BAYAN, YANSHOU, BAIQUAN, LANXI, HAILUN)),
    (three_banks, (KESHAN, FUYU)),
    (too_little_repaid, (KEDONG, HAILUN)),
    (too_much_added, (FUYU, LANXI)),
    (husband_and_wife, (QINGGANG, QINGGANG, QINGGANG)),
    (one_day_two_banks, (QINGGANG, BAYAN)),
    (exactly_on_one_day, TEN_COUNTIES),
    (exactly_husband_and_wife, (QINGGANG, QINGGANG, QINGGANG, LANXI)),
    (exactly_with_addition, TEN_COUNTIES),
    (repaid_that_day, (KEDONG, YANSHOU, HAILUN)),
    (one_after_the_other, (LANXI, BAYAN, BAIQUAN)),
    (repaid_before, (FUYU, HAILUN)),
    (renewed_before_repaid, (KESHAN, BAYAN, LANXI)),
    (converted_before, (KEDONG, YANSHOU)),
)
"""Which story plays where; a county named thrice has it three times."""

SECOND_LOAN = {
    two_banks,
    three_banks,
    too_little_repaid,
    one_after_the_other,
    repaid_that_day,
}
"""Whose last loan is NEW though one of an earlier day is still outstanding (LOAN-10). What was
converted by then is no poverty loan any more."""
