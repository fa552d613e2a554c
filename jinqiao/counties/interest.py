"""The generator's own interest arithmetic, so that it can bear witness about the exchange's.

Whole months at a twelfth of the annual rate and odd days at 1/360 (year-month-day), or every day at
1/360 (by the day). First day counted, last day not; half up to the fen. Source: policy.md 1.1-1.3.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")


def months_later(start: date, months: int) -> date:
    """The same day so many months on; a day the month lacks is its last day."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def thirty_day_count(start: date, end: date) -> int:
    """Whole months from `start`, thirty days each, and the odd days after the last of them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(start, months) > end:
        months -= 1
    return months * 30 + (end - months_later(start, months)).days


def year_month_day(principal: Decimal, rate: Decimal, start: date, end: date) -> Decimal:
    """Unrounded. 10,000 at 3.75% for the year 2018 costs 375 (case A01)."""
    return principal * rate * thirty_day_count(start, end) / 360


def by_the_day(principal: Decimal, rate: Decimal, start: date, end: date) -> Decimal:
    """Unrounded. 10,000 at 3.75% for the year 2018 costs 380.2083 (case A02)."""
    return principal * rate * (end - start).days / 360


def fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def completed_years(born: date, day: date) -> int:
    """周岁; who was born on 29 February completes a year on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birth_for(years: int, day: date) -> date:
    """The birthday of someone who completes so many years on `day`."""
    return date(day.year - years, day.month, day.day)


def days(count: int) -> timedelta:
    return timedelta(days=count)
