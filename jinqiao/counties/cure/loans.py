"""Loans put right: recalled, converted, repaid, reminded of; interest and subsidy given back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from jinqiao.counties.areas import areas
from jinqiao.counties.county import County
from jinqiao.counties.interest import days
from jinqiao.counties.lending import (
    Line,
    Loan,
    Notice,
    Payment,
    Refund,
    policy_rate,
    reference,
)
from jinqiao.counties.places import HANDED_OVER, PLAN_DAY, RESCREENED

CLAIMED, REFUNDED = date(2019, 6, 14), date(2019, 6, 24)
RECALLED, CONVERTED = date(2019, 8, 12), date(2019, 8, 26)


def put_loans_right(county: County) -> None:
    for (rule, _), expectation in list(county.plan_day.items()):
        act = ACTS.get(rule)
        if act and isinstance(expectation.subject, Loan) and expectation.verdict == "not_met":
            act(expectation.subject, expectation.amount or Decimal(0), expectation.assigned)
            county.cure(rule, expectation.subject)
    _recall_the_unfit(county)
    for loan in county.loans:
        if loan.product == "POVERTY_MICRO":
            _let_mature(loan)
            _claim_subsidy(county, loan)


def repay(loan: Loan, on: date = RECALLED) -> None:
    """All that is outstanding comes back."""
    left = loan.outstanding(on)
    if left > 0 and loan.converted_on is None:
        loan.repaid.append((on, left))


def convert(loan: Loan) -> None:
    """Into a commercial loan: the household bears no more of it, nor does the treasury."""
    if loan.converted_on is None and loan.outstanding(CONVERTED):
        loan.converted_on = CONVERTED


def _end_enterprise_use(loan: Loan, _: Decimal, assigned: str) -> None:
    if assigned in ("E2_CORRECT", "E3_RECALL"):
        repay(loan)
    else:
        convert(loan)


def _end_unregistered(loan: Loan, _: Decimal, __: str) -> None:
    convert(loan)


def _give_back_excess(loan: Loan, amount: Decimal, _: str) -> None:
    """LOAN-32: to whom bore it, against the rate it should have had."""
    if loan.product == "POVERTY_MICRO":
        to, cause, baseline = "TREASURY", "RATE_EXCESS", loan.annual_rate
    else:
        to, cause = "HOUSEHOLD", "ORDINARY_RATE"
        baseline = policy_rate(
            loan.bank, loan.branch, loan.signed_on, loan.disbursed_on, loan.matures_on
        )
    loan.refunds.append(Refund(amount, REFUNDED, cause, to, baseline))


def _give_back_subsidy(loan: Loan, amount: Decimal, _: str) -> None:
    """SUB-12: one debt with LOAN-32's treasury share, so a refund counts for both."""
    back = (one for one in loan.refunds if one.to == "TREASURY" and one.paid_on == REFUNDED)
    if next(back, None) is None:
        loan.refunds.append(Refund(amount, REFUNDED, "RATE_EXCESS", "TREASURY"))


def _pass_through(loan: Loan, amount: Decimal, _: str) -> None:
    loan.refunds.append(Refund(amount, REFUNDED, "SUBSIDY_PASS_THROUGH"))


def _settle_overdue(loan: Loan, _: Decimal, __: str) -> None:
    repay(loan)
    loan.last_report = None


def _remind(loan: Loan, _: Decimal, __: str) -> None:
    """LOAN-42: a late notice clears it. Who fell due that day repaid that day."""
    if loan.matures_on > PLAN_DAY:
        sent_on = PLAN_DAY + days(1)
        loan.notices = [
            *(loan.notices or []),
            Notice("REMIND_60", sent_on),
            Notice("WRITTEN_30", sent_on),
        ]


def _end_orphaned(loan: Loan, _: Decimal, __: str) -> None:
    """LOAN-60: the family repays."""
    repay(loan)


ACTS: dict[str, Callable[[Loan, Decimal, str], None]] = {
    "LOAN-20": _end_enterprise_use,
    "LOAN-23": _end_unregistered,
    "LOAN-32": _give_back_excess,
    "SUB-12": _give_back_subsidy,
    "SUB-11": _pass_through,
    "LOAN-40": _settle_overdue,
    "LOAN-42": _remind,
    "LOAN-60": _end_orphaned,
}
"""What is done with a loan that a rule found. LOAN-32 comes before SUB-12: one debt."""


def _recall_the_unfit(county: County) -> None:
    """LOAN-22: in the villages found, loans to households that could not work come back."""
    found = {
        one.subject
        for (rule, _), one in county.plan_day.items()
        if rule == "LOAN-22" and one.verdict == "not_met"
    }
    for loan in county.loans:
        told = {county.told(rule, loan) for rule in ("LOAN-02", "LOAN-04")}
        lives_there = loan.household and loan.household.village.code in found
        if lives_there and "not_met" in told:
            repay(loan)


def add_up_areas_again(county: County) -> None:
    """What villages and townships come to once all of this is done."""
    for (rule, _), expectation in list(county.plan_day.items()):
        if rule in ("LOAN-22", "LOAN-41"):
            county.cure(rule, expectation.subject)
    for rule, area, verdict in areas(county, RESCREENED):
        if verdict == "not_met":
            raise ValueError(f"the cure leaves {rule} in {area}")
        county.unclear_then(rule, area)


def _let_mature(loan: Loan) -> None:
    """What falls due before the re-screen is repaid on its day; whose household is struck off
    meanwhile repays too."""
    if loan.household and loan.household.removed(RESCREENED):
        repay(loan)
    elif HANDED_OVER < loan.matures_on <= RESCREENED:
        repay(loan, loan.matures_on)


def _claim_subsidy(county: County, loan: Loan) -> None:
    """SUB-10: claimed and paid at last, and passed on within the week."""
    lines = [line for line in loan.lines if _unclaimed(line)]
    misused = county.told("LOAN-12", loan) != "met" or county.told("LOAN-01", loan) != "met"
    if loan.payments or misused or not lines:
        return
    amount = sum((_claimable(loan, line) for line in lines), Decimal(0))
    loan.payments.append(Payment(lines[0].start, lines[-1].end, amount, CLAIMED))
    loan.payments[-1].number = f"{county.place.code}-2019-9{_serial(loan)}"
    taken = sum((line.amount for line in lines), Decimal(0))
    loan.refunds.append(Refund(taken, REFUNDED, "SUBSIDY_PASS_THROUGH"))
    county.cure("SUB-10", loan)


def _unclaimed(line: Line) -> bool:
    return line.borne_by == "HOUSEHOLD" and line.kind == "NORMAL"


def _claimable(loan: Loan, line: Line) -> Decimal:
    return min(line.amount, reference(loan, line.end) - reference(loan, line.start))


def _serial(loan: Loan) -> str:
    return loan.bank[:2] + loan.number.rpartition("-")[2]
