"""Registered households that lack capital and have no loan (plan 七; row 8).

What clears it is a living poverty loan, or a need found UNSUITABLE with its true cause and another
measure. 富裕's office has not declared its needs, so nobody knows whether more is on file there.
"""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Amendment, Household, Need, couple
from jinqiao.counties.lending import lasting_term
from jinqiao.counties.places import DECEMBER, FUYU, HAILUN, KESHAN, LANXI, YANSHOU

PLACES = (KESHAN, YANSHOU, LANXI, HAILUN, FUYU)
WITHHELD = FUYU
"""The county whose office withholds its declaration of needs."""

RAISED = date(2018, 10, 15)


def plant(county: County) -> None:
    if county.place not in PLACES:
        return
    found: list[tuple[Household, Decimal | None]] = []
    for state in ("OPEN", "OFFERED"):
        household = _poor(county)
        household.needs = [Need(RAISED, Decimal(20_000), state)]
        found.append((household, Decimal(20_000)))
    found.append((_poor(county), None))
    found.append((_poor(county, among_others=True), None))

    no_measure = _poor(county)
    no_measure.needs = [Need(RAISED, Decimal(30_000), "UNSUITABLE", true_cause="ILLNESS")]
    found.append((no_measure, Decimal(30_000)))
    raised_again = _poor(county)
    raised_again.needs = [_unsuitable(), Need(date(2019, 4, 8), Decimal(40_000), "OPEN")]
    found.append((raised_again, Decimal(40_000)))

    repaid = _poor(county)
    loan = lend(county, repaid, repaid.head, date(2017, 4, 5), 20_000, months=12)
    assert loan.closed_on
    found.append((repaid, None))

    for household, amount in found:
        if county.place == WITHHELD:
            county.unclear("LOAN-50", household)
        else:
            county.found("LOAN-50", household, amount)
    _spare(county)


def _spare(county: County) -> None:
    measured = _poor(county)
    measured.needs = [
        Need(date(2018, 3, 1), Decimal(20_000), "OPEN"),
        _unsuitable(),
    ]
    borrower = _poor(county)
    signed_on = date(2018, 11, 12)
    lend(
        county,
        borrower,
        borrower.members[1],
        signed_on,
        20_000,
        months=lasting_term(signed_on),
    )
    borrower.needs = [Need(RAISED, Decimal(20_000), "MET", bank=county.place.union)]
    no_longer_poor = _poor(county)
    no_longer_poor.exported = False
    lifted = date(2018, 1, 1)
    no_longer_poor.amendments = [
        Amendment(
            DECEMBER,
            [("REGISTERED", date(2014, 1, 1), lifted), ("LIFTED_NO_POLICY", lifted, None)],
        )
    ]


def _poor(county: County, *, among_others: bool = False) -> Household:
    household = settle(county, couple)
    if among_others:
        household.other_causes = ("NO_SKILL", "NO_CAPITAL")
    else:
        household.cause = "NO_CAPITAL"
    return household


def _unsuitable() -> Need:
    return Need(
        RAISED,
        Decimal(20_000),
        "UNSUITABLE",
        true_cause="NO_LABOUR",
        other_measure="纳入公益岗位，由村集体分红帮扶",
    )
