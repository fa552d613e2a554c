"""Reference interest that other law computed is computed anew, by command or where it is judged."""

from collections.abc import Callable
from functools import partial
from typing import Any

from jinqiao.commands.recompute import recompute_all
from kernel.recomputing import Recomputed
from tests.story import COUNTY, push, screened
from tests.subsidy.claiming import FIRST, LAST, a_loan, a_town
from tests.visitor import Visitor


def test_a_supervisor_is_not_told_by_law_that_was_and_the_operator_recomputes(
    visit: Callable[..., Visitor],
    drain: Callable[[], None],
    sql: Callable[..., list[Any]],
    portal: Any,
    exchange: Any,
) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    payment = {
        "payment_no": "P-1", "county": COUNTY,
        "bank": town.bank.agency, "contract_no": loan["contract_no"], "period_start": FIRST,
        "period_end": LAST, "amount": "100000.00", "paid_on": "2019-04-01",
    }  # fmt: skip
    push(town.bureau, "payments", payment)
    drain()
    kept = "select loan_id, day, amount from reference_interest order by loan_id, day"
    right = sql("subsidy", kept)
    before = screened(town.supervisor, drain, "2019-06-30", "SUB-12").findings

    sql("subsidy", "update reference_terms set law_version = 'of 1981'")
    sql("subsidy", "update reference_interest set amount = 100000 where amount > 0")
    after = screened(town.supervisor, drain, "2019-06-30", "SUB-12").findings
    assert right
    assert [each["amount"] for each in after] == [each["amount"] for each in before]

    recompute = partial(recompute_all, exchange.services["subsidy"], 500)
    assert portal.call(recompute) == {"reference interest": Recomputed(1, 1)}
    assert portal.call(recompute) == {"reference interest": Recomputed(0, 0)}
    assert sql("subsidy", kept) == right
