"""What follows on the day of the plan from what the stories told of single loans (row 8).

Nothing is planted here. It is asked of every loan of the county, clean ones too, once its interest
and the treasury's payments are written.
"""

from datetime import date
from decimal import Decimal

from jinqiao.counties.areas import areas
from jinqiao.counties.county import County
from jinqiao.counties.lending import Loan, reference
from jinqiao.counties.places import PLAN_DAY

ATTESTED_FROM = date(2017, 8, 17)
"""Since 银监发〔2017〕42号 somebody must say that he is honest, skilled and has prospects."""

ATTESTED = ("LOAN-15", "LOAN-16", "LOAN-17")


def _paid_above_cap(loan: Loan, over: Decimal) -> Decimal:
    """What the family's latest loan adds above the cap bears no subsidy, and the treasury paid."""
    rate = loan.annual_rate * (loan.principal - over) / loan.principal
    return sum(
        (
            one.amount - reference(loan, one.end, rate) + reference(loan, one.start, rate)
            for one in loan.payments
        ),
        Decimal(0),
    )


def follow(county: County) -> None:
    for loan in county.loans:
        if loan.product == "POVERTY_MICRO":
            _attested(county, loan)
            _subsidised(county, loan)
    for rule, area, verdict in areas(county, PLAN_DAY):
        if verdict == "not_met":
            county.found(rule, area)
        else:
            county.unclear(rule, area)


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
    over = county.plan_day.get(("LOAN-08", id(loan)))
    if over and over.amount and loan.payments:
        county.found("SUB-12", loan, _paid_above_cap(loan, over.amount))
    for payment in loan.payments:
        if "not_met" in told:
            county.found("SUB-01", payment)
        elif "undetermined" in told:
            county.unclear("SUB-01", payment)
