"""Villages and townships, added up from the loans of those who live there (LOAN-22 and 41).

No story can plant these alone: where a village lies near a threshold depends on everybody in it.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County
from jinqiao.counties.lending import Loan

HOUSEHOLDS_OF_A_VILLAGE = 10
INDISCRIMINATE, UNFIT = Decimal("0.80"), Decimal("0.10")
LOANS_OF_AN_AREA = 5
OVERDUE_EXCESS = Decimal("0.05")


def areas(county: County, day: date) -> Iterator[tuple[str, str, str]]:
    """Rule, area and verdict of every village and township that is not in order on a day."""
    live = [loan for loan in county.loans if lives(loan, day)]
    yield from _indiscriminate(county, live, day)
    yield from _overdue(live, day)


def lives(loan: Loan, day: date) -> bool:
    """A poverty loan of which something is owed, and which was not converted."""
    converted = loan.converted_on is not None and loan.converted_on <= day
    drawn = loan.disbursed_on <= day
    return loan.product == "POVERTY_MICRO" and drawn and not converted and loan.outstanding(day) > 0


def _indiscriminate(
    county: County, live: Iterable[Loan], day: date
) -> Iterator[tuple[str, str, str]]:
    """LOAN-22: nearly every household was lent to, and more than a few could not work."""
    loans: dict[str, list[Loan]] = {}
    for loan in live:
        if loan.household:
            loans.setdefault(loan.household.village.code, []).append(loan)
    registered: dict[str, int] = {}
    for home in county.households:
        if home.registered(day):
            registered[home.village.code] = registered.get(home.village.code, 0) + 1
    for village, lent in sorted(loans.items()):
        holders = {id(loan.household) for loan in lent if _registered(loan, day)}
        homes = registered.get(village, 0)
        if homes < HOUSEHOLDS_OF_A_VILLAGE or len(holders) <= INDISCRIMINATE * homes:
            continue
        told = [{county.told(rule, loan) for rule in ("LOAN-02", "LOAN-04")} for loan in lent]
        unfit = sum("not_met" in each for each in told)
        perhaps = unfit + sum(each == {"undetermined", "met"} for each in told)
        if unfit > UNFIT * len(lent):
            yield "LOAN-22", village, "not_met"
        elif perhaps > UNFIT * len(lent):
            yield "LOAN-22", village, "undetermined"


def _registered(loan: Loan, day: date) -> bool:
    return loan.household is not None and loan.household.registered(day)


def _overdue(live: list[Loan], day: date) -> Iterator[tuple[str, str, str]]:
    """LOAN-41: the share of overdue money is far above the county's."""
    usual = _share(live, day)
    places: dict[str, list[Loan]] = {}
    for loan in live:
        if loan.household:
            village = loan.household.village
            places.setdefault(village.code, []).append(loan)
            places.setdefault(village.township, []).append(loan)
    for place, loans in sorted(places.items()):
        if len(loans) >= LOANS_OF_AN_AREA and _share(loans, day) - usual > OVERDUE_EXCESS:
            yield "LOAN-41", place, "not_met"


def _share(loans: Iterable[Loan], day: date) -> Decimal:
    owed = [(loan.outstanding(day), loan.matures_on < day) for loan in loans]
    late = sum((amount for amount, overdue in owed if overdue), Decimal(0))
    return late / sum((amount for amount, _ in owed), Decimal(0))
