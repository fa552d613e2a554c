"""The one interest engine: what a loan may cost, and what a bank's own convention makes of it.

Law: 银发〔2005〕129号 and its neighbours, as read in `policy.md` 1.1 to 1.5. Money is yuan, a rate
is a fraction a year (3.75% is 0.0375), the first day counts and the last does not (算头不算尾), so
every end is exclusive.

Exactness: principal times rate times days is a finite decimal, multiplied and added without loss;
one division by the year follows, then one rounding. The contexts are our own: a caller's decimal
context changes nothing. Figures that cannot be those of a loan raise ValueError with a sentence;
figures too long to multiply exactly (some 28 digits each always fit) raise `decimal.Inexact`,
never a wrong fen.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from functools import partial, reduce
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, TypeVar

ENGINE_VERSION = 1

# A quotient of a 60-digit product either is half a fen or misses it within five places of the
# product's last digit. Cut at 80 digits it can neither become one nor cease to be: to_fen is exact.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
QUOTIENT = Context(prec=80, rounding=ROUND_HALF_UP)
FEN = Decimal("0.01")
NOTHING = Decimal("0.00")

Dated = tuple[tuple[date, Decimal], ...]
Segment = tuple[date, date, Decimal]
Piece = tuple[date, date, Decimal, Decimal]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Terms:
    """A loan as the law's reference sees it.

    `rate_changes` holds (first day, new annual rate), `repaid` holds (day, yuan of principal
    repaid), both in any order. Of two rates for one day the later listed holds; a change to the
    same rate is none. Without `payoff` interest ends when nothing is outstanding.

    ValueError for a negative or non-finite figure, or a maturity or payoff before the drawdown.
    """

    principal: Decimal
    annual_rate: Decimal
    drawdown: date
    maturity: date
    rate_changes: Dated = ()
    repaid: Dated = ()
    payoff: date | None = None

    def __post_init__(self) -> None:
        _check_order(self.drawdown, min(self.maturity, self.payoff or self.maturity))
        _check_loan(self.principal, self.annual_rate, self.rate_changes)
        for _, amount in self.repaid:
            _check_figure("principal repaid", amount)


def reference_interest(terms: Terms, day: date) -> Decimal:
    """R(day) of LOAN-30: yuan the law allows from drawdown to `day`, rounded once to the fen.

    Year-month-day interest (129号 ①②) to the earliest of `day`, maturity and payoff, at the rate of
    each day, over the parts of the principal as repaid. It is measured from drawdown, so successive
    R(end) - R(start) close at the annual rate (`policy.md` 1.3); it never decreases in `day` and is
    0.00 up to the drawdown.
    """
    return _reference(terms, terms.annual_rate, terms.rate_changes, day)


def reference_at_rate(terms: Terms, rate: Decimal, day: date) -> Decimal:
    """R(day) had the loan borne `rate` throughout (LOAN-31's baseline); ValueError as `Terms`."""
    _check_loan(terms.principal, rate)
    return _reference(terms, rate, (), day)


def _reference(terms: Terms, rate: Decimal, changes: Dated, day: date) -> Decimal:
    end = min(day, terms.maturity, terms.payoff or terms.maturity)
    if end <= terms.drawdown:
        return NOTHING
    total = NOTHING
    for base, until in _parts(terms.principal, terms.repaid, end):
        for start, stop, held in _segments(terms.drawdown, until, rate, changes):
            total = EXACT.add(total, YMD.product(start, stop, base, held))
    return to_fen(YMD.interest(total))


def ymd_interest(principal: Decimal, annual_rate: Decimal, start: date, end: date) -> Decimal:
    """Yuan, unrounded, by whole years, whole months and odd days (129号 ①②; `policy.md` 1.1).

    ValueError for a negative or non-finite figure or an end before the start. Do not add such
    quotients up: `Terms` and `quote` add first and divide once.
    """
    return YMD.line(start, end, principal, annual_rate).interest


def act360_interest(principal: Decimal, annual_rate: Decimal, start: date, end: date) -> Decimal:
    """Yuan, unrounded, by actual days over 360 (129号 ③); otherwise as `ymd_interest`."""
    return ACT_360.line(start, end, principal, annual_rate).interest


def to_fen(amount: Decimal) -> Decimal:
    """Yuan rounded to the fen, half up (a half goes away from zero); ValueError if not finite."""
    if not amount.is_finite():
        raise ValueError(f"An amount must be a finite number of yuan, not {amount}.")
    return amount.quantize(FEN, ROUND_HALF_UP, QUOTIENT)


def years_months_days(start: date, end: date) -> tuple[int, int, int]:
    """Whole years, whole months, odd days (对年对月对日); ValueError for an end before the start.

    Anniversaries are those of the original start; one that falls on a missing day is the last day
    of its month. Odd days are at most 30.
    """
    _check_order(start, end)
    months = 12 * (end.year - start.year) + end.month - start.month
    anniversary = _months_after(start, months)
    if anniversary > end:
        months -= 1
        anniversary = _months_after(start, months)
    return months // 12, months % 12, (end - anniversary).days


def _months_after(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    try:
        return date(year, month, start.day)
    except ValueError:
        return date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class Case:
    """What `quote` is asked; each method says which of the optional facts it takes.

    `principal_changes` holds (day, signed yuan), a repayment being negative; below zero nothing is
    repaid. `penalty_multiplier` 1.5 means the annual rate and half of it again. `subsidy_cap` is
    the principal in yuan whose interest is eligible. ValueError as for `Terms`.
    """

    principal: Decimal
    annual_rate: Decimal
    start: date
    end: date
    rate_changes: Dated = ()
    principal_changes: Dated = ()
    maturity: date | None = None
    penalty_multiplier: Decimal | None = None
    entitled_rate: Decimal | None = None
    subsidy_cap: Decimal | None = None

    def __post_init__(self) -> None:
        _check_order(self.start, self.end)
        _check_loan(self.principal, self.annual_rate, self.rate_changes)
        for _, amount in self.principal_changes:
            _check_figure("size of a change of principal", amount.copy_abs())
        for option in ("penalty_multiplier", "entitled_rate", "subsidy_cap"):
            _check_figure(option, getattr(self, option) or NOTHING)


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the working: `base` yuan at `rate` a year from `start` to before `end`.

    `days` are calendar days; `years_months_days` is None where the method counts days over
    `year_base`. `interest` is yuan, unrounded unless the method rounds each line; a deduction is
    negative. Where `cumulative` stands (yuan since drawdown, to the fen), years, months and days
    run from drawdown too, and `interest` is what had not been settled before.
    """

    start: date
    end: date
    base: Decimal
    rate: Decimal
    days: int
    years_months_days: tuple[int, int, int] | None
    year_base: int
    interest: Decimal
    settled_on: date | None = None
    cumulative: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The interest in yuan, to the fen, and the lines that show how it came about."""

    interest: Decimal
    lines: tuple[Line, ...]


def quote(method: str, case: Case) -> Quote:
    """Interest by one of METHODS (the methods of `interest_cases.json`), with its working.

    ValueError for a method that is not there, a fact it needs and lacks, or one it would ignore.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method}; there are {', '.join(METHODS)}.")
    compute, takes = METHODS[method]
    for option in sorted(OPTIONS - takes):
        if getattr(case, option) not in (None, ()):
            raise ValueError(f"{method} takes no {option}.")
    return compute(case)


class DayCount(NamedTuple):
    """How a convention counts a term: by months of 30 days or by the calendar, over which year."""

    by_months: bool
    year_base: int

    def product(self, start: date, end: date, base: Decimal, rate: Decimal) -> Decimal:
        if self.by_months:
            years, months, days = years_months_days(start, end)
            days += 360 * years + 30 * months
        else:
            days = (end - start).days
        return EXACT.multiply(EXACT.multiply(base, rate), days)

    def interest(self, products: Decimal) -> Decimal:
        return QUOTIENT.divide(products, self.year_base)

    def line(self, start: date, end: date, base: Decimal, rate: Decimal) -> Line:
        _check_order(start, end)
        _check_loan(base, rate)
        split = years_months_days(start, end) if self.by_months else None
        interest = self.interest(self.product(start, end, base, rate))
        return Line(start, end, base, rate, (end - start).days, split, self.year_base, interest)


YMD = DayCount(by_months=True, year_base=360)
ACT_360 = DayCount(by_months=False, year_base=360)
ACT_365 = DayCount(by_months=False, year_base=365)


def _rounded_once(count: DayCount, pieces: list[Piece]) -> Quote:
    total = reduce(EXACT.add, (count.product(*piece) for piece in pieces), NOTHING)
    return Quote(to_fen(count.interest(total)), tuple(count.line(*piece) for piece in pieces))


def _rounded_by_line(lines: Iterable[Line]) -> Quote:
    rounded = tuple(replace(line, interest=to_fen(line.interest)) for line in lines)
    return Quote(reduce(EXACT.add, (line.interest for line in rounded), NOTHING), rounded)


def _item(count: DayCount, case: Case) -> Quote:
    segments = _segments(case.start, case.end, case.annual_rate, case.rate_changes)
    return _rounded_once(count, [(since, to, case.principal, rate) for since, to, rate in segments])


def _whole_yuan(case: Case) -> Quote:
    whole = case.principal.to_integral_value(ROUND_DOWN)
    return _item(ACT_360, replace(case, principal=whole))


def _product(case: Case) -> Quote:
    balance, since = case.principal, case.start
    pieces: list[Piece] = []
    for day, amount in (*sorted(case.principal_changes, key=itemgetter(0)), (case.end, NOTHING)):
        until = min(max(day, since), case.end)
        segments = _segments(since, until, case.annual_rate, case.rate_changes)
        pieces += [(start, end, balance, rate) for start, end, rate in segments]
        balance, since = max(EXACT.add(balance, amount), NOTHING), until
    return _rounded_once(ACT_360, pieces)


def _per_principal(case: Case) -> Quote:
    if any(amount > 0 for _, amount in case.principal_changes):
        raise ValueError("A further drawdown is an item of its own: quote it by itself.")
    repaid = tuple((day, amount.copy_negate()) for day, amount in case.principal_changes)
    parts = _parts(case.principal, repaid, case.end)
    return _rounded_by_line(
        YMD.line(case.start, end, base, case.annual_rate)
        for base, end in parts
        if base and end > case.start
    )


def _quarterly(count: DayCount, case: Case) -> Quote:
    return _rounded_by_line(
        replace(count.line(start, end, case.principal, case.annual_rate), settled_on=settled_on)
        for start, end, settled_on in _quarters(case.start, case.end)
    )


def _quarterly_cumulative(case: Case) -> Quote:
    before, lines = NOTHING, []
    for start, end, settled_on in _quarters(case.start, case.end):
        line = YMD.line(case.start, end, case.principal, case.annual_rate)
        cumulative = to_fen(line.interest)
        due = EXACT.subtract(cumulative, before)
        line = replace(line, start=start, days=(end - start).days, interest=due)
        lines.append(replace(line, settled_on=settled_on, cumulative=cumulative))
        before = cumulative
    return Quote(before, tuple(lines))


def _quarters(start: date, end: date) -> list[tuple[date, date, date]]:
    """(from, to, settled on): the 20th belongs to the period it settles; the last is maturity's."""
    years = range(start.year, end.year + 1)
    firsts = [date(year, month, 21) for year in years for month in (3, 6, 9, 12)]
    bounds = [start, *(day for day in firsts if start < day < end), end]
    return [
        (since, until, until if until == end else until - timedelta(days=1))
        for since, until in pairwise(bounds)
    ]


def _subsidy(case: Case) -> Quote:
    """The eligible part of the principal first, then the part above the cap."""
    eligible = case.principal if case.subsidy_cap is None else min(case.principal, case.subsidy_cap)
    bases = (eligible, EXACT.subtract(case.principal, eligible))
    pieces = [(case.start, case.end, base, case.annual_rate) for base in bases if base]
    return _rounded_once(YMD, pieces)


def _overdue(case: Case) -> Quote:
    maturity = _needed(case.maturity, "maturity")
    normal = YMD.line(case.start, maturity, case.principal, case.annual_rate)
    penalty = _penalty(replace(case, start=maturity))
    return _rounded_by_line([normal, *penalty.lines])


def _penalty(case: Case) -> Quote:
    multiplier = _needed(case.penalty_multiplier, "penalty_multiplier")
    rate = EXACT.multiply(case.annual_rate, multiplier)
    return _rounded_by_line([ACT_360.line(case.start, case.end, case.principal, rate)])


def _refund(case: Case) -> Quote:
    entitled_rate = _needed(case.entitled_rate, "entitled_rate")
    charged = YMD.line(case.start, case.end, case.principal, case.annual_rate)
    entitled = YMD.line(case.start, case.end, case.principal, entitled_rate)
    deducted = replace(entitled, interest=entitled.interest.copy_negate())
    return _rounded_by_line([charged, deducted])


METHODS: dict[str, tuple[Callable[[Case], Quote], set[str]]] = {
    "ITEM_YMD": (partial(_item, YMD), set()),
    "ITEM_ACT360": (partial(_item, ACT_360), set()),
    "ACT365": (partial(_item, ACT_365), set()),
    "PRODUCT_ACT360": (_product, {"principal_changes", "rate_changes"}),
    "ITEM_YMD_PER_PRINCIPAL": (_per_principal, {"principal_changes"}),
    "SEGMENT_YMD": (partial(_item, YMD), {"rate_changes"}),
    "SEGMENT_ACT360": (partial(_item, ACT_360), {"rate_changes"}),
    "QUARTERLY_ACT360": (partial(_quarterly, ACT_360), set()),
    "QUARTERLY_YMD": (partial(_quarterly, YMD), set()),
    "QUARTERLY_YMD_CUMULATIVE": (_quarterly_cumulative, set()),
    "SUBSIDY_YMD": (_subsidy, {"subsidy_cap"}),
    "OVERDUE_SPLIT": (_overdue, {"maturity", "penalty_multiplier"}),
    "PENALTY_ACT360": (_penalty, {"penalty_multiplier"}),
    "REFUND_YMD": (_refund, {"entitled_rate"}),
    "ITEM_ACT360_WHOLE_YUAN": (_whole_yuan, set()),
}
OPTIONS = set[str]().union(*(takes for _, takes in METHODS.values()))


def _parts(principal: Decimal, repaid: Dated, end: date) -> list[tuple[Decimal, date]]:
    """The principal by the day each part stops bearing interest, up to `end`; never below zero."""
    parts, outstanding = [], principal
    for day, amount in sorted(repaid, key=itemgetter(0)) if repaid else ():
        if day < end:
            part = min(amount, outstanding)
            parts.append((part, day))
            outstanding = EXACT.subtract(outstanding, part)
    parts.append((outstanding, end))
    return parts


def _segments(start: date, end: date, rate: Decimal, changes: Dated) -> list[Segment]:
    """The longest stretches of one rate from `start` to `end`; none for an empty term."""
    if end <= start:
        return []
    segments, since = [], start
    for day, changed in sorted(dict(changes).items()) if changes else ():
        if day < end and changed != rate:
            if day > since:
                segments.append((since, day, rate))
                since = day
            rate = changed
    segments.append((since, end, rate))
    return segments


def _needed(fact: Given | None, name: str) -> Given:
    if fact is None:
        raise ValueError(f"This method needs {name}.")
    return fact


def _check_loan(principal: Decimal, rate: Decimal, changes: Dated = ()) -> None:
    _check_figure("principal", principal)
    _check_figure("annual rate", rate)
    for _, changed in changes:
        _check_figure("annual rate", changed)


def _check_figure(name: str, figure: Decimal) -> None:
    if not figure.is_finite() or figure < 0:
        raise ValueError(f"The {name} must be finite and not below zero; it is {figure}.")


def _check_order(start: date, end: date) -> None:
    if end < start:
        raise ValueError(f"The end {end} is before the start {start}.")
