"""Who wrote is answered Event-Id, and whoever asks after it is answered when it is there."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from kernel.ids import new_id
from tests.loans.questions import PATH, asking, condition
from tests.story import COUNTY, SERVICE_OF, a_contract, a_household, a_person, declare
from tests.subsidy.claiming import a_claim, a_claim_line, a_loan, a_town, act, claimed


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.fixture
def bank(visit):
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


def written(visitor, things, *rows):
    """The Event-Id of a bulk push."""
    answer = visitor.post(
        f"/v1/{SERVICE_OF.get(things, 'loans')}/bulk/{things}",
        content="\n".join(json.dumps(row) for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code in (200, 202), answer.text
    return answer.headers["Event-Id"]


def test_a_read_after_a_write_waits_until_the_copy_has_it(drain, office, bank):
    drain()
    person = a_person()
    event_id = written(office, "households", a_household(person))
    question = {"url": f"{PATH}?after_event={event_id}", "body": asking(person)}

    begun = time.monotonic()
    early = bank.post(question["url"], json=question["body"])
    waited = time.monotonic() - begun
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(bank.post, question["url"], json=question["body"])
        drain()
        in_time = waiting.result()

    assert (early.status_code, early.json()["code"]) == (503, "not-caught-up")
    assert early.json()["retryable"]
    assert early.headers["Retry-After"] == "1"
    assert 1.5 < waited < 6
    assert in_time.status_code == 200, in_time.text
    assert condition(in_time.json(), "LOAN-01")["verdict"] == "met"


def test_every_push_declaration_and_agency_is_answered_with_an_event(
    visit, operator, drain, office, bank
):
    person = a_person()
    household = a_household(person)
    said = {"code": "X", "name": "行", "agency_type": "BANK", "divisions": ["230231"]}
    declared = {"kind": "households", "valid_from": "2018-01-01", "valid_to": "2019-01-01"}
    answers = [
        operator.post("/v1/agencies", json=said),
        office.post("/v1/registry/households", json=household),
        office.post("/v1/registry/households", json=household),  # unchanged
        office.post("/v1/registry/declarations", json=declared | {"rows": 0}),
    ]
    events = [answer.headers["Event-Id"] for answer in answers]
    drain()

    for event_id in events:
        found = bank.post(f"{PATH}?after_event={event_id}", json=asking(person))
        assert found.status_code == 200, found.text
    assert len(set(events)) == 4
    facts = found.json()["facts"]
    assert facts["registry"]["position"] > 0
    assert facts["registry"]["as_at"]


def test_what_people_do_is_answered_with_an_event_too(visit, drain):
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    budget = town.bureau.put(f"/v1/subsidy/budgets/{COUNTY}/2019", json={"amount": "9.00"})
    claim_id = claimed(town, a_claim(a_claim_line(loan)))
    item = {"category": 2, "source": "审计", "measure": "退还", "division": COUNTY}
    answers = [
        budget,
        act(town.bank, claim_id, "submit", "2019-03-10"),
        act(town.reviewer, claim_id, "review", "2019-03-12"),
        town.office.post("/v1/rectification/items", json=item),
        town.office.post("/v1/rectification/screenings", json={"business_date": "2019-06-01"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 201, 202]
    events = [answer.headers["Event-Id"] for answer in answers]
    assert len(set(events)) == len(events)
    drain()
    for event_id in events[:3]:
        found = town.bank.get(f"/v1/subsidy/claims/{claim_id}?after_event={event_id}")
        assert found.status_code == 200, found.text
    wrong = act(town.bank, claim_id, "submit", "2019-03-10")
    assert (wrong.status_code, "Event-Id" in wrong.headers) == (409, False)


def test_ones_own_write_is_here_at_once_and_a_jobs_when_it_is_done(drain, office, bank):
    person = a_person()
    own = written(bank, "contracts", a_contract(person))
    job = bank.post(
        "/v1/loans/bulk/contracts",
        content=json.dumps(a_contract(person)).encode(),
        headers={"Content-Type": "application/x-ndjson", "Prefer": "respond-async"},
    ).headers["Event-Id"]
    asked = asking(person, branch_division="230231")

    assert bank.post(f"{PATH}?after_event={own}", json=asked).status_code == 200
    assert bank.post(f"{PATH}?after_event={job}", json=asked).status_code == 503
    drain()
    assert bank.post(f"{PATH}?after_event={job}", json=asked).status_code == 200


def test_a_write_that_commits_late_is_not_taken_for_here(drain, office, bank, portal, exchange):
    """A later number may come first: what counts is the write itself, not how far a copy is."""
    person, late = a_person(), new_id()
    asked = asking(person)
    open_transaction = exchange.services["registry"].database.begin()
    drain()

    session = portal.call(open_transaction.__aenter__)
    portal.call(session.execute, _WRITE, {"event_id": late})
    after = written(office, "households", a_household(person))
    drain()
    there = bank.post(f"{PATH}?after_event={after}", json=asked)
    not_there = bank.post(f"{PATH}?after_event={late}", json=asked)
    portal.call(open_transaction.__aexit__, None, None, None)
    drain()

    assert there.status_code == 200, there.text
    assert not_there.status_code == 503
    assert bank.post(f"{PATH}?after_event={late}", json=asked).status_code == 200


_WRITE = text("""
    insert into outbox (event_id, type, data, ends_write)
    values (:event_id, 'write.ended', '{}', true)
""")
"""A write whose number is taken before it commits."""


def test_what_is_no_event_is_said_to_be_none(send, bank):
    person = a_person()

    assert bank.post(f"{PATH}?after_event=7", json=asking(person)).status_code == 400
    unknown = bank.post(f"{PATH}?after_event={uuid4()}", json=asking(person))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no-such-event")
    assert bank.get("/v1/loans/contracts?after_event=%27").status_code == 400
    without_token = send("POST", f"{PATH}?after_event={new_id()}", json=asking(person))
    assert without_token.status_code == 401
    keyless = {"Authorization": f"Bearer {bank.token}"}
    at_once = send("POST", f"{PATH}?after_event={uuid4()}", json=asking(person), headers=keyless)
    assert at_once.status_code == 400, "what is missing is said before anything is waited for"
