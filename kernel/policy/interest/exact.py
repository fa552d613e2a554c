"""Arithmetic that loses nothing, and the one rounding.

Principal times rate times days is a finite decimal, multiplied and added without loss; one division
by the year follows, then one rounding. The contexts are our own: a caller's decimal context changes
nothing. Figures too long to multiply exactly (some 28 digits each always fit) raise
`decimal.Inexact`, never a wrong fen.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from functools import reduce

# A quotient of a 60-digit product either is half a fen or misses it within five places of the
# product's last digit. Cut at 80 digits it can neither become one nor cease to be: to_fen is exact.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
QUOTIENT = Context(prec=80, rounding=ROUND_HALF_UP)
NOTHING = Decimal("0.00")

Dated = tuple[tuple[date, Decimal], ...]
"""Figures with their days: (day, figure)."""


class Unanswerable(ValueError):
    """What was asked has no answer: `fact` names what to change, the sentence says how."""

    def __init__(self, fact: str, sentence: str) -> None:
        super().__init__(sentence)
        self.fact = fact


def to_fen(amount: Decimal) -> Decimal:
    """Yuan rounded to the fen, half up (a half goes away from zero); Unanswerable if not finite."""
    if not amount.is_finite():
        raise Unanswerable("amount", "An amount must be a finite number of yuan.")
    return to_places(amount, 2)


def to_places(amount: Decimal, places: int) -> Decimal:
    """An amount with so many decimals, half up; to be shown, not to be added up."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, QUOTIENT)


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, without loss."""
    return reduce(EXACT.add, amounts, NOTHING)


def check_figure(fact: str, figure: Decimal) -> None:
    """Unanswerable for a figure that no loan has."""
    if not figure.is_finite() or figure < 0:
        raise Unanswerable(fact, f"{_spoken(fact)} must be finite and not below zero.")


def check_order(start: date, end: date, *, fact: str = "end") -> None:
    """Unanswerable for a term that runs backwards."""
    if end < start:
        raise Unanswerable(fact, f"{_spoken(fact)} must not come before the start.")


def _spoken(fact: str) -> str:
    return f"The {fact.replace('_', ' ').replace('/', ', ')}"
