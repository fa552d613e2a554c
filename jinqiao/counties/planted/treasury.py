"""What the treasury paid too much, for days it does not pay, or never (plan 二 and 四; row 8).

克东's bureau has not declared its payments, so nobody knows whether it paid for a loan there.
"""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple
from jinqiao.counties.interest import FEN, days, months_later
from jinqiao.counties.lending import (
    ALWAYS,
    Line,
    Loan,
    Payment,
    Refund,
    charge,
    lasting_term,
    reference,
)
from jinqiao.counties.places import FUYU, HAILUN, KEDONG, KESHAN, LANXI, PLAN_DAY, YANSHOU
from jinqiao.counties.subsidies import subsidise

PAID_WRONGLY = (KESHAN, LANXI, FUYU)
UNCLAIMED = (YANSHOU, HAILUN, KEDONG)
WITHHELD = KEDONG
"""The county whose bureau withholds its declaration of payments."""

CLAIM_DAYS = 90
SIGNED = date(2017, 6, 20)


def plant(county: County) -> None:
    if county.place in PAID_WRONGLY:
        _past_payoff(county)
        _days_paid_twice(county)
        _before_drawdown(county)
        _a_fen_too_much(county)
    if county.place in UNCLAIMED:
        _never_claimed(county)


def _paid(county: County, *, repaid_on: date | None = None) -> Loan:
    """A loan whose interest the treasury bears and has paid for to the end of 2018."""
    household = settle(county, couple)
    loan = lend(
        county,
        household,
        household.head,
        SIGNED,
        county.rng.choice((20_000, 30_000, 50_000)),
        months=lasting_term(SIGNED),
        disbursed_on=SIGNED,
    )
    if repaid_on:
        loan.repaid = [(repaid_on, loan.principal)]
    charge(loan)
    subsidise(county.rng, loan)
    return loan


def _past_payoff(county: County) -> None:
    """Paid off in September; the treasury paid for the whole autumn."""
    loan = _paid(county, repaid_on=date(2018, 9, 14))
    last, more = loan.payments[-1], Decimal(county.rng.randrange(20_000, 30_000)) / 100
    last.end, last.amount = date(2018, 12, 21), last.amount + more
    county.found("SUB-02", last, last.amount)
    county.found("SUB-12", loan, more)


def _days_paid_twice(county: County) -> None:
    """The second payment begins a month before the first ends; the later one fails, whole."""
    loan = _paid(county)
    first, second = loan.payments[:2]
    second.start = first.end - days(30)
    twice = reference(loan, first.end) - reference(loan, second.start)
    second.amount += twice
    county.found("SUB-02", second, second.amount)
    county.found("SUB-12", loan, twice)


def _before_drawdown(county: County) -> None:
    """The period begins a day early, the amount is right."""
    loan = _paid(county)
    loan.payments[0].start -= days(1)
    county.found("SUB-02", loan.payments[0], loan.payments[0].amount)


def _a_fen_too_much(county: County) -> None:
    """Kept; returned in full; and all of five yuan but a fen returned."""
    for more, returned in ((FEN, None), (FEN, FEN), (Decimal(5), Decimal(5) - FEN)):
        loan = _paid(county)
        loan.payments[-1].amount += more
        if returned:
            on = loan.payments[-1].paid_on + days(20)
            loan.refunds.append(Refund(returned, on, "RATE_EXCESS", to="TREASURY"))
        if more != returned:
            county.found("SUB-12", loan, FEN)


def _never_claimed(county: County) -> None:
    """The household bore the interest and nobody asked the treasury for it."""
    last_in_time = PLAN_DAY - days(CLAIM_DAYS)
    late = [
        _borne(county, last_in_time - days(1)),
        _borne(county, None),
    ]
    for loan in late:
        if county.place == WITHHELD:
            county.unclear("SUB-10", loan)
        else:
            county.found("SUB-10", loan, _unclaimed(loan))
    in_time = _borne(county, last_in_time)
    misused = _borne(county, None)
    misused.purpose, misused.purpose_text = "MARRIAGE", "女儿出嫁"
    county.found("LOAN-12", misused)
    unknown = _borne(county, None)
    unknown.purpose, unknown.purpose_text = "UNKNOWN", None
    county.unclear("LOAN-12", unknown)
    county.unclear("SUB-10", unknown)
    assert _unclaimed(in_time) == 0


def _borne(county: County, matures_on: date | None) -> Loan:
    """Interest from the household's pocket: one line to maturity, or quarter by quarter."""
    household = settle(county, couple)
    drawn_on = months_later(matures_on, -12) if matures_on else date(2018, 4, 16)
    loan = lend(
        county,
        household,
        household.head,
        drawn_on,
        county.rng.choice((20_000, 30_000, 50_000)),
        months=12 if matures_on else lasting_term(drawn_on),
        settlement="AT_MATURITY" if matures_on else "QUARTERLY",
        disbursed_on=drawn_on,
    )
    loan.debited, loan.subsidised = ALWAYS, False
    charge(loan)
    return loan


def _unclaimed(loan: Loan) -> Decimal:
    """Σ of the lesser of charged and reference, over the lines that should have been claimed."""
    return sum((_claimable(loan, line) for line in loan.lines if _late(line)), Decimal(0))


def _late(line: Line) -> bool:
    return (PLAN_DAY - line.end).days > CLAIM_DAYS


def _claimable(loan: Loan, line: Line) -> Decimal:
    return min(line.amount, reference(loan, line.end) - reference(loan, line.start))


def payment_periods(payments: list[Payment]) -> list[tuple[date, date]]:
    """The paid days as periods that do not overlap, in order."""
    periods: list[tuple[date, date]] = []
    for one in sorted(payments, key=lambda payment: payment.start):
        start = max(one.start, periods[-1][1]) if periods else one.start
        if start < one.end:
            periods.append((start, one.end))
    return periods
