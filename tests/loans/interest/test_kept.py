"""What is kept of a bank's contracts is the reference of the plain computation, day by day."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

from tests.loans.interest import plain
from tests.story import a_contract, a_line, a_person, a_repayment, push, reported_again

DAY = timedelta(days=1)
EDGES = ("2015-12-31", "2016-02-29", "2017-01-31", "2018-03-20", "2018-12-21", "2019-08-20")


def drawn(chance):
    """A contract, the report that closes it perhaps, its repayments and its lines."""
    start = chance.choice([date.fromisoformat(day) for day in EDGES]) + DAY * chance.choice(
        [0, 0, 1, chance.randrange(200)]
    )
    end = start + DAY * chance.choice([28, 31, 365, 366, chance.randrange(1, 1100)])

    def some_day():
        return str(chance.choice([start, end, start + DAY * chance.randrange(-20, 1120)]))

    principal = chance.randrange(1_00, 50_000_00)
    contract = a_contract(
        a_person(),
        principal=plain.yuan(principal),
        annual_rate=f"0.0{chance.randrange(1000):03}",
        signed_on=str(start),
        matures_on=str(end),
        rate_changes=[
            {"from": some_day(), "annual_rate": f"0.0{chance.randrange(1000):03}"}
            for _ in range(chance.randrange(4))
        ],
    )
    reports = [contract]
    if chance.random() < 0.3:
        closed_on = max(some_day(), str(start))
        reports.append(reported_again(contract, closed_on, closed_on=closed_on, balance="0.00"))
    repaid = [
        a_repayment(contract, plain.yuan(chance.randrange(1, principal)), some_day())
        for _ in range(chance.randrange(4))
    ]
    marks = sorted({some_day() for _ in range(5)})
    lines = [a_line(contract, *each, "1.00") for each in pairwise(marks)]
    return reports, repaid, lines


def test_what_a_bank_pushes_in_any_order_is_kept_as_walking_day_by_day_finds(visit, sql):
    bank, chance = visit("bank"), Random(20190528)
    loans = [drawn(chance) for _ in range(60)]
    pushes = [
        ("contracts", [loan[0][0] for loan in loans]),
        ("contracts", [loan[0][1] for loan in loans if len(loan[0]) > 1]),
        ("repayments", [row for loan in loans for row in loan[1]]),
        ("interest-lines", [row for loan in loans for row in loan[2]]),
    ]
    first, *others = pushes
    push(bank, first[0], *first[1])
    for things, rows in chance.sample(others, len(others)):
        push(bank, things, *rows)

    kept = sql(
        "loans",
        "select c.contract_no, r.day, r.amount from reference_interest r join contract c "
        "on c.id = r.loan_id and c.superseded_at is null and c.counts_to = date 'infinity'",
    )

    known = {
        reports[-1]["contract_no"]: reports[-1] | {"repaid": repaid} for reports, repaid, _ in loans
    }
    found = {(row["contract_no"], str(row["day"])): str(row["amount"]) for row in kept}
    assert len(found) > 200
    assert found == {(number, day): plain.reference(known[number], day) for number, day in found}
    assert {number for number, _ in found} == {
        reports[0]["contract_no"] for reports, _, lines in loans if lines
    }
