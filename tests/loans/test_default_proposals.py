"""Who defaults in bad faith: a bank proposes with evidence, an officer elsewhere decides."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.story import a_contract, a_person, push, reported_again, screened

PROPOSALS = "/v1/loans/default-proposals"
DAY = "2019-05-28"
EVIDENCE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.fixture
def bank(visit):
    return visit("bank")


@pytest.fixture
def officer(visit):
    return visit("poverty_office", kind="OFFICER")


def proposed(bank, loan, **fields):
    said = {
        "contract_no": loan["contract_no"],
        "evidence": EVIDENCE,
        "reason": "有偿还能力而拒不偿还",
        "on": "2019-05-01",
    }
    return bank.post(PROPOSALS, json=said | fields)


def decided(officer, proposal, decision="LISTED", **fields):
    said = {"decision": decision, "reason": "查实", "on": "2019-05-20"}
    return officer.post(f"{PROPOSALS}/{proposal['proposal_id']}/decide", json=said | fields)


def test_a_default_is_found_only_when_an_officer_has_decided(visit, drain, bank, officer):
    supervisor = visit("supervisor")
    names = ["listed", "refused", "open", "decided the next day", "repaid", "never proposed"]
    loans = {name: a_contract(a_person()) for name in names}
    push(bank, "contracts", *loans.values())
    push(bank, "contracts", reported_again(loans["repaid"], DAY, balance="0.00"))
    made = {name: proposed(bank, loan).json() for name, loan in loans.items() if name in names[:5]}
    for name in ("listed", "repaid"):
        assert decided(officer, made[name], court_listed=False).status_code == 200
    decided(officer, made["refused"], "REFUSED")
    decided(officer, made["decided the next day"], on="2019-05-29")

    found = screened(supervisor, drain, DAY, "LOAN-43")
    before = screened(supervisor, drain, "2019-04-30", "LOAN-43")

    assert found.verdicts("LOAN-43", loans) == {
        "listed": "not_met",
        "refused": "met",
        "open": "undetermined",
        "decided the next day": "undetermined",
        "repaid": "met",
        "never proposed": "met",
    }
    listed = found.finding("LOAN-43", loans["listed"])
    assert (listed["amount"], listed["figures"]["court_listed"]) == ("10000.00", False)
    assert found.finding("LOAN-43", loans["open"])["missing"] == ["decision"]
    assert before.findings == []


def test_a_bank_proposes_and_an_officer_of_another_agency_decides_once(visit, bank, officer, sql):
    loan, others = a_contract(a_person()), a_contract(a_person())
    other_bank = visit("bank")
    push(bank, "contracts", loan)
    push(other_bank, "contracts", others)

    first = proposed(bank, loan)
    again = proposed(bank, loan)
    otherwise = proposed(bank, loan, reason="别的理由")
    unproved = [proposed(bank, loan, evidence=blank) for blank in ("", " ", "\u3000")]
    not_own = proposed(bank, others)
    proposal = first.json()
    path = f"{PROPOSALS}/{proposal['proposal_id']}"

    assert [each.status_code for each in (first, again, otherwise)] == [201, 200, 409]
    assert again.json() == proposal
    assert otherwise.json()["code"] == "proposal-open"
    assert [each.json()["errors"][0]["pointer"] for each in (*unproved, not_own)] == [
        *["/evidence"] * 3,
        "/contract_no",
    ]
    assert (proposal["state"], proposal["balance"]) == ("proposed", "10000.00")

    system = visit("poverty_office", agency=officer.agency)
    elsewhere = visit("poverty_office", kind="OFFICER", divisions=["231283"])
    own = visit("bank", agency=bank.agency, kind="OFFICER")
    assert decided(system, proposal).json()["code"] == "officer-needed"
    assert decided(elsewhere, proposal).status_code == 404
    assert decided(own, proposal).status_code == 403
    assert decided(officer, proposal, on="2019-04-30").json()["errors"][0]["pointer"] == "/on"
    done = decided(officer, proposal, court_listed=True)
    twice = decided(officer, proposal, "REFUSED")

    assert (done.status_code, done.json()["state"], done.json()["court_listed"]) == (
        200,
        "listed",
        True,
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "wrong-state")
    assert bank.get(path).json()["decision_reason"] == "查实"
    assert other_bank.get(path).status_code == 404
    assert other_bank.get(PROPOSALS).json()["items"] == []
    assert [each["state"] for each in officer.get(PROPOSALS).json()["items"]] == ["listed"]
    assert bank.get(PROPOSALS, params={"state": "proposed"}).json()["items"] == []
    assert proposed(bank, loan, on="2019-05-25").status_code == 201, "after a decision, anew"
    with pytest.raises(IntegrityError, match="of_another_agency"):
        sql("loans", "update default_decision set decided_agency = proposed_agency")
