"""The property of tests/loans/test_any_order.py, over many more draws."""

from collections.abc import Callable

from tests.loans.test_any_order import check_any_order
from tests.visitor import Visitor


def test_any_of_many_orders_ends_in_the_same_state(
    visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    office, bank = visit("poverty_office"), visit("bank")

    check_any_order(office, bank, drain, examples=150)
