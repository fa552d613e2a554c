"""Items of the ledger: opened from findings, worked, closed by another unit, never lost."""

from tests.rectification.ledger import (
    AGAIN_ON,
    FOUND_ON,
    Drain,
    Visit,
    a_ledger,
    a_loan_of_an_enterprise,
    act,
    acted,
    converted,
    lacks,
    opened,
    proved,
    shown,
)


def test_a_supervisor_closes_what_a_bank_put_right(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.supervisor, finding)
    assert item["state"] == "open"
    assert item["deadline"] == "2019-11-30"
    assert item["amount"] == "10000.00"
    assert item["money"] is None, "what is at stake is owed to nobody"

    acted(ledger.worker, item, "start", on="2019-06-05")
    acted(ledger.worker, item, "complete", on="2019-06-20")
    early = act(ledger.worker, item, "close", on="2019-06-30")
    assert early.status_code == 403, "a bank closes nothing"
    refused = act(ledger.supervisor, item, "close", on="2019-06-30")
    assert lacks(refused) == ["standard-not-stated", "no-evidence", "not-screened-again"]

    assert proved(ledger.worker, item).status_code == 201
    ledger.screened(AGAIN_ON, "LOAN-20")
    statement = {"statement": "贷款已转为产业扶贫贷款"}
    refused = act(ledger.supervisor, item, "close", on=AGAIN_ON, **statement)
    assert lacks(refused) == ["still-found"]

    converted(ledger, loan)
    ledger.screened(AGAIN_ON, "LOAN-20")
    closed = acted(ledger.supervisor, item, "close", on=AGAIN_ON, **statement)
    assert closed["state"] == "closed"
    assert closed["clean_on"] == AGAIN_ON
    history = shown(ledger.worker, item)["history"]
    assert [each["act"] for each in history] == ["open", "start", "complete", "evidence", "close"]
    assert [each["state"] for each in history][-1] == "closed"
