"""Loans: what was signed, what the bank charged for it, what came back.

A clean loan is charged the reference of rules.md LOAN-30: year-month-day interest from drawdown,
less what earlier lines charged. The others are charged as the bank's convention says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jinqiao.counties.households import Household
from jinqiao.counties.interest import (
    by_the_day,
    days,
    fen,
    months_later,
    thirty_day_count,
    year_month_day,
)
from jinqiao.counties.people import Person
from jinqiao.counties.places import BAIQUAN, HANDED_OVER

HOUSEHOLD: dict[str, object] = {"kind": "HOUSEHOLD"}
ALWAYS = frozenset(range(2014, 2020))
QUIET_FROM, QUIET_TO = HANDED_OVER, date(2020, 2, 1)
"""No clean loan falls due in these months: nothing falls overdue while the plan is carried out."""


@dataclass(slots=True, eq=False)
class Line:
    """One interest line; `end` is exclusive."""

    start: date
    end: date
    base: Decimal
    amount: Decimal
    settled_on: date
    borne_by: str
    kind: str = "NORMAL"


@dataclass(slots=True, eq=False)
class Payment:
    """What the treasury paid to the bank for one loan."""

    start: date
    end: date
    amount: Decimal
    paid_on: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    amount: Decimal
    paid_on: date
    cause: str
    to: str = "HOUSEHOLD"
    baseline: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """What a bank thought of a borrower; `valid_to` is exclusive."""

    limit: Decimal
    rated_on: date
    valid_to: date
    bad_record: bool = False
    bank: str = ""
    """Another bank than the loan's."""


@dataclass(frozen=True, slots=True)
class Notice:
    kind: str
    sent_on: date
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """How what is overdue will be repaid: all of it on one day."""

    agreed_on: date
    due_on: date
    helper: str | None = None


@dataclass(slots=True, eq=False)
class Loan:
    bank: str
    branch: str
    household: Household | None
    borrower: Person
    principal: Decimal
    annual_rate: Decimal
    applied_on: date
    signed_on: date
    disbursed_on: date
    matures_on: date
    settlement: str = "QUARTERLY"
    convention: str = "QUARTERLY_YMD_CUMULATIVE"
    kind: str = "NEW"
    parent: "Loan | None" = None
    product: str = "POVERTY_MICRO"
    purpose: str | None = "PLANTING"
    purpose_text: str | None = None
    guarantee: str = "NONE"
    user: dict[str, object] | None = field(default_factory=lambda: dict(HOUSEHOLD))
    aware: bool | None = True
    takes_part: bool | None = True
    name_given: str = ""
    """The borrower's name as the bank wrote it, where it wrote another."""
    repaid: list[tuple[date, Decimal]] = field(default_factory=list)
    converted_on: date | None = None
    march_report: bool = False
    rated: bool = True
    ratings: list[Rating] | None = None
    """None: the ordinary one, on the day after the application, good for the principal."""
    wished_on: date | None = None
    """When the household signed its wish to borrow; None: with the application."""
    wish_blank: bool = False
    overdue_since: date | None = None
    """The bank reports as overdue what is outstanding."""
    five_class: int = 1
    plan: Plan | None = None
    attested: dict[str, bool] = field(default_factory=dict)
    """What an officer attested, by rule."""
    last_report: date | None = None
    """After this day the bank told no more of the loan."""
    notices: list[Notice] | None = None
    """None: the ordinary ones, in time."""
    debited: frozenset[int] = frozenset()
    """Years in which the lines settled are taken from the household; the treasury bears others."""
    subsidised: bool = True
    cut: date | None = None
    """Where the treasury cut its payment in two, in the middle of an interest period."""
    paid_in: dict[int, date] = field(default_factory=dict)
    """When the treasury paid for a year's lines, where the story needs it."""
    passed_on: str = "promptly"
    """promptly, other cause, in January, a fen short, or never."""
    penalties: list[Line] = field(default_factory=list)
    """Lines that are no ordinary interest."""
    lines: list[Line] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    number: str = ""

    @property
    def closed_on(self) -> date | None:
        """The day on which nothing is outstanding any more."""
        left = self.principal - sum((part for _, part in self.repaid), Decimal(0))
        return None if left else self.repaid[-1][0]

    def outstanding(self, day: date) -> Decimal:
        """What is still owed when the day ends."""
        return self.principal - sum((part for on, part in self.repaid if on <= day), Decimal(0))


def term(disbursed_on: date, choices: tuple[int, ...] = (12, 24, 36, 48, 60)) -> tuple[int, ...]:
    """Those terms, in months, that do not end in the quiet months."""
    return tuple(
        months
        for months in choices
        if not QUIET_FROM < months_later(disbursed_on, months) < QUIET_TO
    )


def lasting_term(disbursed_on: date) -> int:
    """The shortest term that outlives the plan."""
    return next(
        months for months in (12, 24, 36, 48, 60) if months_later(disbursed_on, months) >= QUIET_TO
    )


def policy_rate(bank: str, branch: str, signed: date, disbursed: date, matures: date) -> Decimal:
    """The highest rate a poverty loan signed by May 2019 may bear (rules.md, Regimes)."""
    if bank.startswith("RCU") and date(2017, 1, 1) <= signed <= date(2018, 12, 31):
        return Decimal("0.0175") if branch.startswith(BAIQUAN.code) else Decimal("0.0375")
    return Decimal("0.0435" if matures <= months_later(disbursed, 12) else "0.0475")


def reference(loan: Loan, day: date, rate: Decimal | None = None) -> Decimal:
    """R(day): what the loan may have cost by then, over its principal parts, rounded once."""
    last = min(day, loan.matures_on, loan.closed_on or day)
    if last <= loan.disbursed_on:
        return Decimal("0.00")
    parts = [*loan.repaid, (loan.matures_on, loan.outstanding(date.max))]
    product = sum(
        (part * thirty_day_count(loan.disbursed_on, min(last, until)) for until, part in parts),
        Decimal(0),
    )
    return fen(product * (loan.annual_rate if rate is None else rate) / 360)


def charge(loan: Loan) -> None:
    """Write the interest lines that the bank had settled when it handed its files over."""
    loan.lines = list(loan.penalties)
    ends = min(loan.matures_on, loan.closed_on or date.max, loan.converted_on or date.max)
    start = loan.disbursed_on
    for end, settled_on in _settlements(loan, ends):
        base = loan.outstanding(start)
        if loan.convention.endswith("ACT360"):
            amount = fen(by_the_day(base, loan.annual_rate, start, end))
        elif loan.convention == "QUARTERLY_YMD":
            amount = fen(year_month_day(base, loan.annual_rate, start, end))
        else:
            amount = reference(loan, end) - reference(loan, start)
        bearer = "HOUSEHOLD" if settled_on.year in loan.debited else "TREASURY"
        loan.lines.append(Line(start, end, base, amount, settled_on, bearer))
        start = end


def overpaid(loan: Loan, baseline: Decimal, business_date: date) -> Decimal:
    """LOAN-31: what was charged before the day, lines that reach past it by their days, less R."""
    total = Decimal(0)
    for line in loan.lines:
        if line.start >= business_date:
            continue
        end = min(line.end, business_date)
        total += fen(line.amount * (end - line.start).days / (line.end - line.start).days)
        total -= reference(loan, end, baseline) - reference(loan, line.start, baseline)
    return total


def _settlements(loan: Loan, ends: date) -> Iterator[tuple[date, date]]:
    """Each period's exclusive end and the day it was settled, in order.

    Banks settle on the 20th of the month, the interest of that day included (policy.md 1.1).
    """
    months = {
        "AT_MATURITY": (),
        "YEARLY": (12,),
        "QUARTERLY": (3, 6, 9, 12),
        "MONTHLY": tuple(range(1, 13)),
    }[loan.settlement]
    for year in range(loan.disbursed_on.year, HANDED_OVER.year + 1):
        for month in months:
            end = date(year, month, 21)
            if loan.disbursed_on < end < ends and end - days(1) <= HANDED_OVER:
                yield end, end - days(1)
    if ends <= HANDED_OVER:
        yield ends, ends


def report_days(loan: Loan) -> Iterator[date]:
    """As of which days the bank reported the loan: while it lived, and once more when closed."""
    march, december = date(2018, 3, 31), date(2018, 12, 31)
    if loan.last_report:
        yield loan.last_report
        return
    if loan.march_report and loan.signed_on <= march:
        yield march
        if not loan.outstanding(march):
            return
    if loan.signed_on <= december:
        yield december
        if not loan.outstanding(december):
            return
    yield HANDED_OVER
