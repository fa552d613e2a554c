"""Items on insurance: what is due is paid to the fen, and a clock that has ended is history."""

from typing import Any

from tests.rectification.ledger import (
    AGAIN_ON,
    FOUND_ON,
    Drain,
    Ledger,
    Visit,
    a_ledger,
    acted,
    closed,
    lacks,
    opened,
    proved,
    shown,
)
from tests.story import Row, a_household, a_person, declare, push
from tests.visitor import Visitor

HURT_ON = "2019-03-01"


def an_insured_incident(ledger: Ledger, insurer: Visitor) -> Row:
    """Somebody was hurt whose policy answers with 500 yuan; the claim that would ask for it."""
    person = a_person()
    push(ledger.office, "households", a_household(person))
    liability = {"kind": "ACCIDENT_MEDICAL", "basis": "FIXED", "sum": "500.00"}
    product = {"product_code": "FP", "liabilities": [liability | {"shared_by_household": False}]}
    push(insurer, "products", product)
    policy = {"policy_no": "P1", "product_code": "FP", "covered": [person._asdict()]}
    push(insurer, "policies", policy | {"valid_from": "2019-01-01", "valid_to": "2020-01-01"})
    incident = {"incident_no": "I1", "kind": "ACCIDENT_MEDICAL", "on": HURT_ON}
    push(ledger.office, "incidents", incident | person._asdict())
    for kind in ("claims", "claim-status-changes"):
        declare(insurer, kind)
    return {
        "claim_no": "C1",
        "policy_no": "P1",
        "id_number": person.id_number,
        "kind": "ACCIDENT_MEDICAL",
        "incident_on": HURT_ON,
        "incident_no": "I1",
    }


def changed(insurer: Visitor, version: int, state: str, on: str, **more: Any) -> None:
    change = {"claim_no": "C1", "version": version, "state": state, "on": on}
    push(insurer, "claim-status-changes", change | more)


def test_an_insurer_pays_what_was_due_to_the_fen(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    insurer = visit("insurer", agency="INA23")
    officer = visit("insurer", agency="INA23", kind="OFFICER")
    claim = an_insured_incident(ledger, insurer)
    [finding] = ledger.screened(FOUND_ON, "INS-02")
    item = opened(ledger.supervisor, finding, category=5)
    assert item["money"] == {"owed": "500.00", "returned": "0.00", "outstanding": "500.00"}

    acted(officer, item, "start", on="2019-06-02")
    push(insurer, "claims", claim | {"reported_on": "2019-06-03"})
    changed(insurer, 1, "APPROVED", "2019-06-05")
    changed(insurer, 2, "PAID", "2019-06-10", amount="499.99")
    proved(officer, item)
    acted(officer, item, "complete", on="2019-06-20")
    ledger.screened(AGAIN_ON, "INS-02")
    assert lacks(closed(ledger.supervisor, item)) == ["money-outstanding"]
    assert shown(officer, item)["money"]["outstanding"] == "0.01"

    changed(insurer, 3, "PAID", "2019-06-25", amount="0.01")
    drain()
    assert closed(ledger.supervisor, item).status_code == 200


def test_a_clock_that_has_ended_only_says_what_was(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    insurer = visit("insurer", agency="INA23")
    officer = visit("insurer", agency="INA23", kind="OFFICER")
    claim = an_insured_incident(ledger, insurer)
    push(insurer, "claims", claim | {"reported_on": "2019-03-05"})
    changed(insurer, 1, "APPROVED", "2019-03-20")
    [finding] = ledger.screened(FOUND_ON, "INS-03")
    assert finding["figures"]["running"] is True
    item = opened(ledger.supervisor, finding, category=5)
    acted(officer, item, "start", on="2019-06-02")
    proved(officer, item)
    acted(officer, item, "complete", on="2019-06-20")
    ledger.screened("2019-06-25", "INS-03")
    assert lacks(closed(ledger.supervisor, item, on="2019-06-25")) == ["still-found"]

    changed(insurer, 2, "PAID", "2019-06-28", amount="500.00")
    [ended] = ledger.screened(AGAIN_ON, "INS-03")
    assert ended["figures"]["running"] is False
    assert closed(ledger.supervisor, item).status_code == 200
