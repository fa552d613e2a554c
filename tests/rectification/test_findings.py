"""Findings: who sees which, and what of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.rectification.builders import (
    COUNTY,
    PROVINCE,
    VILLAGE,
    a_contract,
    a_household,
    id_number,
)
from tests.rectification.conftest import Findings, Screen
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
ALL_BANKS = ["LOAN-02", "LOAN-04", "LOAN-08"]
OTHERS = ("BANK-A", "BANK-B", "BANK-C")


@pytest.fixture
def three_banks(visit: Visit, screen: Screen) -> dict[str, Visitor]:
    """Three banks that lent to one household that cannot work, one after the other."""
    union = visit("bank", divisions=[PROVINCE], agency="UNION")
    people = {
        "supervisor": visit("supervisor", divisions=[PROVINCE]),
        "office": visit("poverty_office", divisions=[COUNTY]),
        "bureau": visit("finance_bureau", divisions=[COUNTY]),
        "insurer": visit("insurer", divisions=[COUNTY]),
        "elsewhere": visit("poverty_office", divisions=["231222"]),
        "union": union,
        "A": visit("bank", divisions=[COUNTY], agency="BANK-A"),
        "B": visit("bank", divisions=[COUNTY], agency="BANK-B", parent="UNION"),
        "C": visit("bank", divisions=[COUNTY], agency="BANK-C"),
    }
    # 20 characters: the number, a category (5, intellectual) and a grade.
    a_household(people["office"], id_number=id_number(7) + "52", labour_skill="LOST")
    for bank, signed_on, principal in (
        ("A", "2018-01-09", "30000.00"),
        ("B", "2018-02-09", "30000.00"),
        ("C", "2018-03-09", "20000.00"),
    ):
        days = dict.fromkeys(("applied_on", "signed_on", "disbursed_on"), signed_on)
        a_contract(people[bank], principal=principal, balance=principal, **days)
    screen(people["supervisor"], rules=ALL_BANKS)
    return people


def by_rule(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {finding["rule_id"]: finding for finding in found}


def test_a_bank_sees_its_own_findings_and_no_other_banks_figures(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    second = by_rule(findings(three_banks["B"]))
    third = by_rule(findings(three_banks["C"]))
    told = str([second, third])

    assert sorted(second) == ALL_BANKS
    assert {finding["agency"] for finding in second.values()} == {"BANK-B"}
    assert second["LOAN-02"]["verdict"] == "not_met"
    assert second["LOAN-02"]["figures"] == second["LOAN-04"]["figures"] == {}
    assert second["LOAN-08"]["figures"] == {"room": "20000.00"}
    assert second["LOAN-08"]["amount"] == "10000.00"
    assert Decimal(third["LOAN-08"]["figures"]["room"]) == 0
    assert third["LOAN-08"]["amount"] == "20000.00"
    assert "BANK-A" not in told


def test_a_bank_hears_of_other_banks_silence_without_their_names(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    seen_by_office = by_rule(findings(three_banks["office"], agency="BANK-A"))["LOAN-08"]
    seen_by_bank = by_rule(findings(three_banks["A"]))["LOAN-08"]

    assert seen_by_office["verdict"] == seen_by_bank["verdict"] == "undetermined"
    assert seen_by_office["missing"] == [f"contracts:{bank}" for bank in OTHERS]
    assert seen_by_bank["missing"] == ["contracts", "contracts:BANK-A"]
    assert seen_by_bank["amount"] is None


def test_a_parent_bank_sees_its_members_findings(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    seen = findings(three_banks["union"])

    assert {finding["agency"] for finding in seen} == {"BANK-B"}
    assert by_rule(seen)["LOAN-08"]["figures"] == {"room": "20000.00"}


def test_offices_supervisors_and_bureaus_see_the_findings_of_their_divisions(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    of_supervisor = findings(three_banks["supervisor"], agency="BANK-C")
    of_bureau = findings(three_banks["bureau"], agency="BANK-C")
    cap = by_rule(of_supervisor)["LOAN-08"]

    assert len(findings(three_banks["supervisor"])) == 9
    assert len(findings(three_banks["office"])) == 9
    assert findings(three_banks["elsewhere"]) == []
    assert findings(three_banks["insurer"]) == []
    assert "60000.00" in cap["figures"].values()
    assert cap["amount"] == "30000.00"
    assert (cap["household_no"], cap["village_code"]) == ("H-1", VILLAGE)
    hidden = by_rule(of_bureau)["LOAN-08"]
    assert (hidden["household_no"], hidden["village_code"]) == (None, None)


def test_each_agency_calls_a_person_by_its_own_reference(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    refs = {
        agency: {finding["person_ref"] for finding in findings(visitor)}
        for agency, visitor in three_banks.items()
    }

    assert len(refs["supervisor"]) == len(refs["office"]) == len(refs["B"]) == 1
    assert len(set.union(*refs.values())) == 7
    [finding, *_] = findings(three_banks["supervisor"])
    assert "person_key" not in finding
    assert "household_key" not in finding


def test_a_finding_is_read_by_its_id_by_whoever_may_see_it(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    finding = by_rule(findings(three_banks["B"]))["LOAN-08"]
    where = f"/v1/rectification/findings/{finding['finding_id']}"

    full = three_banks["B"].get(where).json()
    assert full == finding | {"trace": full["trace"]}
    assert three_banks["union"].get(where).json()["amount"] == finding["amount"]
    for stranger in ("A", "insurer", "elsewhere"):
        assert three_banks[stranger].get(where).status_code == 404


def test_an_office_filters_and_pages_through_findings(
    three_banks: dict[str, Visitor], findings: Findings
) -> None:
    office = three_banks["office"]
    pages: list[list[dict[str, Any]]] = []
    wanted: dict[str, Any] = {"limit": 4}
    while wanted.get("after", "first"):
        answer = office.get("/v1/rectification/findings", params=wanted).json()
        pages.append(answer["items"])
        wanted["after"] = answer["next_after"]

    everything = [finding for page in pages for finding in page]
    assert [len(page) for page in pages] == [4, 4, 1]
    assert everything == findings(office)
    assert len(findings(office, rule_id="LOAN-08")) == 3
    assert len(findings(office, rule_id="LOAN-08", verdict="not_met")) == 2
    assert len(findings(office, division="231283")) == 9
    assert findings(office, division="231222") == []
    for wrong in ({"rule_id": "LOAN-99"}, {"division": "23"}, {"rule": "LOAN-08"}):
        assert office.get("/v1/rectification/findings", params=wrong).status_code == 400


def test_an_auditor_and_an_operator_see_no_findings(visit: Visit) -> None:
    for role in ("auditor", "operator"):
        visitor = visit(role, divisions=[COUNTY])
        assert visitor.get("/v1/rectification/findings").status_code == 403
