"""What is owed at which rate from when to when: the pieces that interest is the sum of."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from kernel.policy.interest.exact import EXACT, NOTHING, Dated


class Piece(NamedTuple):
    """`base` yuan at one annual rate from `start` to before `end`."""

    start: date
    end: date
    base: Decimal
    rate: Decimal


def parts(principal: Decimal, repaid: Dated, end: date) -> list[tuple[Decimal, date]]:
    """The principal by the day each part stops bearing interest, up to `end`; never below zero."""
    found, outstanding = [], principal
    for day, amount in sorted(repaid, key=itemgetter(0)) if repaid else ():
        if day < end:
            part = min(amount, outstanding)
            found.append((part, day))
            outstanding = EXACT.subtract(outstanding, part)
    found.append((outstanding, end))
    return found


def segments(
    start: date, end: date, rate: Decimal, changes: Dated
) -> list[tuple[date, date, Decimal]]:
    """The longest stretches of one rate from `start` to `end`; none for an empty term.

    Of two rates for one day the later listed holds; a change to the same rate is none.
    """
    if end <= start:
        return []
    found, since = [], start
    for day, changed in sorted(dict(changes).items()) if changes else ():
        if day < end and changed != rate:
            if day > since:
                found.append((since, day, rate))
                since = day
            rate = changed
    found.append((since, end, rate))
    return found


def item_by_item(
    owed: list[tuple[Decimal, date]], start: date, rate: Decimal, changes: Dated
) -> Iterator[Piece]:
    """Each part of the principal from `start` to the day it is repaid (逐笔)."""
    for base, until in owed:
        if base:
            for since, to, held in segments(start, until, rate, changes):
                yield Piece(since, to, base, held)


def day_by_day(
    principal: Decimal, moved: Dated, start: date, end: date, rate: Decimal, changes: Dated
) -> Iterator[Piece]:
    """The balance at the end of each day, for as long as it stays the same (积数)."""
    balance, since = principal, start
    for day, amount in (*sorted(moved, key=itemgetter(0)), (end, NOTHING)):
        until = min(max(day, since), end)
        if balance:
            for first, last, held in segments(since, until, rate, changes):
                yield Piece(first, last, balance, held)
        balance, since = EXACT.add(balance, amount), until
