"""What follows on the day of the plan from what the stories told of single loans (row 8).

Nothing is planted here. It is asked of every loan of the county, clean ones too, once its interest
and the treasury's payments are written.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County
from jinqiao.counties.lending import Loan
from jinqiao.counties.places import PLAN_DAY

ATTESTED_FROM = date(2017, 8, 17)
"""Since 银监发〔2017〕42号 somebody must say that the borrower is honest, skilled and has prospects."""

ATTESTED = ("LOAN-15", "LOAN-16", "LOAN-17")

LOANS_OF_AN_AREA = 5
OVERDUE_EXCESS = Decimal("0.05")


def follow(county: County) -> None:
    for loan in county.loans:
        if loan.product == "POVERTY_MICRO":
            _attested(county, loan)
            _subsidised(county, loan)
    _areas(county)


def _attested(county: County, loan: Loan) -> None:
    for rule in ATTESTED:
        said = loan.attested.get(rule)
        if loan.signed_on >= ATTESTED_FROM and said is None:
            county.unclear(rule, loan)
        elif said is False:
            county.found(rule, loan)


def _subsidised(county: County, loan: Loan) -> None:
    """SUB-01 of each payment: as good as the borrower, the purpose, the user and the rate."""
    told = {county.told(rule, loan) for rule in ("LOAN-01", "LOAN-12", "LOAN-13", "LOAN-14")}
    for payment in loan.payments:
        if "not_met" in told:
            county.found("SUB-01", payment)
        elif "undetermined" in told:
            county.unclear("SUB-01", payment)


def _areas(county: County) -> None:
    """LOAN-41: villages and townships whose share of overdue money is far above the county's."""
    live = [loan for loan in county.loans if _lives(loan)]
    usual = _share(live)
    areas: dict[str, list[Loan]] = {}
    for loan in live:
        for area in _places(loan):
            areas.setdefault(area, []).append(loan)
    for area, loans in sorted(areas.items()):
        if len(loans) >= LOANS_OF_AN_AREA and _share(loans) - usual > OVERDUE_EXCESS:
            county.found("LOAN-41", area)


def _lives(loan: Loan) -> bool:
    converted = loan.converted_on is not None and loan.converted_on <= PLAN_DAY
    return loan.product == "POVERTY_MICRO" and not converted and loan.outstanding(PLAN_DAY) > 0


def _places(loan: Loan) -> Iterator[str]:
    if loan.household:
        yield loan.household.village.code
        yield loan.household.village.township


def _share(loans: Iterable[Loan]) -> Decimal:
    owed = [(loan.outstanding(PLAN_DAY), _overdue(loan)) for loan in loans]
    return sum((late for _, late in owed), Decimal(0)) / sum((one for one, _ in owed), Decimal(0))


def _overdue(loan: Loan) -> Decimal:
    return loan.outstanding(PLAN_DAY) if loan.matures_on < PLAN_DAY else Decimal(0)
