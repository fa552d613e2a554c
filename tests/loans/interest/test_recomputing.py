"""What other law or another engine computed is computed anew, by command or where it is judged."""

from functools import partial

import pytest

from jinqiao.commands.recompute import recompute_all
from kernel.policy.interest import ENGINE_VERSION, law_version
from kernel.recomputing import Recomputed
from tests.story import a_contract, a_line, a_person, push, screened

YEAR = ("2018-01-01", "2019-01-01")
WHAT = "reference interest"


@pytest.fixture
def recompute(portal, exchange):
    """`recompute(chunk)`: as `jinqiao recompute` does for loans; what it says."""
    loans = exchange.services["loans"]
    return lambda chunk=500: portal.call(partial(recompute_all, loans, chunk))[WHAT]


def loans_of_a_year(bank, count):
    loans = [a_contract(a_person(), annual_rate="0.0375", signed_on=YEAR[0]) for _ in range(count)]
    push(bank, "contracts", *loans)
    push(bank, "interest-lines", *[a_line(loan, *YEAR, "375.01") for loan in loans])
    return loans


def test_what_a_bank_pushes_is_stored_with_its_engine_and_its_law(visit, sql, recompute):
    loans_of_a_year(visit("bank"), 1)

    [terms] = sql("loans", "select engine_version, law_version from reference_terms")

    assert dict(terms) == {"engine_version": ENGINE_VERSION, "law_version": law_version()}
    assert recompute() == Recomputed(looked_at=0, changed=0)


def test_the_operator_recomputes_chunk_by_chunk_and_hears_how_much_changed(visit, sql, recompute):
    loans_of_a_year(visit("bank"), 5)
    right = sql("loans", "select * from reference_interest order by loan_id, day")
    [first, second, *_] = [row["loan_id"] for row in right][::2]
    # Other law made two of them, another engine two more, and only the first two otherwise.
    sql(
        "loans",
        "update reference_terms set law_version = 'of 1981' where loan_id in "
        "(select loan_id from reference_terms order by loan_id limit 2)",
    )
    sql(
        "loans",
        "update reference_terms set engine_version = 0 where loan_id in "
        "(select loan_id from reference_terms order by loan_id offset 2 limit 2)",
    )
    sql(
        "loans",
        "update reference_interest set amount = amount + 1 where day = '2019-01-01' "
        "and loan_id in (:first, :second)",
        first=first,
        second=second,
    )

    assert recompute(chunk=3) == Recomputed(looked_at=4, changed=2)
    assert recompute() == Recomputed(looked_at=0, changed=0)
    assert sql("loans", "select * from reference_interest order by loan_id, day") == right


def test_a_supervisor_is_not_told_by_law_that_was(visit, drain, sql):
    """Until the command has run, a screening computes for itself what is out of date."""
    bank, supervisor = visit("bank"), visit("supervisor")
    [loan] = loans_of_a_year(bank, 1)
    sql("loans", "update reference_interest set amount = 0")

    kept = screened(supervisor, drain, "2019-01-31", "LOAN-30")
    sql("loans", "update reference_terms set law_version = 'of 1981'")
    corrected = screened(supervisor, drain, "2019-01-31", "LOAN-30")

    assert kept.verdict("LOAN-30", loan) == "not_met"
    assert corrected.verdict("LOAN-30", loan) == "met"
