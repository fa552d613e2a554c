"""LOAN-09 and LOAN-14: the longest term and the highest rate, by day and place of signing."""

import pytest

from tests.story import a_contract, a_person, push, screened

ELSEWHERE = "220122000000"
"""A county outside Heilongjiang."""


@pytest.fixture
def bank(visit):
    """A bank that is no credit union and serves two provinces."""
    return visit("bank", divisions=["230000", "220000"])


@pytest.fixture
def supervisor(visit):
    """Sees both provinces."""
    return visit("supervisor", divisions=["230000", "220000"])


def contracts_of(stories):
    """A contract for each story: its fields, with the verdict left out."""
    return {name: a_contract(a_person(), **fields) for name, (fields, _) in stories.items()}


def expected(stories):
    return {name: verdict for name, (_, verdict) in stories.items()}


def lasting(signed_on, matures_on, **fields):
    return {"signed_on": signed_on, "matures_on": matures_on, **fields}


def test_a_loan_lasts_no_longer_than_its_regime_allows(drain, bank, supervisor):
    there = {"branch_division": ELSEWHERE}
    stories = {
        "before the province's own rule": (lasting("2016-12-31", "2020-01-01"), "not_met"),
        "60 months here": (lasting("2017-01-01", "2022-01-01"), "met"),
        "a day more": (lasting("2017-01-01", "2022-01-02"), "not_met"),
        "36 months elsewhere": (lasting("2018-03-05", "2021-03-05", **there), "met"),
        "a day more elsewhere": (lasting("2018-03-05", "2021-03-06", **there), "not_met"),
        "on the last day of the rule": (lasting("2019-05-27", "2024-05-27"), "met"),
        "36 months on the next": (lasting("2019-05-28", "2022-05-28"), "met"),
        "a day more on the next": (lasting("2019-05-28", "2022-05-29"), "not_met"),
        "to the last of February": (lasting("2020-02-29", "2023-02-28"), "met"),
        "to the first of March": (lasting("2020-02-29", "2023-03-01"), "not_met"),
        "counted from the drawdown": (
            lasting("2019-06-01", "2022-06-20", disbursed_on="2019-06-20"),
            "met",
        ),
        "before there was a rule": (lasting("2014-12-09", "2024-12-09"), "undetermined"),
        "when there was": (lasting("2014-12-10", "2017-12-10"), "met"),
    }
    loans = contracts_of(stories)
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2020-12-31", "LOAN-09")

    assert found.verdicts("LOAN-09", loans) == expected(stories)
    by_assumption = found.finding("LOAN-09", loans["a day more"])
    assert by_assumption["certainty"] == "assumed"
    assert by_assumption["figures"]["longest_term"] == 60
    assert found.finding("LOAN-09", loans["a day more elsewhere"])["certainty"] == "stated"


def at(rate, signed_on, matures_on=None, **fields):
    return {"annual_rate": rate, "signed_on": signed_on, **fields} | (
        {"matures_on": matures_on} if matures_on else {}
    )


def test_without_a_product_rate_the_tenor_decides(drain, bank, supervisor):
    stories = {
        "12 months": (at("0.0435", "2018-03-05", "2019-03-05"), "met"),
        "12 months, a trifle more": (at("0.04350001", "2018-03-05", "2019-03-05"), "not_met"),
        "12 months and a day": (at("0.0475", "2018-03-05", "2019-03-06"), "met"),
        "12 months and a day, more": (at("0.0476", "2018-03-05", "2019-03-06"), "not_met"),
        "a year from 29 February": (at("0.0436", "2016-02-29", "2017-02-28"), "not_met"),
        "to the first of March": (at("0.0475", "2016-02-29", "2017-03-01"), "met"),
        "the day before a cut": (at("0.0560", "2015-02-28"), "met"),
        "the day of the cut": (at("0.0560", "2015-03-01"), "not_met"),
        "before there was law": (at("0.0100", "2014-12-09"), "undetermined"),
        "the last benchmark": (at("0.0435", "2019-08-19"), "met"),
        "the first LPR": (at("0.0435", "2019-08-20"), "not_met"),
        "its one year": (at("0.0425", "2019-08-20"), "met"),
        "its five years": (at("0.0485", "2019-08-20", "2021-08-20"), "met"),
        "before a publication": (at("0.0425", "2019-09-19"), "met"),
        "on its day": (at("0.0425", "2019-09-20"), "not_met"),
        "on a working day after the 20th": (at("0.0365", "2022-08-22"), "met"),
        "and before it": (at("0.0370", "2022-08-21"), "met"),
        "three years at five years' LPR": (at("0.0465", "2021-03-01", "2024-03-01"), "met"),
        "a publication not known here": (at("0.0100", "2026-09-21"), "undetermined"),
        "the last known": (at("0.0300", "2026-09-20"), "met"),
    }
    loans = contracts_of(stories)
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2026-09-30", "LOAN-14")

    assert found.verdicts("LOAN-14", loans) == expected(stories)
    assert found.finding("LOAN-14", loans["before there was law"])["missing"] == ["policy_rate"]
    over = found.finding("LOAN-14", loans["12 months, a trifle more"])
    assert (over["figures"]["policy_rate"], over["certainty"]) == ("0.0435", "stated")


def test_a_product_rate_stands_before_the_benchmark(visit, drain, supervisor):
    visit("bank", agency="RCU23", divisions=["230000"])
    union = visit("bank", parent="RCU23", divisions=["230000"])
    other = visit("bank", divisions=["230000"])
    there = {"branch_division": "230221"}
    in_a_township = {"branch_division": "230231100"}
    stories = {
        "at Baiquan": (at("0.0175", "2018-03-05"), "met"),
        "in its township, more": (at("0.0176", "2018-03-05", **in_a_township), "not_met"),
        "elsewhere": (at("0.0375", "2018-03-05", **there), "met"),
        "elsewhere, for five years": (at("0.0376", "2018-03-05", "2023-03-05", **there), "not_met"),
        "before its first day": (at("0.0435", "2016-12-31"), "met"),
        "on its first day": (at("0.0176", "2017-01-01"), "not_met"),
        "on its last day": (at("0.0176", "2018-12-31"), "not_met"),
        "after its last day": (at("0.0435", "2019-01-01"), "met"),
    }
    loans = contracts_of(stories)
    another_banks = a_contract(a_person(), **at("0.0435", "2018-03-05"))
    push(union, "contracts", *loans.values())
    push(other, "contracts", another_banks)

    found = screened(supervisor, drain, "2019-12-31", "LOAN-14")

    assert found.verdicts("LOAN-14", loans) == expected(stories)
    assert found.verdict("LOAN-14", another_banks) == "met"
    on_assumption = found.finding("LOAN-14", loans["in its township, more"])
    assert on_assumption["figures"]["policy_rate"] == "0.0175"
    assert on_assumption["certainty"] == "assumed"
