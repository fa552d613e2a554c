"""The clean: households, loans and claims in which nothing is wrong, and honest variety."""

from datetime import date
from decimal import Decimal
from functools import partial

from jinqiao.counties.agencies import insurers_of
from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Household, couple, single_worker, unable
from jinqiao.counties.insurance import PRODUCTS, Claim, Incident
from jinqiao.counties.interest import completed_years, days
from jinqiao.counties.lending import ALWAYS, Loan
from jinqiao.counties.places import HANDED_OVER

FIRST_SIGNING, LAST_SIGNING = date(2016, 3, 1), date(2019, 4, 20)


def fill(county: County, households: int) -> None:
    """Settle clean households until the county has so many, and let them live."""
    weak = county.place.labels == 2
    worker = partial(couple, weak=weak)
    while len(county.households) < households:
        lot = county.rng.randrange(100)
        compose = worker if lot < 45 else single_worker if lot < 60 else unable
        household = settle(county, compose)
        describe(county, household)
        _move(county, household)
        eligible = lot < 60 and household.lifted not in ("RETURNED", "LIFTED_NO_POLICY")
        if eligible and county.rng.randrange(100) < 47:
            borrow(county, household)
        _fall_ill(county, household)


def describe(county: County, household: Household) -> None:
    """When the household was registered, whether it has been lifted out, and what it is."""
    rng, labels = county.rng, county.place.labels
    household.identified = rng.choice((2014, 2014, 2014, 2014, 2015, 2015, 2015, 2016))
    lot = rng.randrange(1000)
    if lot < 15:
        household.lifted, household.lifted_year = "RETURNED", 2016
    elif lot < 55 and labels == 2:
        household.lifted, household.lifted_year = "LIFTED_NO_POLICY", rng.choice((2016, 2017))
    elif lot < 90 and labels == 1:
        household.lifted = "PRE_LIFTED"
    elif lot < 700:
        household.lifted, household.lifted_year = (
            "LIFTED_WITH_POLICY",
            rng.choice((2016, 2017, 2018)),
        )
    lifted = household.lifted.startswith("LIFTED")
    poorest = not any(household.able(HANDED_OVER))
    if labels == 1:
        household.attribute = rng.choice(
            ("DIBAO", "DIBAO_POOR", "WUBAO", "TEKUN_POOR")
            if poorest
            else ("GENERAL_POOR", "GENERAL_POOR", "GENERAL_POOR", "DIBAO_POOR", "LOW_INCOME")
        )
    elif lifted:
        household.attribute = rng.choice(
            ("DIBAO_LIFTED", "TEKUN_LIFTED", "DIBAO_TEKUN")
            if poorest
            else ("GENERAL_LIFTED", "GENERAL_LIFTED", "DIBAO_LIFTED")
        )
    else:
        household.attribute = rng.choice(
            ("DIBAO_POOR", "TEKUN_POOR", "DIBAO_TEKUN_POOR")
            if poorest
            else ("GENERAL_POOR", "GENERAL_POOR", "DIBAO_POOR")
        )
    if rng.randrange(3) == 0:
        others = ("NO_SKILL", "POOR_TRANSPORT", "LOW_MOTIVATION", "NO_LAND", "OTHER", "MARRIAGE")
        household.other_causes = tuple(rng.sample(others, rng.choice((1, 1, 2))))
    if poorest:
        household.cause = rng.choice(("ILLNESS", "DISABILITY", "NO_LABOUR"))


def _move(county: County, household: Household) -> None:
    """Somebody dies, marries away or marries in, in a few households."""
    rng = county.rng
    lot = rng.randrange(100)
    if lot > 3 or len(household.members) < 2:
        return
    other = household.members[-1]
    day = date(2018, rng.randrange(2, 12), rng.randrange(1, 29))
    if other.relation in ("MOTHER", "FATHER"):
        other.died_on = day
    elif other.relation == "DAUGHTER" and completed_years(other.born, day) >= 20:
        other.left_on = day
    elif other.relation == "SPOUSE":
        other.joined_on = date(2016, day.month, day.day)


def borrow(county: County, household: Household) -> None:
    """The head's loan, nearly always a poverty loan; in a few households another after it."""
    rng = county.rng
    span = (LAST_SIGNING - FIRST_SIGNING).days
    signed_on = FIRST_SIGNING + days(rng.randrange(span))
    household.identified = min(household.identified, 2015)
    loan = _clean_loan(county, household, signed_on)
    if rng.randrange(25) == 0:
        # No poverty loan, but at its rate.
        loan.product, loan.debited, loan.subsidised = "ORDINARY_FARM", ALWAYS, False
        return
    if loan.closed_on and loan.closed_on < date(2019, 3, 1) and rng.randrange(100) < 25:
        again = loan.closed_on + days(rng.randrange((LAST_SIGNING - loan.closed_on).days))
        if rng.randrange(3) or loan.closed_on < loan.matures_on:
            loan = _clean_loan(county, household, again)
        else:
            parent = loan
            loan = _clean_loan(county, household, parent.matures_on, parent.bank)
            loan.kind, loan.parent = "RENEWAL", parent
    if not loan.closed_on and rng.randrange(10) < 7:
        household.cause = "NO_CAPITAL"


def _clean_loan(county: County, household: Household, signed_on: date, bank: str = "") -> Loan:
    rng, place = county.rng, county.place
    bank = bank or rng.choices((place.union, "PSBC23", "ABC23"), (70, 18, 12))[0]
    settlement = rng.choices(("QUARTERLY", "AT_MATURITY", "YEARLY", "MONTHLY"), (55, 31, 10, 4))[0]
    loan = lend(
        county,
        household,
        household.head,
        signed_on,
        rng.choice((10_000, 15_000, 20_000, 20_000, 30_000, 30_000, 40_000, 50_000, 50_000)),
        bank=bank,
        settlement=settlement,
    )
    if bank == place.union and loan.annual_rate == Decimal("0.0375") and rng.randrange(10) < 2:
        loan.annual_rate = Decimal("0.0350")
    if bank == place.union and signed_on.year >= 2019:
        loan.annual_rate = Decimal("0.0175" if place.code == "230231" else "0.0375")
    if signed_on <= date(2018, 3, 28) and rng.randrange(5) == 0:
        loan.march_report = True
    if (bank == place.union and rng.randrange(100) < place.debits_households) or (
        bank == "PSBC23" and rng.randrange(20) == 0
    ):
        loan.debited = frozenset((2016, 2017, 2018))
    _prepay(county, loan)
    return loan


def _prepay(county: County, loan: Loan) -> None:
    """A few repay a part early, and fewer all."""
    lot = county.rng.randrange(100)
    last = min(loan.matures_on, HANDED_OVER)
    early = loan.disbursed_on + days(90 + county.rng.randrange(120))
    if lot > 4 or early >= last - days(30):
        return
    if lot > 1:
        part = loan.principal * Decimal("0.4")
        rest = [(on, amount - part) for on, amount in loan.repaid]
        loan.repaid = [(early, part), *rest]
    else:
        loan.repaid = [(early, loan.principal)]


def _fall_ill(county: County, household: Household) -> None:
    """An insured event, claimed within thirty days, in a few households."""
    rng, place = county.rng, county.place
    if rng.randrange(100) >= (20 if place.code == "230129" else 6):
        return
    insurers = insurers_of(place)
    if len(insurers) > 1 or not household.registered(date(2018, 1, 1)):
        return
    person = household.head
    on = date(2018, 1, 5) + days(rng.randrange(415))
    liability = rng.choice(PRODUCTS[insurers[0]].liabilities)
    if "DEATH" in liability.kind or not person.present(on):
        return
    if liability.max_age and completed_years(person.born, on) > liability.max_age:
        return
    claim = Claim(
        liability.kind,
        on + days(rng.choice((1, 3, 7, 14, 21, 29, 30))),
        outcome=rng.choices(("PAID", "REJECTED", "WITHDRAWN"), (94, 4, 2))[0],
        names_incident=rng.randrange(5) > 0,
        slow_papers=rng.randrange(6) == 0,
    )
    incident = Incident(household, person, liability.kind, on, claim=claim)
    if liability.basis == "PER_DAY":
        incident.hospital_days = rng.randrange(2, 25)
    if liability.basis == "LOSS":
        incident.loss = Decimal(rng.randrange(20_000, 400_000)) / 100
    county.incidents.append(incident)
