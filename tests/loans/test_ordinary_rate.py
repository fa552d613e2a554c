"""LOAN-31: who qualifies for a poverty loan does not pay an ordinary rate instead."""

import pytest

from tests.story import (
    Person,
    a_contract,
    a_household,
    a_line,
    a_member,
    a_person,
    a_repayment,
    declare,
    push,
    screened,
)

PERIOD = ("2017-06-30", "2018-03-31")


@pytest.fixture
def office(visit):
    """Declared its households complete, here and in the next county."""
    office = visit("poverty_office", divisions=["230231", "230221"])
    declare(office, "households")
    return office


@pytest.fixture
def union(visit):
    """A credit union that declared its contracts complete."""
    visit("bank", agency="RCU23", divisions=["230000"])
    union = visit("bank", parent="RCU23", divisions=["230231", "230221"])
    declare(union, "contracts")
    return union


@pytest.fixture
def supervisor(visit):
    return visit("supervisor", divisions=["230000"])


def an_ordinary_loan(borrower, **fields):
    """40,000.00 yuan at 6.75%, 2,032.50 of it charged by 31 March 2018."""
    ordinary = {
        "product": "ORDINARY_FARM",
        "principal": "40000.00",
        "annual_rate": "0.0675",
        "signed_on": "2017-06-30",
        "matures_on": "2022-06-30",
    }
    return a_contract(borrower, **{**ordinary, **fields})


def test_one_condition_that_fails_clears_it_and_one_unknown_leaves_it_open(
    drain, office, union, supervisor
):
    removed = [("REGISTERED", "2014-01-01"), ("REMOVED", "2017-06-30")]
    of_the_loan = {
        "a qualified household": ({}, "not_met", []),
        "a commercial loan": ({"product": "COMMERCIAL"}, "not_met", []),
        "an industry loan": ({"product": "INDUSTRY_POVERTY"}, "met", []),
        "at the policy rate": ({"annual_rate": "0.0175"}, "met", []),
        "a trifle above": ({"annual_rate": "0.01750001"}, "not_met", []),
        "08 fails": ({"principal": "50000.01"}, "met", []),
        "at the cap": ({"principal": "50000.00"}, "not_met", []),
        "09 fails": ({"matures_on": "2022-07-01"}, "met", []),
        "12 fails": ({"purpose": "MARRIAGE"}, "met", []),
        "13 fails": ({"actual_user": {"kind": "ENTERPRISE"}}, "met", []),
        "12 unknown": ({"purpose": None}, "undetermined", ["LOAN-12"]),
        "13 unknown": ({"actual_user": None}, "undetermined", ["LOAN-13"]),
        "12 unknown, 13 fails": (
            {"purpose": None, "actual_user": {"kind": "ENTERPRISE"}},
            "met",
            [],
        ),
        "guaranteed, without a wish": (
            {"guarantee": "MORTGAGE", "wish_signed_on": None},
            "not_met",
            [],
        ),
    }
    of_the_borrower = {
        "02 fails": ({"labour_skill": "LOST"}, "met", []),
        "02 unknown": ({"labour_skill": None}, "undetermined", ["LOAN-02"]),
        "04 fails": ({"certificate": "51"}, "met", []),
        "04 unknown": ({"certificate": "71"}, "undetermined", ["LOAN-04"]),
    }
    stories = of_the_loan | of_the_borrower
    people = {name: a_person() for name in stories} | {
        "01 fails": a_person(),
        "01 unknown": a_person(),
        "01 unknown by name": a_person(),
        "03 fails": a_person("1951-06-30"),
        "the day before": a_person("1951-07-01"),
    }
    push(
        office,
        "households",
        *[
            a_household(a_member(people[name], **of_the_borrower.get(name, ({},))[0]))
            for name in people
            if not name.startswith("01")
        ],
        a_household(people["01 fails"], statuses=removed),
        a_household(people["01 unknown"], statuses=[]),
        a_household(people["01 unknown by name"]),
    )
    drain()
    loans = {
        name: an_ordinary_loan(person, **of_the_loan.get(name, ({},))[0])
        for name, person in people.items()
    }
    someone = Person("另一人", people["01 unknown by name"].id_number)
    loans["01 unknown by name"] = an_ordinary_loan(someone)
    push(union, "contracts", *loans.values())
    push(union, "interest-lines", *[a_line(loan, *PERIOD, "2032.50") for loan in loans.values()])

    found = screened(supervisor, drain, "2018-03-31", "LOAN-31")

    expected = {name: verdict for name, (_, verdict, _) in stories.items()} | {
        "01 fails": "met",
        "01 unknown": "undetermined",
        "01 unknown by name": "undetermined",
        "03 fails": "met",
        "the day before": "not_met",
    }
    assert found.verdicts("LOAN-31", loans) == expected
    missing = {
        name: found.finding("LOAN-31", loans[name])["missing"]
        for name in loans
        if expected[name] == "undetermined"
    }
    assert missing == {
        **{
            name: lacks
            for name, (_, verdict, lacks) in stories.items()
            if verdict == "undetermined"
        },
        "01 unknown": ["LOAN-01", "statuses"],
        "01 unknown by name": ["LOAN-01", "borrower_name"],
    }
    qualified = found.finding("LOAN-31", loans["a qualified household"])
    assert (qualified["amount"], qualified["figures"]["policy_rate"]) == ("1505.56", "0.0175")


def test_the_familys_poverty_loans_and_every_banks_silence_count(
    visit, drain, office, union, supervisor
):
    withheld = visit("bank")
    poor, owing = a_person(), a_person()
    push(office, "households", a_household(poor), a_household(owing))
    drain()
    silent, full = an_ordinary_loan(poor), an_ordinary_loan(owing)
    poverty_loan = a_contract(owing, principal="10000.01", signed_on="2017-06-30")
    another = an_ordinary_loan(owing, principal="10000.00")
    push(union, "contracts", silent, full, poverty_loan, another)
    push(
        union,
        "interest-lines",
        *[a_line(loan, *PERIOD, "2032.50") for loan in (silent, full, another)],
    )

    undeclared = screened(supervisor, drain, "2018-03-31", "LOAN-31")
    declare(withheld, "contracts")
    declared = screened(supervisor, drain, "2018-03-31", "LOAN-31")

    loans = {"silent": silent, "full": full, "another": another}
    assert undeclared.verdicts("LOAN-31", loans) == {
        "silent": "undetermined",
        "full": "met",
        "another": "undetermined",
    }
    lacks = ["LOAN-08", f"contracts:{withheld.agency}"]
    assert undeclared.finding("LOAN-31", silent)["missing"] == lacks
    # Ordinary loans do not count among the family's poverty loans.
    assert declared.verdicts("LOAN-31", loans) == {
        "silent": "not_met",
        "full": "met",
        "another": "not_met",
    }


def test_lines_count_by_their_days_before_the_business_date(drain, office, union, supervisor):
    year = ("2018-01-01", "2019-01-01")
    charged = {
        "half of a year": [(*year, "3650.00")],  # 181 of 365 days; R is 12,000 × 1.75% ÷ 2
        "half a fen": [("2018-06-30", "2018-07-02", "10.01")],
        "not begun": [("2018-07-01", "2018-10-01", "300.00")],
        "settled later": [("2018-01-01", "2018-07-01", "405.00")],
        "part repaid": [("2018-01-01", "2018-07-01", "405.00")],
        "below the policy rate": [("2018-01-01", "2018-07-01", "100.00")],
        "penalty only": [],
    }
    people = {name: a_person() for name in charged}
    push(office, "households", *[a_household(person) for person in people.values()])
    drain()
    loans = {
        name: an_ordinary_loan(person, principal="12000.00", signed_on="2018-01-01")
        for name, person in people.items()
    }
    lines = [
        a_line(loans[name], start, end, amount, settled_on="2019-06-30")
        for name, periods in charged.items()
        for start, end, amount in periods
    ]
    penalty = a_line(loans["penalty only"], *year, "900.00", kind="PENALTY")
    push(union, "contracts", *loans.values())
    push(union, "interest-lines", *lines, penalty)
    push(union, "repayments", a_repayment(loans["part repaid"], "6000.00", "2018-04-01"))

    found = screened(supervisor, drain, "2018-07-01", "LOAN-31")

    findings = {name: found.finding("LOAN-31", loan) for name, loan in loans.items()}
    assert {name: each and each["amount"] for name, each in findings.items()} == {
        "half of a year": "1705.00",  # 1,810.00 − 105.00
        "half a fen": "4.43",  # 5.005 counts as 5.01; R rises by 0.58 on that day
        "not begun": None,
        "settled later": "300.00",
        "part repaid": "326.25",
        "below the policy rate": "-5.00",
        "penalty only": None,
    }


def test_the_baseline_is_the_policy_rate_of_the_place(visit, drain, office, union, supervisor):
    bank = visit("bank", divisions=["230231"])
    declare(bank, "contracts")
    people = [a_person() for _ in range(3)]
    push(
        office,
        "households",
        a_household(people[0]),
        a_household(people[1], village_code="230221100200"),
        a_household(people[2]),
    )
    drain()
    year = {"signed_on": "2017-01-01", "matures_on": "2018-01-01", "principal": "10000.00"}
    loans = {
        "0.0175": an_ordinary_loan(people[0], **year),
        "0.0375": an_ordinary_loan(people[1], branch_division="230221", **year),
        "0.0435": an_ordinary_loan(people[2], **year),
    }
    push(union, "contracts", loans["0.0175"], loans["0.0375"])
    push(bank, "contracts", loans["0.0435"])
    lines = [a_line(loan, "2017-01-01", "2018-01-01", "675.00") for loan in loans.values()]
    push(union, "interest-lines", *lines[:2])
    push(bank, "interest-lines", lines[2])

    found = screened(supervisor, drain, "2018-03-31", "LOAN-31")

    findings = {rate: found.finding("LOAN-31", loan) for rate, loan in loans.items()}
    assert {each["figures"]["policy_rate"]: each["amount"] for each in findings.values()} == {
        "0.0175": "500.00",
        "0.0375": "300.00",
        "0.0435": "240.00",
    }
    assert all(each["figures"]["policy_rate"] == rate for rate, each in findings.items())
