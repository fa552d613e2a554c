"""Years, months and days between two days, and the days on which quarters are settled."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from kernel.policy.interest.exact import EXACT, QUOTIENT, check_order


def years_months_days(start: date, end: date) -> tuple[int, int, int]:
    """Whole years, whole months, odd days (对年对月对日); Unanswerable for an end before the start.

    Anniversaries are those of the original start; one that falls on a missing day is the last day
    of its month. Odd days are at most 30.
    """
    check_order(start, end)
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


class DayCount(NamedTuple):
    """How a convention counts a term: whole months of so many days, or by the calendar."""

    month: int | None
    """Days that a whole month counts, besides the odd ones; None: every calendar day counts."""
    year: int
    """Days over which the annual rate is spread."""

    def product(self, start: date, end: date, base: Decimal, rate: Decimal) -> Decimal:
        """Base × rate × days, without loss; `interest` of a sum of products is due."""
        if self.month is None:
            days = (end - start).days
        else:
            years, months, odd = years_months_days(start, end)
            days = self.month * (12 * years + months) + odd
        return EXACT.multiply(EXACT.multiply(base, rate), days)

    def interest(self, products: Decimal) -> Decimal:
        """Yuan, unrounded. Do not add such quotients up: add products and divide once."""
        return QUOTIENT.divide(products, self.year)


YMD = DayCount(month=30, year=360)
"""Whole years, whole months and odd days (129号 ①②)."""
ACT_360 = DayCount(month=None, year=360)
"""Actual days at a 360th of the annual rate (129号 ③)."""
ACT_365 = DayCount(month=None, year=365)
"""Actual days at a 365th, leap year or not: for comparison, no conversion of 129号."""


def quarters(start: date, end: date) -> list[tuple[date, date, date]]:
    """(from, to, settled on): the 20th belongs to the period it settles; the last is maturity's."""
    years = range(start.year, end.year + 1)
    firsts = [date(year, month, 21) for year in years for month in (3, 6, 9, 12)]
    bounds = [start, *(day for day in firsts if start < day < end), end]
    return [
        (since, until, until if until == end else until - timedelta(days=1))
        for since, until in pairwise(bounds)
    ]
