"""Visits (排查) to findings, and the trace of what a finding rested on."""

from datetime import timedelta

from kernel import clock
from tests.rectification.ledger import (
    FOUND_ON,
    Drain,
    Visit,
    a_ledger,
    a_loan_of_an_enterprise,
    opened,
    visited,
)
from tests.story import a_contract, a_household, a_member, a_person, push

FINDINGS = "/v1/rectification/findings"


def test_a_finding_tells_what_it_rested_on_and_what_became_of_it(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    where = f"{FINDINGS}/{finding['finding_id']}"
    visit_made = visited(ledger.clerk, finding, "CONFIRMED")
    assert visited(ledger.clerk, finding, "CONFIRMED") == visit_made, "told twice, kept once"
    visited(ledger.clerk, finding, "CANNOT_TELL", on="2019-06-11")
    item = opened(ledger.supervisor, finding)
    [later] = ledger.screened("2019-07-01", "LOAN-20")

    trace = ledger.worker.get(where).json()["trace"]

    assert trace["run"]["business_date"] == FOUND_ON
    assert trace["run"]["positions"]["loans"] >= 1
    assert trace["stands"] is True
    assert trace["also_found"] == [later["finding_id"]]
    assert [each["outcome"] for each in trace["visits"]] == ["CONFIRMED", "CANNOT_TELL"]
    assert trace["item"] == {"item_id": item["item_id"], "state": "open"}
    assert ledger.supervisor.get(f"{where}/checks").json() == trace["visits"]


def test_an_office_or_supervisor_records_visits_and_nobody_else(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    where = f"{FINDINGS}/{finding['finding_id']}/checks"
    said = {"visited_on": "2019-06-10", "visited_by": "第一书记", "outcome": "CONFIRMED"}

    assert ledger.worker.post(where, json=said).status_code == 403
    elsewhere = visit("poverty_office", divisions=["231283"])
    assert elsewhere.post(where, json=said).status_code == 404
    tomorrow = {"visited_on": str(clock.today() + timedelta(days=1))}
    for wrong, pointer in (
        (tomorrow, "/visited_on"),
        ({"visited_on": "2019-02-29"}, "/visited_on"),
        ({"outcome": "PERHAPS"}, "/outcome"),
        ({"visited_by": ""}, "/visited_by"),
    ):
        answer = ledger.clerk.post(where, json=said | wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_bank_hears_nothing_of_health_from_a_visit(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    borrower = a_person()
    push(ledger.office, "households", a_household(a_member(borrower, labour_skill="LOST")))
    push(ledger.bank, "contracts", a_contract(borrower))
    [finding] = ledger.screened(FOUND_ON, "LOAN-02")
    where = f"{FINDINGS}/{finding['finding_id']}"
    said = {"visited_on": "2019-06-10", "visited_by": "村医", "outcome": "CONFIRMED"}
    ledger.clerk.post(f"{where}/checks", json=said | {"note": "长期卧床"})

    [to_office] = ledger.office.get(f"{where}/checks").json()
    [to_bank] = ledger.bank.get(f"{where}/checks").json()

    assert to_office["note"] == "长期卧床"
    assert to_bank == to_office | {"note": None}
    assert ledger.bank.get(where).json()["trace"]["visits"] == [to_bank]
