"""LOAN-32: what was charged in excess goes back to whoever bore it, to the fen."""

from itertools import count

import pytest

from tests.story import a_contract, a_household, a_line, a_person, declare, push, screened

YEAR = ("2018-01-01", "2019-01-01")
_serials = count(1)


@pytest.fixture
def bank(visit):
    """Declared its contracts and its refunds complete."""
    bank = visit("bank")
    declare(bank, "contracts")
    declare(bank, "refunds")
    return bank


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def a_year_of_3_75_percent(borrower, **fields):
    """10,000.00 yuan at 3.75%: 375.00 a year."""
    terms = {"signed_on": "2018-01-01", "annual_rate": "0.0375"}
    return a_contract(borrower, **{**terms, **fields})


def a_refund(loan, amount, paid_on="2019-02-01", **fields):
    """Excess given back to the household."""
    refund = {
        "contract_no": loan["contract_no"],
        "refund_no": str(next(_serials)),
        "amount": amount,
        "paid_on": paid_on,
        "cause": "RATE_EXCESS",
        "to": "HOUSEHOLD",
    }
    return refund | fields


def test_each_bearer_gets_back_his_share_to_the_fen(drain, bank, supervisor):
    treasury = {"to": "TREASURY"}
    half, other_half = ("2018-01-01", "2018-07-01"), ("2018-07-01", "2019-01-01")
    first = (*half, "188.54")  # 1.04 more than 187.50
    stories = {  # lines, refunds, and what is owed
        "nothing in excess": ([(*YEAR, "375.01", {})], [], None),
        "nothing given back": ([(*YEAR, "380.21", {})], [], "5.21"),
        "a fen short": ([(*YEAR, "380.21", {})], [("5.20", {})], "0.01"),
        "given back": ([(*YEAR, "380.21", {})], [("5.21", {})], None),
        "in two parts": ([(*YEAR, "380.21", {})], [("5.00", {}), ("0.21", {})], None),
        "on the day": ([(*YEAR, "380.21", {})], [("5.21", {"paid_on": "2019-06-30"})], None),
        "the next day": ([(*YEAR, "380.21", {})], [("5.21", {"paid_on": "2019-07-01"})], "5.21"),
        "to the other": ([(*YEAR, "380.21", {})], [("5.21", treasury)], "5.21"),
        "for another cause": (
            [(*YEAR, "380.21", {})],
            [("5.21", {"cause": "SUBSIDY_PASS_THROUGH"})],
            "5.21",
        ),
        "the treasury's": ([(*YEAR, "380.21", {"borne_by": "TREASURY"})], [("5.21", {})], "5.21"),
        "given to the treasury": (
            [(*YEAR, "380.21", {"borne_by": "TREASURY"})],
            [("5.21", treasury)],
            None,
        ),
        "the bank's own": ([(*YEAR, "380.21", {"borne_by": "BANK"})], [], None),
        "of both": ([(*first, {}), (*other_half, "191.67", {"borne_by": "TREASURY"})], [], "5.21"),
        "of both, one paid": (
            [(*first, {}), (*other_half, "191.67", {"borne_by": "TREASURY"})],
            [("4.17", treasury)],
            "1.04",
        ),
        "one was undercharged": (
            [(*half, "180.00", {}), (*other_half, "197.50", {"borne_by": "TREASURY"})],
            [],
            "10.00",
        ),
    }
    loans = {name: a_year_of_3_75_percent(a_person()) for name in stories}
    lines = [
        a_line(loans[name], start, end, amount, **fields)
        for name, (charged, *_) in stories.items()
        for start, end, amount, fields in charged
    ]
    refunds = [
        a_refund(loans[name], amount, **fields)
        for name, (_, given, _) in stories.items()
        for amount, fields in given
    ]
    push(bank, "contracts", *loans.values())
    push(bank, "interest-lines", *lines)
    push(bank, "refunds", *refunds)

    found = screened(supervisor, drain, "2019-06-30", "LOAN-30", "LOAN-32")

    findings = {name: found.finding("LOAN-32", loan) for name, loan in loans.items()}
    assert {name: each and each["amount"] for name, each in findings.items()} == {
        name: owed for name, (*_, owed) in stories.items()
    }
    both = findings["of both"]["figures"]
    assert (both["household_owed"], both["treasury_owed"]) == ("1.04", "4.17")
    # What was charged stays on record, whatever was given back since.
    assert found.finding("LOAN-30", loans["given back"])["amount"] == "5.21"


def test_a_refund_that_is_not_on_record_is_missing_only_where_refunds_are_declared(
    visit, drain, supervisor
):
    bank = visit("bank")
    loan, given = a_year_of_3_75_percent(a_person()), a_year_of_3_75_percent(a_person())
    later = a_year_of_3_75_percent(a_person(), signed_on="2018-01-02", disbursed_on="2018-01-02")
    push(bank, "contracts", loan, given, later)
    push(bank, "interest-lines", a_line(loan, *YEAR, "380.21"), a_line(given, *YEAR, "380.21"))
    push(bank, "interest-lines", a_line(later, "2018-01-02", "2019-01-02", "380.21"))
    push(bank, "refunds", a_refund(given, "5.21"))
    declare(bank, "refunds", "2018-01-02", "2019-07-01")

    found = screened(supervisor, drain, "2019-06-30", "LOAN-32")

    assert found.verdict("LOAN-32", later) == "not_met"  # its first line begins that day
    assert found.finding("LOAN-32", loan)["missing"] == [f"refunds:{bank.agency}"]
    assert found.verdict("LOAN-32", given) == "met"
    a_day_later = screened(supervisor, drain, "2019-07-01", "LOAN-32")
    assert a_day_later.verdict("LOAN-32", later) == "undetermined"


def test_what_an_ordinary_rate_cost_too_much_goes_back_too(visit, drain, bank, supervisor):
    office = visit("poverty_office")
    declare(office, "households")
    people = {
        name: a_person() for name in ("owed", "a fen short", "paid", "other cause", "no loan")
    }
    unclear = a_person()
    push(office, "households", *[a_household(each) for each in (*people.values(), unclear)])
    drain()
    ordinary = {"product": "ORDINARY_FARM", "annual_rate": "0.0675"}
    loans = {name: a_year_of_3_75_percent(each, **ordinary) for name, each in people.items()}
    loans["purpose unknown"] = a_year_of_3_75_percent(unclear, **ordinary, purpose=None)
    push(bank, "contracts", *loans.values())
    lines = [a_line(loan, *YEAR, "675.00") for name, loan in loans.items() if name != "no loan"]
    push(bank, "interest-lines", *lines)
    cause = {"cause": "ORDINARY_RATE", "baseline_rate": "0.0435"}
    push(
        bank,
        "refunds",
        a_refund(loans["a fen short"], "239.99", **cause),
        a_refund(loans["paid"], "240.00", **cause),
        a_refund(loans["other cause"], "240.00"),
    )

    found = screened(supervisor, drain, "2019-06-30", "LOAN-32")

    findings = {name: found.finding("LOAN-32", loan) for name, loan in loans.items()}
    owed = {name: each and (each["verdict"], each["amount"]) for name, each in findings.items()}
    assert owed == {
        "owed": ("not_met", "240.00"),
        "a fen short": ("not_met", "0.01"),
        "paid": None,
        "other cause": ("not_met", "240.00"),
        "no loan": None,
        "purpose unknown": ("undetermined", "240.00"),
    }
    assert findings["purpose unknown"]["missing"] == ["LOAN-12"]
