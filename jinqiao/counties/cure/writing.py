"""What is new since the first files: the same formats, only the rows that were not there."""

from collections.abc import Iterable

from jinqiao.counties.county import County
from jinqiao.counties.files import Files
from jinqiao.counties.insurance import PRODUCTS
from jinqiao.counties.lending import Loan, report_days
from jinqiao.counties.places import HANDED_OVER, RESCREENED
from jinqiao.counties.rows import (
    Row,
    claim,
    claim_changes,
    incident,
    needs,
    notices,
    payments,
    plans,
    policy,
    rating,
    ratings,
    refunds,
    repayments,
    report,
)

REPORTED = RESCREENED.replace(month=10, day=31)
"""As of which day the banks report again what has changed."""


def hand_over_cure(county: County, files: Files) -> None:
    """Write the county's cure into the agencies' files."""
    for loan in county.loans:
        _bank(county, files, loan)
    office, division = county.place.poverty_office, county.place.division
    for home in county.households:
        files.add(office, "needs", _since(needs(home), "raised_on"), division)
    for one in county.late_policies:
        files.add(one.insurer, "policies", [policy(one, PRODUCTS[one.insurer].code)], division)
    for told in county.incidents:
        under = county.under(told)
        if told.told_again:
            files.add(office, "incidents", [incident(told) | {"source_version": 2}], division)
        if told.claim is None or under is None:
            continue
        if not told.claim.number:
            told.claim.number = f"{under.insurer}-C-{told.number}"
            files.add(under.insurer, "claims", [claim(told, told.claim, under.number)], division)
        changes = _since(claim_changes(told.claim), "on")
        files.add(under.insurer, "claim-status-changes", changes, division)


def _bank(county: County, files: Files, loan: Loan) -> None:
    bank, division = loan.bank, county.place.division
    repaid = _since(repayments(loan, RESCREENED), "paid_on")
    new = loan.signed_on > HANDED_OVER
    if repaid or new or (loan.converted_on and loan.converted_on > HANDED_OVER):
        version = len(list(report_days(loan))) + 1
        row = report(loan, REPORTED, version)
        files.add(bank, "contracts", [row], division, amount="principal")
    if new:
        for one in ratings(loan):
            files.add(bank, "ratings", [rating(loan, one)], division)
    files.add(bank, "repayments", repaid, division)
    files.add(bank, "refunds", _since(refunds(loan), "paid_on"), division)
    files.add(bank, "repayment-plans", _since(plans(loan), "agreed_on"), division)
    files.add(bank, "notices", _since(notices(loan, RESCREENED), "sent_on"), division)
    bureau = county.place.finance_bureau
    files.add(bureau, "payments", _since(payments(county, loan), "paid_on"), division)


def _since(rows: Iterable[Row], day: str) -> list[Row]:
    return [row for row in rows if str(row[day]) > str(HANDED_OVER)]
