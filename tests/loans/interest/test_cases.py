"""The lawyers' cases, as anybody may ask them: by the engine, and by the plain computation."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from kernel.policy.interest import METHODS
from services.loans.operations.quotes import quote_interest
from services.loans.schemas.quotes import QuoteIn
from tests.loans.interest import plain

FILE = json.loads(Path(__file__).with_name("interest_cases.json").read_text(encoding="utf-8"))
CASES = FILE["cases"]
EXTRAS = ("eligible_interest", "penalty_interest", "charged", "entitled", "refund")
WORKED = re.compile(r"(\d+)y(\d+)m(\d+)d; (\d+) actual days; unrounded ([\d.]+)")


def quoted(case):
    """The answer to a case, read as the exchange reads it."""
    asked = QuoteIn.model_validate_json(json.dumps(case), strict=True)
    return quote_interest(asked).model_dump(mode="json", by_alias=True, exclude_none=True)


def by_id(case):
    return case["id"]


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_a_case_of_the_file_comes_out_to_the_fen_with_everything_it_expects(case):
    answer = quoted(case)

    assert answer["interest"] == case["expected_interest"]
    for name in EXTRAS:
        assert answer.get(name, "") == case.get(name, answer.get(name, ""))
    for name in ("settlements", "segments", "payments"):
        if name in case:
            assert len(answer[name]) == len(case[name])
            for ours, theirs in zip(answer[name], case[name], strict=True):
                assert ours | theirs == ours
    assert answer.get("subsidy", {}) | case.get("subsidy", {}) == answer.get("subsidy", {})


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_the_plain_computation_says_the_same(case):
    told = plain.answer(case)

    assert told["interest"] == case["expected_interest"]
    for name in {*EXTRAS, "payments"} & told.keys() & case.keys():
        assert told[name] == case[name]
    assert told.get("subsidy", {}).items() >= {
        (name, value)
        for name, value in case.get("subsidy", {}).items()
        if name not in ("cap", "ratio", "claimed")
    }
    for ours, theirs in zip(told.get("settlements", []), case.get("settlements", []), strict=True):
        assert ours.items() <= theirs.items()


def test_every_method_of_the_file_is_offered_and_no_other():
    assert set(METHODS) == set(FILE["methods"])


@pytest.mark.parametrize("case", [case for case in CASES if WORKED.search(case["note"])], ids=by_id)
def test_the_working_in_the_notes_is_ours(case):
    years, months, days, actual, unrounded = WORKED.search(case["note"]).groups()
    [line] = quoted(case)["working"][:1] if "subsidy" not in case else quoted(case)["working"]

    if "months" in line:
        assert (line["years"], line["months"], line["days"]) == (int(years), int(months), int(days))
    assert line["calendar_days"] == int(actual)
    assert Decimal(line["amount"]) == Decimal(unrounded)


@pytest.mark.parametrize("case", CASES, ids=by_id)
def test_anyone_can_redo_the_working_from_what_it_shows(case):
    answer = quoted(case)
    steps = {step["step"]: Fraction(0) for step in answer["steps"]}

    for line in answer["working"]:
        days = Fraction(line["days"])
        if "months" in line:
            days = Fraction(360 * line["years"] + 30 * line["months"] + line["days"])
        year = 365 if case["method"] == "ACT365" else 360
        interest = Fraction(line["base"]) * Fraction(line["rate"]) * days / year
        assert abs(interest - Fraction(line["amount"])) <= Fraction(1, 10**8)
        assert f"本金{line['base']}元 × 年利率" in line["formula"]["zh"]
        assert f"{line['base']} yuan × " in line["formula"]["en"]
        steps[line["step"]] += interest

    settled = Fraction(0)
    for step in answer["steps"]:
        due = steps[step["step"]]
        if case["method"] == "QUARTERLY_YMD_CUMULATIVE":
            due -= settled
        assert abs(due - abs(Fraction(step["amount"]))) <= Fraction(1, 200)
        settled += Fraction(step["amount"])
    assert settled == Fraction(answer["interest"])


def test_a_line_says_its_sum_in_words():
    case = next(case for case in CASES if case["id"] == "D03")

    [line] = quoted(case)["working"]

    assert line["formula"] == {
        "zh": "本金45000.00元 × 年利率4.75% ×（2年 + 6个月 ÷ 12 + 15天 ÷ 360）",
        "en": "45000.00 yuan × 4.75% a year × (2 years + 6 months ÷ 12 + 15 days ÷ 360)",
    }
    assert (line["from"], line["to"], line["amount"]) == ("2017-05-11", "2019-11-26", "5432.8125")
