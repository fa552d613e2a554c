"""抚远's seven borrowers who were not registered (plan 一; row 2), and others who were."""

from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Amendment, Household, Status, couple
from jinqiao.counties.interest import days
from jinqiao.counties.lending import ALWAYS, Loan, lasting_term
from jinqiao.counties.people import Person, birthday, person
from jinqiao.counties.places import DECEMBER, FUYUAN

PLACE = FUYUAN.code
SIGNED = date(2018, 3, 15)
YEAR_2014, YEAR_2017 = date(2014, 1, 1), date(2017, 1, 1)


def plant(county: County) -> None:
    found = [_lend(county, None, _stranger(county)) for _ in range(3)]
    unregistered: tuple[list[Status], ...] = (
        [("REGISTERED", YEAR_2014, YEAR_2017), ("LIFTED_NO_POLICY", YEAR_2017, None)],
        [("REGISTERED", YEAR_2014, SIGNED), ("REMOVED", SIGNED, None)],
        [("MARGINAL", YEAR_2017, None)],
    )
    for statuses in unregistered:
        household = _household(county, statuses)
        found.append(_lend(county, household, household.head))
    found.append(_bride(county))
    for loan in found:
        loan.debited, loan.subsidised = ALWAYS, False
        county.expect("strangers", "LOAN-23", loan, loan.principal)
        county.found("LOAN-01", loan)
        county.found("LOAN-23", loan, assigned="N1_TO_COMMERCIAL")
    _spare(county)
    _leave_open(county)


def _spare(county: County) -> None:
    """Not found: the loan lives no more, or the household was registered on the very day."""
    repaid = _lend(county, None, _stranger(county))
    repaid.repaid = [(date(2018, 9, 14), repaid.principal)]
    converted = _lend(county, None, _stranger(county))
    converted.converted_on = date(2018, 9, 21)
    for loan in (repaid, converted):
        county.found("LOAN-01", loan)
        loan.debited, loan.subsidised = ALWAYS, False

    next_day = SIGNED + days(1)
    removed_next_day = _household(
        county, [("REGISTERED", YEAR_2014, next_day), ("REMOVED", next_day, None)]
    )
    loan = _lend(county, removed_next_day, removed_next_day.head)
    loan.repaid = [(date(2019, 3, 20), loan.principal)]
    registered_that_day = _household(county, [("REGISTERED", SIGNED, None)])
    _lend(county, registered_that_day, registered_that_day.head)


def _leave_open(county: County) -> None:
    """Undetermined: the number is known under another name; the household has no status at all."""
    household = settle(county, couple)
    loan = _lend(county, household, household.head)
    loan.name_given = household.head.name[0] + "某"
    county.unclear("LOAN-60", loan)
    loans = [loan]
    without_status = _household(county, [])
    without_status.insured_anyway = True
    loans.append(_lend(county, without_status, without_status.head))
    county.unclear("LOAN-60", loans[1])
    for loan in loans:
        county.doubt("strangers", "LOAN-23", loan)
        for rule in ("LOAN-01", "LOAN-23"):
            county.unclear(rule, loan)


def _lend(county: County, household: Household | None, borrower: Person) -> Loan:
    loan = lend(
        county,
        household,
        borrower,
        SIGNED,
        county.rng.choice((20_000, 30_000, 50_000)),
        months=lasting_term(SIGNED),
        disbursed_on=SIGNED,
    )
    if household is None:
        loan.rated = False
        for rule in ("LOAN-02", "LOAN-04", "LOAN-05", "LOAN-06"):
            county.unclear(rule, loan)
    return loan


def _stranger(county: County) -> Person:
    male = county.rng.randrange(2) == 0
    born = birthday(county.rng, county.rng.randrange(28, 55))
    return person(county.rng, county.identities, born, male)


def _household(county: County, statuses: list[Status]) -> Household:
    """A household that only the county's own rows speak of."""
    household = settle(county, couple)
    household.exported = False
    household.amendments = [Amendment(DECEMBER, statuses)]
    return household


def _bride(county: County) -> Loan:
    """She borrowed in March and married into a registered household in October."""
    household = settle(county, couple)
    bride = person(county.rng, county.identities, date(1995, 4, 18), False)
    bride.relation, bride.joined_on = "DAUGHTER_IN_LAW", date(2018, 10, 8)
    household.members.append(bride)
    loan = _lend(county, household, bride)
    for rule in ("LOAN-02", "LOAN-04"):
        county.unclear(rule, loan)
    return loan
