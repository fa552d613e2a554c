"""Enterprises that use many households' loans (plan 一; row 8): who belongs on the watch list.

More than ten families or more than 300,000 yuan, over all banks and counties (LOAN-21). Each of
these is dealt out among the counties and between two banks, so that no bank sees enough of it.
"""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import days
from jinqiao.counties.lending import Loan, lasting_term
from jinqiao.counties.places import TEN_COUNTIES
from jinqiao.counties.planted.enterprises import credit_code, disposition

MANY_FAMILIES = (10_000,) * 11
JUST_TEN_FAMILIES = (30_000,) * 9
"""And a tenth of husband and wife with 15,000 each: 300,000 exactly, ten families."""
MUCH_MONEY = (50_000,) * 6 + (10_000,)


def plant(county: County) -> None:
    place = TEN_COUNTIES.index(county.place)
    for number, (name, principals) in enumerate(
        (
            ("示例群益农机服务有限公司", MANY_FAMILIES),
            ("示例恰好粮食贸易有限公司", JUST_TEN_FAMILIES),
            ("示例丰源肉牛有限公司", MUCH_MONEY),
        )
    ):
        user = {
            "kind": "ENTERPRISE",
            "credit_code": credit_code("1", 10020001 + number),
            "name": name,
            "mode": "ENTRUSTED",
            "has_industry_base": True,
            "at_risk": False,
        }
        mine = [
            (turn, principal)
            for turn, principal in enumerate(principals)
            if turn % len(TEN_COUNTIES) == place
        ]
        for turn, principal in mine:
            _lend(county, user, principal, turn)
        if principals is JUST_TEN_FAMILIES and place == len(TEN_COUNTIES) - 1:
            _couple(county, user)
            repaid = _lend(county, user, 40_000, 0, lives=False)
            repaid.repaid = [(date(2019, 3, 4), repaid.principal)]


def _couple(county: County, user: dict[str, object]) -> None:
    """One family with two loans, each below the cap, on one day."""
    household = settle(county, couple)
    for member in household.members[:2]:
        signed_on = date(2017, 4, 10)
        loan = lend(
            county,
            household,
            member,
            signed_on,
            15_000,
            months=lasting_term(signed_on),
            disbursed_on=signed_on,
        )
        used_by(county, loan, user)


def _lend(
    county: County, user: dict[str, object], principal: int, turn: int, *, lives: bool = True
) -> Loan:
    household = settle(county, couple)
    signed_on = date(2017, 2, 6) + days(43 * turn)
    loan = lend(
        county,
        household,
        household.head,
        signed_on,
        principal,
        bank="PSBC23" if turn % 3 == 1 else "",
        months=lasting_term(signed_on),
        disbursed_on=signed_on,
    )
    used_by(county, loan, user, lives=lives)
    return loan


def used_by(county: County, loan: Loan, user: dict[str, object], *, lives: bool = True) -> None:
    """The organisation uses the money: not the household's own use, and noticed while it lives."""
    loan.user = dict(user)
    county.found("LOAN-13", loan)
    if lives:
        county.found("LOAN-20", loan, assigned=disposition(loan))
