"""What the treasury paid for poverty loans, and what the bank gave back to the household.

In Heilongjiang the lender claims by the year (policy.md 2.2), so the lines settled in one year are
paid for in the spring of the next. Where the household's card was debited, the bank owes it the
lines that lie wholly within the paid periods (SUB-11).
"""

from datetime import date
from decimal import Decimal
from random import Random

from jinqiao.counties.interest import FEN, days
from jinqiao.counties.lending import Line, Loan, Payment, Refund, reference


def subsidise(rng: Random, loan: Loan) -> None:
    """Write the payments for the loan's lines of 2016 to 2018, and the refunds that followed.

    Lines of 2019 are not yet paid for, unless the loan says when they were.
    """
    for year in sorted({2016, 2017, 2018, *loan.paid_in}):
        lines = [line for line in _normal(loan) if line.settled_on.year == year]
        if not lines:
            continue
        paid_on = loan.paid_in.get(year) or date(year + 1, 3, 1) + days(rng.randrange(58))
        _pay(loan, lines, paid_on)
    if loan.passed_on != "never":
        _pass_on(rng, loan)


def withheld(loan: Loan) -> Decimal:
    """SUB-11: household-borne lines wholly within the paid periods, less what was returned."""
    due = sum((line.amount for line in _returnable(loan, len(loan.payments))), Decimal(0))
    return due - sum((refund.amount for refund in loan.refunds), Decimal(0))


def _pay(loan: Loan, lines: list[Line], paid_on: date) -> None:
    """One payment for the lines; or two that meet at the loan's `cut`, in the middle of one."""
    start = loan.payments[-1].end if loan.payments else lines[0].start
    end = lines[-1].end
    if loan.cut and start < loan.cut < end:
        first = reference(loan, loan.cut) - reference(loan, start)
        loan.payments.append(Payment(start, loan.cut, first, paid_on))
        if 2018 not in loan.debited:
            second = reference(loan, end) - reference(loan, loan.cut)
            loan.payments.append(Payment(loan.cut, end, second, paid_on + days(14)))
        return
    amount = sum((line.amount for line in lines), Decimal(0))
    if start != lines[0].start:
        amount = reference(loan, end) - reference(loan, start)
    loan.payments.append(Payment(start, end, amount, paid_on))


def _pass_on(rng: Random, loan: Loan) -> None:
    returned = Decimal(0)
    for count, payment in enumerate(loan.payments, start=1):
        due = sum((line.amount for line in _returnable(loan, count)), Decimal(0)) - returned
        if not due:
            continue
        cause = "RATE_EXCESS" if loan.passed_on == "other cause" else "SUBSIDY_PASS_THROUGH"
        on = payment.paid_on + days(2 + rng.randrange(24))
        if loan.passed_on == "in January":
            on = date(2019, 1, 10)
        returned += due
        if loan.passed_on == "a fen short":
            due -= FEN
        loan.refunds.append(Refund(due, on, cause))


def _normal(loan: Loan) -> list[Line]:
    return [line for line in loan.lines if line.kind == "NORMAL"]


def _returnable(loan: Loan, payments: int) -> list[Line]:
    """The debited lines that the first so many payments, which follow one another, cover whole."""
    if not payments:
        return []
    start, end = loan.payments[0].start, loan.payments[payments - 1].end
    return [
        line
        for line in _normal(loan)
        if line.borne_by == "HOUSEHOLD" and start <= line.start and line.end <= end
    ]
