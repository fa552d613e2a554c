"""The demonstration's last step: an answer key and what was found, and every difference told."""

from typing import Any

import pytest

from jinqiao.counties import FEWEST_HOUSEHOLDS, generate
from jinqiao.demonstration.charts import page
from jinqiao.demonstration.comparing import Finding, Line, Run, compare, key_rows, run_of

Row = dict[str, Any]
Runs = dict[str, Run]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("ten-counties")
    generate(folder, households=FEWEST_HOUSEHOLDS)
    return key_rows(folder)


@pytest.fixture
def runs(rows: list[Row]) -> Runs:
    """Runs that found what the key says."""
    found: Runs = {}
    for row in rows:
        run = found.setdefault(run_of(row), Run("", row["business_date"], []))
        for rule in row["scope"]["rules"]:
            run.findings.extend(_as_the_key_says(row, rule, run.findings))
    return found


def _as_the_key_says(row: Row, rule: str, before: list[Finding]) -> list[Finding]:
    expect = row["expect"]
    told = {(one["rule_id"], one["household_no"]) for one in before}
    named = [
        (name, verdict)
        for verdict in ("not_met", "undetermined")
        for name in expect[verdict][rule]
        if (rule, name) not in told
    ]
    named += [(name, "not_met") for name in expect.get("set_aside", {}).get(rule, [])]
    aside = set(expect.get("set_aside", {}).get(rule, []))
    return [
        _finding(
            rule,
            name,
            verdict,
            amount=expect.get("owed", {}).get(rule, {}).get(name),
            assigned=expect.get("classes", {}).get(rule, {}).get(name),
            signed_on="2016-04-30" if name in aside else "2018-03-01",
        )
        for name, verdict in named
    ]


def _finding(
    rule: str,
    name: str,
    verdict: str,
    *,
    amount: str | None = None,
    assigned: str | None = None,
    signed_on: str = "2018-03-01",
) -> Finding:
    figures = {
        "signed_on": signed_on,
        "principal": "10000",
        "annual_rate": "0.1",
        "charged": "380",
        "policy_rate": "0.0175",
    }
    nothing = dict.fromkeys(("claim_no", "contract_no", "credit_code", "village_code", "agency"))
    return nothing | {
        "rule_id": rule,
        "verdict": verdict,
        "household_no": name,
        "person_ref": None,
        "division": "",
        "amount": amount,
        "class": assigned,
        "figures": figures,
    }


def differing(rows: list[Row], runs: Runs) -> list[Line]:
    """Lines with a difference, but for sums that the key says of single lines of the plan."""
    summed = ("amounts to",)
    return [
        line
        for line in compare(rows, runs)
        if any(not any(word in one for word in summed) for one in line.differences)
    ]


def the_plan_day(runs: Runs) -> list[Finding]:
    return runs["2019-05-28 all"].findings


def test_what_was_found_as_the_key_says_agrees(rows: list[Row], runs: Runs) -> None:
    assert differing(rows, runs) == []


def test_a_finding_less_and_a_finding_more_differ(rows: list[Row], runs: Runs) -> None:
    found = the_plan_day(runs)
    gone = next(one for one in found if one["rule_id"] == "LOAN-22")
    found.remove(gone)
    found.append(_finding("LOAN-09", "a contract nobody planted", "not_met"))

    assert [line.rules for line in differing(rows, runs)] == ["LOAN-09", "LOAN-22"]


def test_a_verdict_that_turns_undetermined_differs(rows: list[Row], runs: Runs) -> None:
    turned = next(one for one in the_plan_day(runs) if one["rule_id"] == "INS-05")
    turned["verdict"] = "undetermined"

    [line] = differing(rows, runs)
    assert [words.split(":")[0] for words in line.differences] == [
        "INS-05 not_met",
        "INS-05 undetermined",
    ]


@pytest.mark.parametrize(("what", "rule"), [("amount", "LOAN-32"), ("class", "LOAN-20")])
def test_another_amount_and_another_class_differ(
    rows: list[Row], runs: Runs, what: str, rule: str
) -> None:
    other = next(one for one in the_plan_day(runs) if one["rule_id"] == rule and one[what])
    other[what] = "0.01"

    [line] = differing(rows, runs)
    assert line.rules == rule


def test_a_contract_of_2016_in_baiquan_that_is_no_longer_found_differs(
    rows: list[Row], runs: Runs
) -> None:
    baiquan = runs["2018-03-31 230231000000"].findings
    baiquan.remove(next(one for one in baiquan if one["figures"]["signed_on"] < "2017"))

    [line] = differing(rows, runs)
    assert "outside what the plan counts" in line.differences[0]


def test_the_charts_load_nothing_from_elsewhere() -> None:
    item = {
        "category": 3,
        "rule_id": "LOAN-31",
        "division": "230231000000",
        "state": "closed",
        "findings": 2,
        "money": {"owed": "11700.00", "returned": "11700.00"},
        "opened_on": "2019-05-30",
        "completed_on": "2019-06-28",
        "closed_on": "2019-11-21",
    }
    shown = page([item])

    assert shown.count("<svg") == 5
    assert "<script" not in shown
    assert "拜泉县" in shown
    assert "11,700.00" in shown
