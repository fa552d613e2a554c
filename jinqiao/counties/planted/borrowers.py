"""Borrowers and terms that the law does not allow, and those it just allows (plan 一, 六; row 8).

LOAN-03 to 07, 09, 11 and 14, each in a county or two: beside every case one that differs by a day,
a month, a yuan or a basis point. LOAN-08 and 10 are told in `caps`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import birth_for, days, months_later
from jinqiao.counties.lending import Loan, Rating, lasting_term
from jinqiao.counties.people import reborn
from jinqiao.counties.places import (
    BAIQUAN,
    BAYAN,
    FUYU,
    FUYUAN,
    HAILUN,
    KEDONG,
    KESHAN,
    LANXI,
    QINGGANG,
    YANSHOU,
    Place,
)

SIGNED = date(2017, 3, 14)
"""Under the national rules of 2014 and the province's own, before anybody had to attest."""

YUAN, BASIS_POINT = Decimal(1), Decimal("0.0001")


def plant(county: County) -> None:
    for story, places in STORIES:
        for _ in range(places.count(county.place)):
            story(county)


def _loan(county: County, signed_on: date = SIGNED, months: int = 0) -> Loan:
    household = settle(county, couple)
    return lend(
        county,
        household,
        household.head,
        signed_on,
        county.rng.choice((20_000, 30_000, 40_000)),
        months=months or lasting_term(signed_on),
        disbursed_on=signed_on,
    )


def _aged(county: County, born: date) -> Loan:
    loan = _loan(county)
    reborn(county.identities, loan.borrower, born)
    return loan


def ages(county: County) -> None:
    """66 and 17 years are too many and too few; 65 to the last day and 18 since today are not."""
    on = _loan(county).applied_on
    for born in (birth_for(66, on), birth_for(18, on) + days(1)):
        loan = _aged(county, born)
        loan.applied_on = on
        county.found("LOAN-03", loan)
    for born in (birth_for(66, on) + days(1), birth_for(18, on)):
        _aged(county, born).applied_on = on


def capacity(county: County) -> None:
    """精神 and 智力 ask for a look, 多重 leaves it open, a hurt leg is nothing to a bank."""
    for certificate, verdict in (("62", "found"), ("52", "found"), ("72", "unclear"), ("42", "")):
        loan = _loan(county)
        loan.borrower.health, loan.borrower.disability = ("DISABLED",), certificate
        if verdict == "found":
            county.found("LOAN-04", loan)
        elif verdict:
            county.unclear("LOAN-04", loan)


def records_of_credit(county: County) -> None:
    loan = _loan(county)
    rated_on = loan.disbursed_on - days(1)
    loan.ratings = [Rating(loan.principal, rated_on, months_later(rated_on, 36), bad_record=True)]
    county.found("LOAN-05", loan)
    cleared = _loan(county)
    cleared.ratings = [
        Rating(cleared.principal, rated_on - days(400), months_later(rated_on, 6), bad_record=True),
        Rating(cleared.principal, rated_on, months_later(rated_on, 36)),
    ]


def limits_of_credit(county: County) -> None:
    """A yuan more than the limit, and exactly the limit; a rating too late, or no more good."""
    over, at_limit, early, late = (_loan(county) for _ in range(4))
    on = SIGNED
    over.ratings = [Rating(over.principal - YUAN, on, months_later(on, 36))]
    county.found("LOAN-06", over)
    at_limit.ratings = [
        Rating(at_limit.principal - YUAN, on - days(90), months_later(on, 36)),
        Rating(at_limit.principal, on, on + days(1)),
    ]
    early.ratings = [Rating(early.principal, on - days(720), on + days(1))]
    late.ratings = [Rating(late.principal, on + days(1), months_later(on, 36))]
    county.found("LOAN-06", late)
    county.unclear("LOAN-05", late)
    expired = _loan(county)
    expired.ratings = [Rating(expired.principal, on - days(700), on)]
    county.found("LOAN-06", expired)
    county.unclear("LOAN-05", expired)


def never_rated(county: County) -> None:
    """Nobody rated the borrower; or only another bank did."""
    for ratings in (
        [],
        [Rating(Decimal(50_000), SIGNED - days(3), SIGNED + days(700), bank="PSBC23")],
    ):
        loan = _loan(county)
        loan.ratings = ratings
        for rule in ("LOAN-05", "LOAN-06"):
            county.unclear(rule, loan)


def wishes(county: County) -> None:
    """The household's wish was signed after the contract, on its day, or nobody knows when."""
    after, same_day, blank = (_loan(county) for _ in range(3))
    after.wished_on, same_day.wished_on = after.signed_on + days(1), same_day.signed_on
    blank.wish_blank = True
    county.found("LOAN-07", after)
    county.unclear("LOAN-07", blank)


def terms(county: County) -> None:
    """A day more than 36 months in 2016 and than 60 since; exactly so much is all right."""
    for signed_on, months in ((date(2016, 4, 12), 36), (date(2017, 1, 3), 60)):
        _loan(county, signed_on, months)
        too_long = _loan(county, signed_on, months)
        too_long.matures_on += days(1)
        too_long.repaid = [(on + days(1), part) for on, part in too_long.repaid]
        county.found("LOAN-09", too_long)


def guarantees(county: County) -> None:
    for guarantee in ("GUARANTOR", "MORTGAGE", "PLEDGE"):
        loan = _loan(county)
        loan.guarantee = guarantee
        county.found("LOAN-11", loan)


def rates(county: County) -> None:
    """A basis point above the policy rate of the place and day; every clean loan is at most at it.

    What the year cost above the policy rate is the rate's doing, not the counting's, and the
    treasury should not have paid for the loan at all.
    """
    loan = _loan(county)
    loan.annual_rate += BASIS_POINT
    county.found("LOAN-14", loan)


STORIES: tuple[tuple[Callable[[County], None], tuple[Place, ...]], ...] = (
    (ages, (BAYAN, HAILUN)),
    (capacity, (KEDONG, LANXI)),
    (records_of_credit, (FUYUAN, KESHAN)),
    (limits_of_credit, (YANSHOU, LANXI)),
    (never_rated, (FUYU, QINGGANG)),
    (wishes, (BAYAN, QINGGANG)),
    (terms, (KEDONG, HAILUN)),
    (guarantees, (FUYU, YANSHOU)),
    (rates, (KESHAN, BAIQUAN, LANXI)),
)
"""Which story plays where."""
