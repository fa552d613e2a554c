"""Interest computed as a clerk would with a calendar on the wall: walked day by day, in integers.

A second, deliberately plain computation to hold the engine against. It shares nothing with it: its
own calendar, money in fen, rates in hundred-millionths, one division at the very end. It reads a
case as it stands in `interest_cases.json` and tells what such a case expects.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any

Day = tuple[int, int, int]
"""Year, month, day of the month: later days are greater."""
Fen = int
ByDay = Callable[[Day], int]

LENGTHS = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


# The calendar


def day(text: str) -> Day:
    year, month, number = text.split("-")
    return int(year), int(month), int(number)


def told(of: Day) -> str:
    return f"{of[0]:04}-{of[1]:02}-{of[2]:02}"


def month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 400 == 0 or (year % 4 == 0 and year % 100 != 0) else 28
    return LENGTHS[month]


@cache
def tomorrow(of: Day) -> Day:
    year, month, number = of
    if number < month_length(year, month):
        return year, month, number + 1
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def each_day(start: Day, end: Day) -> Iterator[Day]:
    while start < end:
        yield start
        start = tomorrow(start)


def months_on(start: Day, months: int) -> Day:
    """The same day so many months on, or the last one of a month that lacks it."""
    year, month, number = start
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return year, month, min(number, month_length(year, month))


def months_and_days(start: Day, end: Day) -> tuple[int, int]:
    """Whole months, found by going from one to the next, and the odd days walked after them."""
    months = 0
    while months_on(start, months + 1) <= end:
        months += 1
    return months, sum(1 for _ in each_day(months_on(start, months), end))


# Money and rates


def fen(yuan: str) -> Fen:
    minus, digits = yuan.startswith("-"), yuan.lstrip("-")
    whole, _, part = digits.partition(".")
    amount = int(whole) * 100 + int(part.ljust(2, "0") or 0)
    return -amount if minus else amount


def yuan(amount: Fen) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def millionths(rate: str) -> int:
    """A fraction in hundred-millionths."""
    whole, _, part = rate.partition(".")
    return int(whole) * 10**8 + int(part.ljust(8, "0") or 0)


def half_up(amount: Fraction) -> Fen:
    return floor(amount + Fraction(1, 2))


# What is owed, and at which rate


def balance(case: dict[str, Any]) -> ByDay:
    """Fen owed at the end of a day."""
    changes = [(day(c["date"]), fen(c["amount"])) for c in case.get("principal_changes") or []]
    principal = fen(case["principal"])
    return cache(lambda on: principal + sum(amount for since, amount in changes if since <= on))


def rate(case: dict[str, Any]) -> ByDay:
    """The contract's annual rate on a day, in hundred-millionths."""
    changes = [
        (day(c["date"]), millionths(c["annual_rate"])) for c in case.get("rate_changes") or []
    ]
    first = millionths(case["annual_rate"])

    @cache
    def on(of: Day) -> int:
        held, since = first, (0, 0, 0)
        for begins, changed in changes:
            if since <= begins <= of:
                held, since = changed, begins
        return held

    return on


def by_days(owed: ByDay, at: ByDay, start: Day, end: Day, year: int = 360) -> Fraction:
    """Every calendar day costs its balance times its rate over the year. In fen."""
    products = sum(owed(each) * at(each) for each in each_day(start, end))
    return Fraction(products, 10**8 * year)


def by_months(owed: ByDay, at: ByDay, start: Day, end: Day) -> Fraction:
    """Every part of the principal, from the start to the day it is repaid, rate by rate. In fen."""
    return sum((interest for _, interest in by_parts(owed, at, start, end)), Fraction(0))


def by_parts(owed: ByDay, at: ByDay, start: Day, end: Day) -> Iterator[tuple[Day, Fraction]]:
    """(day repaid, interest in fen) of every part of the principal, the rest ending with `end`.

    A further drawdown is a part from its own day on; nothing may be repaid after one.
    """
    if not start < end:
        return
    items = [(owed(start), start)]
    before = owed(start)
    for each in each_day(tomorrow(start), end):
        if owed(each) < before:
            [(left, _)] = items
            yield each, of_part(before - owed(each), at, start, each)
            items = [(left - before + owed(each), start)]
        elif owed(each) > before:
            items.append((owed(each) - before, each))
        before = owed(each)
    for part, since in items:
        if part:
            yield end, of_part(part, at, since, end)


def of_part(part: Fen, at: ByDay, start: Day, end: Day) -> Fraction:
    total, since, held = Fraction(0), start, at(start)
    for each in [*each_day(start, end), end]:
        if each == end or at(each) != held:
            months, odd = months_and_days(since, each)
            yearly = Fraction(part * held, 10**8)
            total += yearly * months / 12 + yearly * odd / 360
            since, held = each, at(each)
    return total


def periods(start: Day, end: Day) -> Iterator[tuple[Day, Day, Day]]:
    """(from, to, settled on): what ran until the evening of 20 March, June, September, December."""
    since = start
    for each in each_day(start, end):
        if each[1] % 3 == 0 and each[2] == 20 and tomorrow(each) < end:
            yield since, tomorrow(each), each
            since = tomorrow(each)
    yield since, end, end


# The methods


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """What a case of the file expects: the interest, and whatever else its method tells."""
    owed, at, start, end = balance(case), rate(case), day(case["start"]), day(case["end"])
    method = case["method"]
    if method in ("ITEM_YMD", "SEGMENT_YMD"):
        return {"interest": yuan(half_up(by_months(owed, at, start, end)))}
    if method in ("ITEM_ACT360", "SEGMENT_ACT360", "PRODUCT_ACT360"):
        return {"interest": yuan(half_up(by_days(owed, at, start, end)))}
    if method == "ACT365":
        return {"interest": yuan(half_up(by_days(owed, at, start, end, 365)))}
    if method == "ITEM_ACT360_WHOLE_YUAN":
        whole = by_days(lambda on: owed(on) // 100 * 100, at, start, end)
        return {"interest": yuan(half_up(whole))}
    if method == "ITEM_YMD_PER_PRINCIPAL":
        return _paid_with_the_principal(case)
    if method.startswith("QUARTERLY_"):
        return _settled(method, owed, at, start, end)
    if method == "SUBSIDY_YMD":
        return _subsidised(case, owed, at, start, end)
    return _late_or_refunded(case, owed, at, start, end)


def _paid_with_the_principal(case: dict[str, Any]) -> dict[str, Any]:
    """Every repayment is a payment of its own, two of one day too."""
    at, start, end = rate(case), day(case["start"]), day(case["end"])
    changes = [(day(c["date"]), fen(c["amount"])) for c in case.get("principal_changes") or []]
    left = fen(case["principal"]) + sum(amount for on, amount in changes if on <= start)
    paid = [(on, -amount) for on, amount in changes if start < on < end and amount < 0]
    drawn = sorted((on, amount) for on, amount in changes if start < on < end and amount > 0)
    paid.sort(key=lambda each: each[0])
    rest = (end, left - sum(part for _, part in paid))
    found = [
        (on, half_up(of_part(part, at, start, on)))
        for on, part in [*paid, rest]
        if part and on > start
    ]
    found += [(end, half_up(of_part(part, at, on, end))) for on, part in drawn]
    return {
        "interest": yuan(sum(each for _, each in found)),
        "payments": [{"date": told(on), "interest": yuan(each)} for on, each in found],
    }


def _settled(method: str, owed: ByDay, at: ByDay, start: Day, end: Day) -> dict[str, Any]:
    counted = by_days if method == "QUARTERLY_ACT360" else by_months
    settlements, before = [], 0
    for since, to, on in periods(start, end):
        row = {
            "settle_date": told(on),
            "period_start": told(since),
            "period_end_exclusive": told(to),
        }
        if method == "QUARTERLY_YMD_CUMULATIVE":
            cumulative = half_up(by_months(owed, at, start, to))
            due = cumulative - before
            row["cumulative"] = yuan(cumulative)
        else:
            due = half_up(counted(owed, at, since, to))
        before += due
        settlements.append(row | {"interest": yuan(due)})
    return {"interest": yuan(before), "settlements": settlements}


def _subsidised(
    case: dict[str, Any], owed: ByDay, at: ByDay, start: Day, end: Day
) -> dict[str, Any]:
    asked = case["subsidy"]
    whole = half_up(by_months(owed, at, start, end))
    eligible = whole
    if asked.get("cap") is not None:
        cap = fen(asked["cap"])
        eligible = half_up(by_months(lambda on: min(owed(on), cap), at, start, end))
    paid = half_up(Fraction(eligible * millionths(asked["ratio"]), 10**8))
    found = {
        "eligible_interest": yuan(eligible),
        "subsidy": yuan(paid),
        "borrower": yuan(whole - paid),
    }
    if asked.get("claimed") is not None:
        found["reduction"] = yuan(max(0, fen(asked["claimed"]) - paid))
    return {"interest": yuan(whole), "subsidy": found}


def _late_or_refunded(
    case: dict[str, Any], owed: ByDay, at: ByDay, start: Day, end: Day
) -> dict[str, Any]:
    if case["method"] == "REFUND_YMD":
        charged = half_up(by_months(owed, at, start, end))
        entitled_rate = millionths(case["entitled_rate"])
        entitled = half_up(by_months(owed, lambda _: entitled_rate, start, end))
        refund = yuan(charged - entitled)
        return {
            "interest": refund,
            "refund": refund,
            "charged": yuan(charged),
            "entitled": yuan(entitled),
        }
    times = Fraction(millionths(case["penalty_multiplier"]), 10**8)
    due = min(day(case["maturity"]), end) if case["method"] == "OVERDUE_SPLIT" else start
    penalty = half_up(by_days(owed, at, due, end) * times)
    if case["method"] == "PENALTY_ACT360":
        return {"interest": yuan(penalty), "penalty_interest": yuan(penalty)}
    normal = half_up(by_months(owed, at, start, due))
    return {
        "interest": yuan(normal + penalty),
        "eligible_interest": yuan(normal),
        "penalty_interest": yuan(penalty),
    }


# The law's reference


def reference(contract: dict[str, Any], on: str) -> str:
    """R(on) of LOAN-30 for a contract as it is pushed, with its `repaid`: [{paid_on, principal}].

    From drawdown to the earliest of `on`, maturity and payoff, and never beyond what is owed.
    """
    principal, start = fen(contract["principal"]), day(contract["disbursed_on"])
    repaid = [(day(r["paid_on"]), fen(r["principal"])) for r in contract["repaid"]]
    last = [contract["matures_on"], contract.get("closed_on"), on]
    end = min(day(each) for each in last if each)
    changes = [
        {"date": c["from"], "annual_rate": c["annual_rate"]} for c in contract["rate_changes"]
    ]
    at = rate({"annual_rate": contract["annual_rate"], "rate_changes": changes})

    @cache
    def owed(each: Day) -> Fen:
        return max(0, principal - sum(part for paid_on, part in repaid if paid_on <= each))

    return yuan(half_up(by_months(owed, at, start, end)))
