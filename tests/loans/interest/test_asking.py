"""Interest quotes through the door: who may ask, what is answered, and how nonsense is refused."""

import pytest

from tests.loans.interest.test_cases import CASES

QUOTES = "/v1/loans/interest-quotes"
LOAN = {
    "principal": "50000.00",
    "annual_rate": "0.0435",
    "method": "ITEM_YMD",
    "start": "2019-01-10",
    "end": "2020-01-10",
}
PAID = [{"date": "2019-06-20", "amount": "-20000.00"}]
CUT = [{"date": "2019-07-01", "annual_rate": "0.0375"}]


@pytest.mark.parametrize("role", ["bank", "poverty_office", "finance_bureau", "insurer"])
def test_every_agency_may_ask(visit, role):
    answer = visit(role).post(QUOTES, json=LOAN)

    assert (answer.status_code, answer.json()["interest"]) == (200, "2175.00")


def test_a_supervisor_may_ask_and_who_holds_no_facts_may_not(visit, operator, send):
    assert visit("supervisor").post(QUOTES, json=LOAN).status_code == 200
    assert visit("auditor").post(QUOTES, json=LOAN).status_code == 403
    assert operator.post(QUOTES, json=LOAN).status_code == 403
    assert send("POST", QUOTES, json=LOAN).status_code == 401


def test_a_bank_may_send_every_case_of_the_file_as_it_stands(visit):
    bank = visit("bank")

    for case in CASES:
        answer = bank.post(QUOTES, json=case)

        assert answer.status_code == 200, (case["id"], answer.text)
        told = answer.json()
        assert told["interest"] == case["expected_interest"], case["id"]
        for name in ("settlements", "segments", "payments"):
            pairs = zip(told.get(name, case.get(name, [])), case.get(name, []), strict=name in case)
            assert all(ours | theirs == ours for ours, theirs in pairs), case["id"]
        for name in ("eligible_interest", "penalty_interest", "charged", "entitled", "refund"):
            if name in case:
                assert told[name] == case[name]
        if "subsidy" in case:
            assert told["subsidy"] | case["subsidy"] == told["subsidy"]
        assert all(line["formula"]["zh"] for line in told["working"])


def test_a_bank_hears_how_a_refund_came_about(visit):
    case = next(case for case in CASES if case["id"] == "I01")

    answer = visit("bank").post(QUOTES, json=case).json()

    assert [(step["what"]["zh"], step["amount"]) for step in answer["steps"]] == [
        ("按合同利率计收", "2032.50"),
        ("按应享利率应计（扣除）", "-526.94"),
    ]
    assert answer["working"][1] == {
        "step": 2,
        "from": "2017-06-30",
        "to": "2018-03-31",
        "base": "40000.00",
        "rate": "0.0175",
        "years": 0,
        "months": 9,
        "days": 1,
        "calendar_days": 274,
        "formula": {
            "zh": "本金40000.00元 × 年利率1.75% ×（0年 + 9个月 ÷ 12 + 1天 ÷ 360）",
            "en": "40000.00 yuan × 1.75% a year × (0 years + 9 months ÷ 12 + 1 days ÷ 360)",
        },
        "amount": "526.94444444",
    }


def test_a_bank_may_combine_what_belongs_together(visit):
    """Changes of rate and of principal under every convention that can answer them."""
    bank = visit("bank")
    asked = {
        "a rate cut counts a stretch of its own": {"rate_changes": CUT},
        "as it is pushed with a contract": {
            "rate_changes": [{"from": "2019-07-01", "annual_rate": "0.0375"}]
        },
        "a part repaid, rounded once": {"principal_changes": PAID},
        "by quarters, to the same end": {
            "principal_changes": PAID,
            "rate_changes": CUT,
            "method": "QUARTERLY_YMD_CUMULATIVE",
        },
        "which is the item method's": {"principal_changes": PAID, "rate_changes": CUT},
        "asked before maturity": {
            "method": "OVERDUE_SPLIT",
            "maturity": "2020-06-01",
            "penalty_multiplier": "1.5",
        },
        "a day that is none": {"end": "2019-01-10"},
        "a loan that costs nothing": {"annual_rate": "0"},
        "a sum nobody has": {"principal": "99999999999999999999.99"},
        "on 30 days a hundred years": {"start": "1999-02-28", "end": "2099-02-28"},
        "absent is as good as null": {"maturity": None, "rate_changes": None, "subsidy": None},
        "a maturity that changes nothing": {"maturity": "2020-01-10"},
    }

    answers = {name: bank.post(QUOTES, json=LOAN | more) for name, more in asked.items()}

    assert {name: answer.json().get("interest") for name, answer in answers.items()} == {
        # 5 months 21 days at 4.35%, 6 months 9 days at 3.75%
        "a rate cut counts a stretch of its own": "2017.50",
        "as it is pushed with a contract": "2017.50",
        "a part repaid, rounded once": "1691.67",
        "by quarters, to the same end": "1597.17",
        "which is the item method's": "1597.17",
        "asked before maturity": "2175.00",
        "a day that is none": "0.00",
        "a loan that costs nothing": "0.00",
        "a sum nobody has": "4350000000000000000.00",
        "on 30 days a hundred years": "217500.00",
        "absent is as good as null": "2175.00",
        "a maturity that changes nothing": "2175.00",
    }


def test_a_bank_reads_figures_without_exponents(visit):
    case = LOAN | {
        "method": "SUBSIDY_YMD",
        "annual_rate": "0.00000000",
        "subsidy": {"ratio": "0.00000000"},
    }

    answer = visit("bank").post(QUOTES, json=case)

    assert answer.json()["working"][0]["rate"] == "0.00000000"
    assert answer.json()["subsidy"]["ratio"] == "0.00000000"
    assert "0E" not in answer.text


REFUSED = {
    "backwards": ({"end": "2019-01-09"}, "/end"),
    "no such method": ({"method": "SIMPLE"}, "/method"),
    "no method": ({"method": None}, "/method"),
    "nothing lent": ({"principal": "0.00"}, "/principal"),
    "less than nothing": ({"principal": "-1.00"}, "/principal"),
    "half a fen": ({"principal": "1.005"}, "/principal"),
    "a number": ({"principal": 50000}, "/principal"),
    "too much": ({"principal": "1" * 21}, "/principal"),
    "not a number": ({"annual_rate": "NaN"}, "/annual_rate"),
    "percent": ({"annual_rate": "4.35"}, "/annual_rate"),
    "exponent": ({"annual_rate": "1e-2"}, "/annual_rate"),
    "29 February of 2019": ({"end": "2019-02-29"}, "/end"),
    "an hour": ({"end": "2019-02-28T12:00:00"}, "/end"),
    "a day as a number": ({"start": 20190110}, "/start"),
    "a thousand years": ({"end": "3019-01-10"}, ""),
    "changes that are none": ({"rate_changes": {"2019-07-01": "0.0375"}}, "/rate_changes"),
    "a change without day": (
        {"rate_changes": [{"annual_rate": "0.0375"}]},
        "/rate_changes/0/date",
    ),
    "a change to less than nothing": (
        {"rate_changes": [{"date": "2019-07-01", "annual_rate": "-0.01"}]},
        "/rate_changes/0/annual_rate",
    ),
    "a repayment in words": (
        {"principal_changes": [{"date": "2019-07-01", "amount": "all"}]},
        "/principal_changes/0/amount",
    ),
    "more repaid than lent": (
        {"principal_changes": [{"date": "2019-07-01", "amount": "-50000.01"}]},
        "/principal_changes",
    ),
    "nobody knows which drawdown is repaid": (
        {
            "principal_changes": [
                {"date": "2019-07-01", "amount": "10000.00"},
                {"date": "2019-08-01", "amount": "-10000.00"},
            ]
        },
        "/principal_changes",
    ),
    "overdue without saying so": ({"maturity": "2019-12-31"}, "/maturity"),
    "a penalty nobody asked for": ({"penalty_multiplier": "1.5"}, "/penalty_multiplier"),
    "an entitlement nobody asked for": ({"entitled_rate": "0.0175"}, "/entitled_rate"),
    "a subsidy nobody asked for": ({"subsidy": {"ratio": "1"}}, "/subsidy"),
    "no maturity": ({"method": "OVERDUE_SPLIT", "penalty_multiplier": "1.5"}, "/maturity"),
    "no penalty": ({"method": "OVERDUE_SPLIT", "maturity": "2019-12-31"}, "/penalty_multiplier"),
    "due before it was drawn": (
        {"method": "OVERDUE_SPLIT", "maturity": "2019-01-09", "penalty_multiplier": "1.5"},
        "/maturity",
    ),
    "a penalty that is a discount": (
        {"method": "PENALTY_ACT360", "penalty_multiplier": "0.5"},
        "/penalty_multiplier",
    ),
    "a penalty before maturity": (
        {"method": "PENALTY_ACT360", "penalty_multiplier": "1.5", "maturity": "2019-12-31"},
        "/maturity",
    ),
    "no entitlement": ({"method": "REFUND_YMD"}, "/entitled_rate"),
    "no subsidy": ({"method": "SUBSIDY_YMD"}, "/subsidy"),
    "no share": ({"method": "SUBSIDY_YMD", "subsidy": {"cap": "50000.00"}}, "/subsidy/ratio"),
    "more than all": ({"method": "SUBSIDY_YMD", "subsidy": {"ratio": "1.01"}}, "/subsidy/ratio"),
    "a claim in words": (
        {"method": "SUBSIDY_YMD", "subsidy": {"ratio": "1", "claimed": "all"}},
        "/subsidy/claimed",
    ),
}


def test_a_bank_hears_where_nonsense_lies_and_what_to_do_but_never_what_it_sent(visit):
    bank = visit("bank")

    for name, (more, pointer) in REFUSED.items():
        answer = bank.post(QUOTES, json=LOAN | more)

        assert answer.status_code == 422, (name, answer.text)
        faults = answer.json()["errors"]
        assert pointer in [fault["pointer"] for fault in faults], (name, faults)
        assert all(fault["message"].strip().endswith(".") or fault["message"] for fault in faults)
        for sent in (each for each in more.values() if isinstance(each, str) and len(each) > 8):
            assert sent not in answer.text, name


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{}", "{", '{"principal": NaN}', ""])
def test_a_body_that_is_no_case_is_refused(visit, body):
    answer = visit("bank").post(QUOTES, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-body"
