"""LOAN-12, 13, 20 and 23: what a loan is for, who really uses it, and what to do about it."""

import pytest

from kernel.policy.use import PRODUCTIVE
from services.loans.vocabulary import LoanPurpose
from tests.story import a_contract, a_person, declare, push, reported_again, screened

FIRM = {"kind": "ENTERPRISE", "credit_code": "91230231MA1B2C3D4E"}


@pytest.fixture
def bank(visit):
    return visit("bank")


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def test_a_purpose_is_productive_prohibited_or_not_told(drain, bank, supervisor):
    loans = {each.value: a_contract(a_person(), purpose=each.value) for each in LoanPurpose}
    loans["blank"] = a_contract(a_person(), purpose=None)
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-12")

    verdicts = found.verdicts("LOAN-12", loans)
    untold = {"UNKNOWN", "blank"}
    assert {name for name, verdict in verdicts.items() if verdict == "met"} == set(PRODUCTIVE)
    assert {name for name, verdict in verdicts.items() if verdict == "undetermined"} == untold
    assert found.finding("LOAN-12", loans["blank"])["missing"] == ["purpose"]


def test_the_household_itself_uses_the_loan(drain, bank, supervisor):
    stories = {
        "the household": ({"kind": "HOUSEHOLD"}, "met", "met"),
        "the household, for dividends": (
            {"kind": "HOUSEHOLD", "mode": "DIVIDEND"},
            "not_met",
            "met",
        ),
        "an enterprise": (FIRM, "not_met", "not_met"),
        "an unnamed cooperative": ({"kind": "COOPERATIVE"}, "not_met", "not_met"),
        "a platform": ({"kind": "GOVERNMENT_PLATFORM"}, "not_met", "not_met"),
        "another person": ({"kind": "OTHER"}, "not_met", "met"),
        "another, with a code": (FIRM | {"kind": "OTHER"}, "not_met", "not_met"),
        "nobody says who": (None, "undetermined", "undetermined"),
    }
    loans = {
        name: a_contract(a_person(), actual_user=user, signed_on="2017-06-01")
        for name, (user, *_) in stories.items()
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-13", "LOAN-20")

    assert found.verdicts("LOAN-13", loans) == {
        name: verdict for name, (_, verdict, _) in stories.items()
    }
    assert found.verdicts("LOAN-20", loans) == {
        name: verdict for name, (*_, verdict) in stories.items()
    }
    for rule_id in ("LOAN-13", "LOAN-20"):
        unclear = found.finding(rule_id, loans["nobody says who"])
        assert unclear["missing"] == ["actual_user_kind"]


def test_an_organisations_loan_gets_the_class_that_says_what_to_do(drain, bank, supervisor):
    good = FIRM | {"has_industry_base": True, "at_risk": False}
    shares = good | {"mode": "DIVIDEND"}
    idle = {"household_takes_part": False}
    stories = {
        "drawn from 2018 on": (
            good | {"at_risk": True},
            {"disbursed_on": "2018-01-01"},
            "E4_FORBIDDEN",
        ),
        "at risk": (good | {"at_risk": True}, {"household_aware": False}, "E3_RECALL"),
        "unaware": (good, {"household_aware": False}, "E2_CORRECT"),
        "only draws dividends": (shares, idle, "E2_CORRECT"),
        "draws and takes part": (shares, {}, "E1_TRACK_CONVERT"),
        "draws, part unknown": (shares, {"household_takes_part": None}, "E1_TRACK_CONVERT"),
        "lends on, takes no part": (good | {"mode": "ONLENDING"}, idle, "E1_TRACK_CONVERT"),
        "a good firm": (good, {}, "E1_TRACK_CONVERT"),
        "risk unknown": (good | {"at_risk": None}, {}, "E1_TRACK_CONVERT"),
        "no base": (good | {"has_industry_base": False}, {}, None),
        "base unknown": (good | {"has_industry_base": None}, {}, None),
        "awareness unknown": (good, {"household_aware": None}, None),
    }
    old = {"signed_on": "2017-12-20", "disbursed_on": "2017-12-31"}
    loans = {
        name: a_contract(a_person(), actual_user=user, **{**old, **fields})
        for name, (user, fields, _) in stories.items()
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-20")

    assert {name: found.finding("LOAN-20", loan)["class"] for name, loan in loans.items()} == {
        name: expected for name, (*_, expected) in stories.items()
    }
    dividends = found.finding("LOAN-20", loans["only draws dividends"])
    assert dividends["figures"]["actual_user_mode"] == "DIVIDEND"


def test_only_a_living_loan_is_to_be_recalled_or_converted(visit, drain, bank, supervisor):
    declare(visit("poverty_office"), "households")

    def ill_used(**fields):
        return a_contract(a_person(), actual_user=FIRM, **fields)

    loans = {
        "living": ill_used(),
        "nothing owed": reported_again(ill_used(), "2018-06-30", balance="0.00"),
        "owing a fen": reported_again(ill_used(), "2018-12-31", balance="0.01"),
        "converted that day": reported_again(ill_used(), "2018-06-30", converted_on="2018-12-31"),
        "converted the next": reported_again(ill_used(), "2018-06-30", converted_on="2019-01-01"),
        "drawn the next": ill_used(disbursed_on="2019-01-01"),
        "first reported the next": ill_used(as_at="2019-01-01"),
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-01", "LOAN-20", "LOAN-23")

    assert set(found.verdicts("LOAN-01", loans).values()) == {"not_met"}
    assert found.verdicts("LOAN-20", loans) == {
        "living": "not_met",
        "nothing owed": "met",
        "owing a fen": "not_met",
        "converted that day": "met",
        "converted the next": "not_met",
        "drawn the next": "met",
        "first reported the next": "undetermined",
    }
    assert found.verdicts("LOAN-23", loans) == found.verdicts("LOAN-20", loans)
    owing, unreported = loans["owing a fen"], loans["first reported the next"]
    assert found.finding("LOAN-23", owing)["amount"] == "0.01"
    assert found.finding("LOAN-01", unreported)["amount"] is None
    assert found.finding("LOAN-20", unreported)["missing"] == ["live"]
    assert found.finding("LOAN-23", unreported)["missing"] == ["live"]
    assert found.finding("LOAN-20", unreported)["class"] is None
