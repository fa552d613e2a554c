"""A county's finished records: interest charged, subsidy paid, numbers given, files written."""

from collections import Counter
from datetime import date
from decimal import Decimal

from jinqiao.counties.agencies import insurers_of
from jinqiao.counties.county import County
from jinqiao.counties.export import write_export
from jinqiao.counties.files import Files
from jinqiao.counties.insurance import PRODUCTS, Incident, decide, due, write_policies
from jinqiao.counties.lending import Loan, charge
from jinqiao.counties.places import HANDED_OVER
from jinqiao.counties.rows import (
    claim,
    claim_changes,
    household,
    incident,
    lines,
    needs,
    notices,
    payments,
    plans,
    policy,
    product,
    rating,
    ratings,
    refunds,
    repayments,
    reports,
)
from jinqiao.counties.subsidies import subsidise


def hand_over(county: County, files: Files) -> None:
    """Complete the county's records and write them into the agencies' files."""
    for loan in county.loans:
        if not loan.lines:
            charge(loan)
        if loan.subsidised and not loan.payments:
            subsidise(county.rng, loan)
    _number(county)
    _registry(county, files)
    _banks(county, files)
    _treasury(county, files)
    _insurers(county, files)


def _number(county: County) -> None:
    """Numbers as each agency gives them; nothing in them tells a planted case from a clean one."""
    code = county.place.code
    county.rng.shuffle(county.households)
    for count, home in enumerate(county.households, start=1):
        home.number = f"{code}{count:07d}"
    for count, need in enumerate((one for home in county.households for one in home.needs), 1):
        need.number = f"{code}-X-{need.raised_on.year}-{count:05d}"
    county.rng.shuffle(county.loans)
    county.loans.sort(key=lambda loan: loan.signed_on)
    signed: Counter[tuple[str, int]] = Counter()
    for loan in county.loans:
        series = loan.bank, loan.signed_on.year
        signed[series] += 1
        loan.number = f"{code}-{loan.signed_on.year}-{signed[series]:06d}"
    for count, payment in enumerate((one for loan in county.loans for one in loan.payments), 1):
        payment.number = f"{code}-{payment.paid_on.year}-{count:06d}"
    county.rng.shuffle(county.incidents)
    county.incidents.sort(key=lambda one: one.on)
    for count, one in enumerate(county.incidents, start=1):
        one.number = f"{code}-{one.on.year}-{count:05d}"


def _registry(county: County, files: Files) -> None:
    place, office = county.place, county.place.poverty_office
    for year in place.exports:
        path = files.workbook(office, "households", place.division, f"households-{year}")
        write_export(path, place, year, county.households)
    for home in county.households:
        rows = [
            household(home, count, amendment)
            for count, amendment in enumerate(home.amendments, start=1)
        ]
        files.add(office, "households", rows, place.division)
        files.add(office, "needs", needs(home), place.division)


def _banks(county: County, files: Files) -> None:
    division = county.place.division
    for loan in county.loans:
        first, *later = reports(loan)
        files.add(
            loan.bank, "contracts", [first], division, name="contracts-first", amount="principal"
        )
        files.add(
            loan.bank, "contracts", later, division, name="contracts-later", amount="principal"
        )
        if loan.rated and loan.product == "POVERTY_MICRO":
            for one in ratings(loan):
                files.add(one.bank or loan.bank, "ratings", [rating(loan, one)], division)
        files.add(loan.bank, "repayments", repayments(loan), division)
        files.add(loan.bank, "interest-lines", lines(loan), division)
        files.add(loan.bank, "refunds", refunds(loan), division)
        files.add(loan.bank, "repayment-plans", plans(loan), division)
        if _reminded(loan):
            files.add(loan.bank, "notices", notices(loan), division)


def _reminded(loan: Loan) -> bool:
    """Poverty loans that fell due since the summer of 2018, and those a story speaks of."""
    if loan.notices is not None:
        return True
    return loan.product == "POVERTY_MICRO" and date(2018, 6, 1) <= loan.matures_on <= HANDED_OVER


def _treasury(county: County, files: Files) -> None:
    for loan in county.loans:
        files.add(
            county.place.finance_bureau, "payments", payments(county, loan), county.place.division
        )


def _insurers(county: County, files: Files) -> None:
    place = county.place
    insurers = insurers_of(place)
    counts: Counter[tuple[str, int]] = Counter()
    for insurer in insurers:
        products = [product(PRODUCTS[insurer])]
        if f"insurers/{insurer}/products.csv" not in files.piles:
            files.add(insurer, "products", products, place.division)
    for home in county.households:
        policies = write_policies(home, insurers, county.rng)
        county.policies[id(home)] = policies
        for one in policies:
            counts[one.insurer, one.valid_from.year] += 1
            serial = counts[one.insurer, one.valid_from.year]
            one.number = f"{one.insurer}-{one.valid_from.year}-{place.code}-{serial:06d}"
            row = policy(one, PRODUCTS[one.insurer].code)
            files.add(one.insurer, "policies", [row], place.division)
    for one_incident in county.incidents:
        files.add(place.poverty_office, "incidents", [incident(one_incident)], place.division)
        if one_incident.claim:
            _claim(county, files, one_incident)


def _claim(county: County, files: Files, one: Incident) -> None:
    """The claim under the policy that covers the incident, and how it went on."""
    under = county.under(one)
    assert one.claim
    assert under
    liability = PRODUCTS[under.insurer].liability(one.claim.kind)
    if not one.claim.changes:
        decide(county.rng, one.claim, due(liability, one) if liability else Decimal(0))
    one.claim.number = f"{under.insurer}-C-{one.number}"
    division = county.place.division
    files.add(under.insurer, "claims", [claim(one, one.claim, under.number)], division)
    files.add(under.insurer, "claim-status-changes", claim_changes(one.claim), division)
