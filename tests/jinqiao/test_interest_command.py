"""`jinqiao interest`: the exchange's answers, for an officer with a file or a question."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from jinqiao.command import app
from jinqiao.installation import Failed
from tests.house.tree import ROOT

CASES = ROOT / "tests/loans/interest/interest_cases.json"
YEAR = (
    *("--principal", "10000", "--rate", "0.0375"),
    *("--start", "2018-01-01", "--end", "2019-01-01"),
)


def interest(*words: str) -> Result:
    return CliRunner().invoke(app, ["interest", *words])


def test_an_officer_sees_the_working_of_one_loan() -> None:
    said = interest(*YEAR, "--method", "ITEM_ACT360")

    assert said.exit_code == 0
    assert "本金10000.00元 × 年利率3.75% × 365天 ÷ 360 = 380.20833333" in said.stdout
    assert said.stdout.endswith("利息 Interest: 380.21\n")


def test_an_officer_checks_a_file_of_cases_and_hears_which_differ(tmp_path: Path) -> None:
    cases: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    wrong = tmp_path / "wrong.json"
    cases["cases"][2]["expected_interest"] = "375.01"
    wrong.write_text(json.dumps(cases), encoding="utf-8")

    right, differing = interest("--from", str(CASES)), interest("--from", str(wrong))

    assert (right.exit_code, right.stdout.count("agrees")) == (0, len(cases["cases"]))
    assert (differing.exit_code, differing.stdout.count("differs")) == (1, 1)


@pytest.mark.parametrize(
    ("words", "interest_due"),
    [
        (("--method", "SEGMENT_YMD", "--rate-change", "2018-07-01=0.0355"), "365.00"),
        (("--method", "ITEM_YMD", "--principal-change", "2018-07-01=-4000"), "300.00"),
        (
            ("--method", "OVERDUE_SPLIT", "--maturity", "2018-12-02", "--penalty-multiplier", "2"),
            "407.29",
        ),
        (("--method", "REFUND_YMD", "--entitled-rate", "0.0175"), "200.00"),
        (("--method", "SUBSIDY_YMD", "--subsidy-ratio", "0.7", "--subsidy-cap", "5000"), "375.00"),
    ],
)
def test_every_fact_of_a_case_can_be_given_as_an_option(
    words: tuple[str, ...], interest_due: str
) -> None:
    said = interest(*YEAR, *words, "--json")

    assert said.exit_code == 0, said.exception
    assert json.loads(said.stdout)["interest"] == interest_due


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "/principal: Field required"),
        ((*YEAR, "--method", "SIMPLE"), "/method: Name one of ITEM_YMD"),
        ((*YEAR, "--method", "REFUND_YMD"), "/entitled_rate: This method needs entitled_rate."),
        ((*YEAR, "--method", "ITEM_YMD", "--rate-change", "soon"), "/rate_changes/0/date"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(
    words: tuple[str, ...], sentence: str
) -> None:
    refused = interest(*words)

    assert isinstance(refused.exception, Failed)
    assert sentence in str(refused.exception)


def test_a_file_that_holds_no_case_is_refused(tmp_path: Path) -> None:
    for content in ("{", "[]", '"x"', '[{"id": "Z1"}]'):
        (tmp_path / "none.json").write_text(content)

        assert isinstance(interest("--from", str(tmp_path / "none.json")).exception, Failed)
