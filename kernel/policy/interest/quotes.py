"""The fifteen conventions of `interest_cases.json`, each answering with its working.

Every convention takes changes of rate and of principal; what else it takes, `METHODS` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import partial
from itertools import accumulate, groupby, islice
from operator import itemgetter
from typing import TypeVar

from kernel.policy.interest.days import (
    ACT_360,
    ACT_365,
    YMD,
    DayCount,
    quarters,
    years_months_days,
)
from kernel.policy.interest.exact import (
    EXACT,
    NOTHING,
    Dated,
    Unanswerable,
    added,
    check_figure,
    check_order,
    to_fen,
)
from kernel.policy.interest.stretches import Piece, day_by_day, item_by_item, parts

Given = TypeVar("Given")

MOST_LINES = 20_000
"""Lines that a working may have: a second's work to write them down."""


@dataclass(frozen=True, slots=True)
class Subsidy:
    """What the treasury pays: of the interest on the principal up to `cap` (yuan; None: on all of
    it) the share `ratio`. `claimed` is what the bank asked for, if it did."""

    ratio: Decimal
    cap: Decimal | None = None
    claimed: Decimal | None = None

    def __post_init__(self) -> None:
        for fact in ("ratio", "cap", "claimed"):
            figure: Decimal | None = getattr(self, fact)
            if figure is not None:
                check_figure(f"subsidy/{fact}", figure)


@dataclass(frozen=True, slots=True)
class Case:
    """What `quote` is asked.

    `principal` is owed on `start`, but for `principal_changes`: (day, signed yuan), a repayment
    being negative and counting from its own day on. Those on or before the start only set what the
    term opens with, those on or after the end change nothing; so it is with `rate_changes`:
    (first day, annual rate). `penalty_multiplier` 1.5 means the annual rate and half of it again.

    Unanswerable for a negative or non-finite figure, an end before the start, or more repaid by the
    end of a day than was owed.
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
    subsidy: Subsidy | None = None

    def __post_init__(self) -> None:
        check_order(self.start, self.end)
        for _, rate in self.rate_changes:
            check_figure("rate_changes", rate)
        for _, amount in self.principal_changes:
            check_figure("principal_changes", amount.copy_abs())
        for fact in ("principal", "annual_rate", "penalty_multiplier", "entitled_rate"):
            figure: Decimal | None = getattr(self, fact)
            if figure is not None:
                check_figure(fact, figure)
        if min(accumulate(self.moved_by_day().values(), EXACT.add, initial=self.principal)) < 0:
            raise Unanswerable("principal_changes", "More principal is repaid than was owed.")

    def moved_by_day(self) -> dict[date, Decimal]:
        """By how many yuan the principal changes on each day, in the order of days."""
        ordered = groupby(sorted(self.principal_changes, key=itemgetter(0)), key=itemgetter(0))
        return {day: added(amount for _, amount in changes) for day, changes in ordered}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the working: `base` yuan at `rate` a year from `start` to before `end`.

    `days` are calendar days; `years_months_days` is None where the method counts these over
    `year_base`. `interest` is yuan, unrounded.
    """

    start: date
    end: date
    base: Decimal
    rate: Decimal
    days: int
    years_months_days: tuple[int, int, int] | None
    year_base: int
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """Lines that are added up and rounded once, and what they come to, in yuan to the fen.

    `what` is interest, settlement, payment, normal, penalty, charged or entitled (to be deducted).
    Where `cumulative` stands (yuan since drawdown), lines run from drawdown, and `amount` is what
    had not been settled before.
    """

    what: str
    start: date
    end: date
    lines: tuple[Line, ...]
    amount: Decimal
    settled_on: date | None = None
    cumulative: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The interest in yuan, to the fen, and the steps that show how it came about."""

    steps: tuple[Step, ...]
    told: Mapping[str, Decimal] = field(default_factory=dict)
    """What else the method answers, by name, in yuan to the fen."""

    @property
    def interest(self) -> Decimal:
        """Σ of the steps, less what is deducted; of a refund: the refund."""
        signed = [_deducted(step.amount, step.what == "entitled") for step in self.steps]
        return to_fen(added(signed))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the working."""
        return tuple(line for step in self.steps for line in step.lines)


def quote(method: str, case: Case) -> Quote:
    """Interest by one of METHODS (the methods of `interest_cases.json`), with its working.

    Unanswerable for a method that is not there, a fact it needs and lacks, or one it would ignore.
    """
    if method not in METHODS:
        raise Unanswerable("method", f"There is no such method; there are {', '.join(METHODS)}.")
    answer, takes = METHODS[method]
    for option in sorted(OPTIONS - takes):
        if getattr(case, option) is not None:
            others = " and ".join(name for name in METHODS if option in METHODS[name][1])
            raise Unanswerable(option, f"{method} takes no {option}; {others} can be asked.")
    if case.maturity is not None and "penalty_multiplier" not in takes and case.maturity < case.end:
        raise Unanswerable(
            "maturity", "The end lies after the maturity: ask OVERDUE_SPLIT for overdue days."
        )
    moved = case.moved_by_day()
    opening = added([case.principal, *(moved[day] for day in moved if day <= case.start)])
    within = [each for each in case.principal_changes if case.start < each[0] < case.end]
    return answer(replace(case, principal=opening, principal_changes=tuple(within)))


def _line(count: DayCount, piece: Piece) -> Line:
    start, end, base, rate = piece
    split = None if count.month is None else years_months_days(start, end)
    interest = count.interest(count.product(start, end, base, rate))
    return Line(start, end, base, rate, (end - start).days, split, count.year, interest)


def _step(what: str, count: DayCount, term: tuple[date, date], pieces: Iterable[Piece]) -> Step:
    """Products are added without loss, divided once and rounded once."""
    pieces = tuple(islice(pieces, MOST_LINES + 1))
    _check_length(len(pieces))
    amount = to_fen(count.interest(added(count.product(*piece) for piece in pieces)))
    return Step(what, *term, tuple(_line(count, piece) for piece in pieces), amount)


def _pieces(count: DayCount, case: Case, start: date, end: date) -> Iterable[Piece]:
    """What is owed from `start` to `end`: item by item where months count, else day by day."""
    rate, changes = case.annual_rate, case.rate_changes
    if count.month is None:
        moved = tuple(case.moved_by_day().items())
        return day_by_day(case.principal, moved, start, end, rate, changes)
    return _items(case, start, end)


def _items(case: Case, start: date, end: date) -> Iterator[Piece]:
    """The principal by the day on which each part is repaid; each further drawdown by itself."""
    rate, changes = case.annual_rate, case.rate_changes
    drawn, repaid = _drawn(case), _repaid(case)
    yield from item_by_item(parts(case.principal, repaid, end), start, rate, changes)
    for day, amount in drawn:
        yield from item_by_item([(amount, end)], max(start, day), rate, changes)


def _drawn(case: Case) -> Dated:
    """Further drawdowns; Unanswerable where one of several may be what a repayment repays."""
    drawn = [each for each in case.principal_changes if each[1] > 0]
    repaid = [each for each in case.principal_changes if each[1] < 0]
    if drawn and repaid and max(repaid)[0] >= min(drawn)[0]:
        raise Unanswerable(
            "principal_changes",
            "By years, months and days each drawdown is an item of its own, and which of them is "
            "repaid is not said: ask for each by itself, or PRODUCT_ACT360 for the day's balance.",
        )
    return tuple(sorted(drawn))


def _repaid(case: Case) -> Dated:
    return tuple(
        (day, amount.copy_negate()) for day, amount in case.principal_changes if amount < 0
    )


def _once(count: DayCount, case: Case) -> Quote:
    term = case.start, case.end
    return Quote((_step("interest", count, term, _pieces(count, case, *term)),))


def _whole_yuan(case: Case) -> Quote:
    """元以下不计息: of what is owed on a day only the whole yuan bear interest."""
    term = case.start, case.end
    whole = (
        piece._replace(base=piece.base.to_integral_value(ROUND_DOWN))
        for piece in _pieces(ACT_360, case, *term)
    )
    return Quote((_step("interest", ACT_360, term, whole),))


def _per_principal(case: Case) -> Quote:
    rate, changes, end = case.annual_rate, case.rate_changes, case.end
    repaid = [(case.start, each) for each in parts(case.principal, _repaid(case), end)]
    drawn = [(day, (amount, end)) for day, amount in _drawn(case)]
    steps = [
        _step("payment", YMD, (since, part[1]), item_by_item([part], since, rate, changes))
        for since, part in [*repaid, *drawn]
        if part[0] and part[1] > since
    ]
    return Quote(tuple(steps))


def _quarterly(count: DayCount, case: Case) -> Quote:
    def step(start: date, end: date) -> Step:
        return _step("settlement", count, (start, end), _pieces(count, case, start, end))

    return Quote(tuple(_settled(case, step)))


def _quarterly_cumulative(case: Case) -> Quote:
    """As R(day): each period's interest is that since drawdown, less what was settled before."""

    def step(start: date, end: date) -> Step:
        return _step("settlement", YMD, (start, end), _pieces(YMD, case, case.start, end))

    before, steps = NOTHING, []
    for each in _settled(case, step):
        due = EXACT.subtract(each.amount, before)
        steps.append(replace(each, amount=due, cumulative=each.amount))
        before = each.amount
    return Quote(tuple(steps))


def _settled(case: Case, step: Callable[[date, date], Step]) -> Iterator[Step]:
    """A step for each period, on the day on which it is settled."""
    lines = 0
    for start, end, settled_on in quarters(case.start, case.end):
        found = step(start, end)
        lines += len(found.lines)
        _check_length(lines)
        yield replace(found, settled_on=settled_on)


def _subsidy(case: Case) -> Quote:
    """The part of each day's principal up to the cap is eligible; what is above is repaid first.

    The subsidy is the share of the eligible interest to the fen, to the fen itself.
    """
    subsidy = _needed(case.subsidy, "subsidy")
    if _drawn(case):
        raise Unanswerable(
            "principal_changes",
            "Which drawdown is above the cap is not said: ask for each drawdown by itself.",
        )
    term, terms = (case.start, case.end), (case.start, case.annual_rate, case.rate_changes)
    owed = parts(case.principal, _repaid(case), case.end)
    under, above = _under_and_above(owed, subsidy.cap)
    eligible = tuple(item_by_item(under, *terms))
    interest = _step("interest", YMD, term, (*eligible, *item_by_item(above, *terms)))
    eligible_interest = _step("eligible", YMD, term, eligible).amount
    paid = to_fen(EXACT.multiply(eligible_interest, subsidy.ratio))
    told = {
        "eligible_interest": eligible_interest,
        "subsidy": paid,
        "borrower": EXACT.subtract(interest.amount, paid),
    }
    if subsidy.claimed is not None:
        told["reduction"] = to_fen(max(NOTHING, EXACT.subtract(subsidy.claimed, paid)))
    return Quote((interest,), told)


def _under_and_above(
    owed: list[tuple[Decimal, date]], cap: Decimal | None
) -> tuple[list[tuple[Decimal, date]], list[tuple[Decimal, date]]]:
    under, above = [], []
    left = NOTHING if cap is None else EXACT.subtract(added(base for base, _ in owed), cap)
    for base, until in owed:
        over = min(base, max(left, NOTHING))
        above.append((over, until))
        under.append((EXACT.subtract(base, over), until))
        left = EXACT.subtract(left, over)
    return under, above


def _overdue(case: Case) -> Quote:
    """To maturity as contracted, then penalty; asked before maturity, nothing is overdue."""
    maturity = _needed(case.maturity, "maturity")
    check_order(case.start, maturity, fact="maturity")
    due = min(maturity, case.end)
    normal = _step("normal", YMD, (case.start, due), _pieces(YMD, case, case.start, due))
    penalty = _penalty_step(case, due)
    told = {"eligible_interest": normal.amount, "penalty_interest": penalty.amount}
    return Quote((normal, penalty), told)


def _penalty(case: Case) -> Quote:
    if case.maturity is not None and case.maturity > case.start:
        raise Unanswerable(
            "maturity", "No day before the maturity is overdue: ask OVERDUE_SPLIT for such a term."
        )
    penalty = _penalty_step(case, case.start)
    return Quote((penalty,), {"penalty_interest": penalty.amount})


def _penalty_step(case: Case, since: date) -> Step:
    multiplier = _needed(case.penalty_multiplier, "penalty_multiplier")
    dearer = (
        piece._replace(rate=EXACT.multiply(piece.rate, multiplier))
        for piece in _pieces(ACT_360, case, since, case.end)
    )
    return _step("penalty", ACT_360, (since, case.end), dearer)


def _refund(case: Case) -> Quote:
    """What was charged at the contract's rates less what the entitled rate would have cost."""
    entitled_rate = _needed(case.entitled_rate, "entitled_rate")
    term = case.start, case.end
    charged = _step("charged", YMD, term, _pieces(YMD, case, *term))
    as_entitled = replace(case, annual_rate=entitled_rate, rate_changes=())
    entitled = _step("entitled", YMD, term, _pieces(YMD, as_entitled, *term))
    refund = EXACT.subtract(charged.amount, entitled.amount)
    told = {"charged": charged.amount, "entitled": entitled.amount, "refund": refund}
    return Quote((charged, entitled), told)


_PENALTY = frozenset({"penalty_multiplier"})

METHODS: dict[str, tuple[Callable[[Case], Quote], frozenset[str]]] = {
    "ITEM_YMD": (partial(_once, YMD), frozenset()),
    "ITEM_ACT360": (partial(_once, ACT_360), frozenset()),
    "ACT365": (partial(_once, ACT_365), frozenset()),
    "PRODUCT_ACT360": (partial(_once, ACT_360), frozenset()),
    "ITEM_YMD_PER_PRINCIPAL": (_per_principal, frozenset()),
    "SEGMENT_YMD": (partial(_once, YMD), frozenset()),
    "SEGMENT_ACT360": (partial(_once, ACT_360), frozenset()),
    "QUARTERLY_ACT360": (partial(_quarterly, ACT_360), frozenset()),
    "QUARTERLY_YMD": (partial(_quarterly, YMD), frozenset()),
    "QUARTERLY_YMD_CUMULATIVE": (_quarterly_cumulative, frozenset()),
    "SUBSIDY_YMD": (_subsidy, frozenset({"subsidy"})),
    "OVERDUE_SPLIT": (_overdue, _PENALTY),
    "PENALTY_ACT360": (_penalty, _PENALTY),
    "REFUND_YMD": (_refund, frozenset({"entitled_rate"})),
    "ITEM_ACT360_WHOLE_YUAN": (_whole_yuan, frozenset()),
}
"""By name: how it answers, and which of OPTIONS it takes."""

OPTIONS = frozenset[str]().union(*(takes for _, takes in METHODS.values()))
"""Facts that only some methods take."""


def _check_length(lines: int) -> None:
    if lines > MOST_LINES:
        raise Unanswerable(
            "end", f"The working has more than {MOST_LINES} lines: ask for a shorter term."
        )


def _needed(fact: Given | None, name: str) -> Given:
    if fact is None:
        raise Unanswerable(name, f"This method needs {name}.")
    return fact


def _deducted(amount: Decimal, is_deducted: bool) -> Decimal:
    return amount.copy_negate() if is_deducted else amount
