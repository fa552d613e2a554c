"""Interest that 海伦's union took from the household's card and kept (plan 四; row 6).

The 21 of the sample lie in `sample109`. Here are the county's others, and those it gave back.
"""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import by_the_day, days, fen
from jinqiao.counties.lending import Line, Loan, charge, lasting_term
from jinqiao.counties.subsidies import subsidise, withheld

KEPT_IN_FULL = 16
RETURNED = 10
"""Returned in full, each in every way below."""


def plant(county: County) -> None:
    for _ in range(KEPT_IN_FULL):
        _keep(county, _debited(county), "never")
    _keep(county, _debited(county), "a fen short")
    across = _debited(county)
    across.cut = date(2017, 8, 1)
    _keep(county, across, "never")

    for _ in range(RETURNED):
        _debited(county).passed_on = "other cause"
        late = _debited(county)
        late.paid_in, late.passed_on = {2017: date(2018, 12, 1)}, "in January"
        partly = _debited(county)
        partly.cut, partly.debited = date(2017, 12, 1), frozenset((2017, 2018))
    _misuse(_debited(county))


def _debited(county: County) -> Loan:
    """A loan whose interest of 2017 was taken from the linked card; that of 2018 no more."""
    household = settle(county, couple)
    signed_on = date(2017, 1, 9) + days(county.rng.randrange(150))
    loan = lend(
        county,
        household,
        household.head,
        signed_on,
        county.rng.choice((20_000, 30_000, 40_000, 50_000)),
        months=lasting_term(signed_on),
        disbursed_on=signed_on,
    )
    loan.debited = frozenset((2017,))
    return loan


def _keep(county: County, loan: Loan, passed_on: str) -> None:
    loan.passed_on = passed_on
    charge(loan)
    subsidise(county.rng, loan)
    county.expect("hailun", "SUB-11", loan, withheld(loan))
    county.found("SUB-11", loan, withheld(loan))


def _misuse(loan: Loan) -> None:
    """A penalty line in the paid period: no ordinary interest, so nobody owes it back."""
    start, end = date(2017, 7, 1), date(2017, 7, 11)
    amount = fen(by_the_day(loan.principal, loan.annual_rate / 2, start, end))
    loan.penalties = [Line(start, end, loan.principal, amount, end, "HOUSEHOLD", "PENALTY")]
