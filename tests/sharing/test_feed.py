"""What a reader from outside finds in a feed: everything that is his to see, and nothing else."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel.sharing import whole
from tests.sharing.conftest import Event, read_all, snapshot
from tests.story import a_contract, a_household, a_line, a_person, declare, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Sql = Callable[..., list[Any]]

ELSEWHERE = "230281100200"
PERIOD = ("2018-03-21", "2018-06-21", "300.00")


def of_type(events: list[Event], *types: str) -> list[Event]:
    return [event for event in events if event["type"] in types]


def test_a_bank_hears_of_households_where_it_serves_without_names_or_numbers(
    visit: Visit, office: Visitor, drain: Drain, sql: Sql
) -> None:
    wang, li = a_person(name="王小二"), a_person(name="李四")
    household = a_household(wang, li, household_no="230231000077")
    push(office, "households", household)
    push(
        visit("poverty_office", divisions=["230281"]),
        "households",
        a_household(a_person(), village_code=ELSEWHERE),
    )
    need = {
        "need_no": "N1",
        "household_no": household["household_no"],
        "amount": "20000.00",
        "use": "种植",
        "raised_on": "2018-02-01",
        "state": "UNSUITABLE",
        "bank": "SOMEBODY-ELSE",
        "true_cause": "长期患病",
        "other_measure": "低保",
    }
    push(office, "needs", need)
    drain()
    bank, other, far = visit("bank"), visit("bank"), visit("bank", divisions=["230230"])

    told = read_all(bank, "registry")
    [event, needed] = told
    told_other = read_all(other, "registry")
    keys = sql("registry", "select household_key::text, data::text from feed")

    assert event["data"] == {
        "subject_ref": event["data"]["subject_ref"],
        "village_code": household["village_code"],
        "statuses": [{"status": "REGISTERED", "valid_from": "2014-01-01", "valid_to": None}],
        "people": event["data"]["people"],
    }
    assert len(event["data"]["people"]) == 2
    [listed] = bank.get("/v1/registry/households").json()["items"]
    assert listed["subject_ref"] == event["data"]["subject_ref"]
    [open_need] = bank.get("/v1/registry/needs").json()["items"]
    assert open_need["subject_ref"] == event["data"]["subject_ref"]
    assert {key: event[key] for key in ("specversion", "source", "type", "datacontenttype")} == {
        "specversion": "1.0",
        "source": "/v1/registry",
        "type": "household.recorded",
        "datacontenttype": "application/json",
    }
    assert needed["data"]["subject_ref"] == event["data"]["subject_ref"]
    assert (needed["data"]["state"], needed["data"]["bank"]) == ("UNSUITABLE", None)
    text = json.dumps(told, ensure_ascii=False)
    secrets = ["王小二", "李四", wang.id_number, household["household_no"], "患病", "低保", "key"]
    secrets += [row["household_key"] for row in keys if row["household_key"]]
    assert [secret for secret in secrets if secret in text] == []
    assert told_other[0]["id"] == event["id"]
    assert told_other[0]["data"]["subject_ref"] != event["data"]["subject_ref"]
    assert set(told_other[0]["data"]["people"]).isdisjoint(event["data"]["people"])
    assert read_all(far, "registry") == []


def test_a_bank_hears_of_its_own_loans_only_and_a_union_of_its_members(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    wang = a_person()
    push(office, "households", a_household(wang))
    union = visit("bank", agency="RCU23", divisions=["230000"])
    bank, other = visit("bank", parent="RCU23"), visit("bank")
    loan, others_loan = a_contract(wang), a_contract(wang)
    push(bank, "contracts", loan)
    push(other, "contracts", others_loan)
    drain()
    push(bank, "interest-lines", a_line(loan, "2018-03-05", "2018-06-05", "43.75"))
    declare(other, "contracts")
    drain()
    assert bank.get("/v1/loans/declarations").json()["items"] == []

    own = read_all(bank, "loans")
    of_members = read_all(union, "loans")
    seen_by_office = read_all(office, "loans")

    assert [event["type"] for event in own] == ["contract.recorded", "interest-line.recorded"]
    assert own[0]["data"]["contract_no"] == loan["contract_no"]
    assert own[0]["data"]["balance"] == "10000.00"
    assert [event["id"] for event in of_members] == [event["id"] for event in own]
    assert own[0]["data"]["subject_ref"] != of_members[0]["data"]["subject_ref"]
    text = json.dumps(own)
    assert other.agency not in text
    assert others_loan["contract_no"] not in text
    contracts = of_type(seen_by_office, "contract.recorded")
    assert {event["data"]["agency"] for event in contracts} == {bank.agency, other.agency}
    assert len(of_type(seen_by_office, "declaration.filed")) == 1
    assert read_all(visit("insurer"), "loans") == []
    assert read_all(visit("finance_bureau"), "loans", types="contract.recorded") == []


def test_every_role_hears_what_its_scopes_allow_and_no_judgements(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    push(office, "households", a_household(a_person()))
    declare(office, "households")
    province = visit("poverty_office", divisions=["230000"])
    declare(province, "households", division="230000")
    declare(province, "needs")
    supervisor = visit("supervisor", divisions=["230200"])
    asked = {"business_date": "2019-06-01"}
    assert supervisor.post("/v1/rectification/screenings", json=asked).status_code == 202
    drain()

    def types(role: str, service: str = "registry") -> set[str]:
        return {event["type"] for event in read_all(visit(role), service)}

    assert types("bank") == types("insurer") == {"household.recorded"}
    assert types("finance_bureau") == {"declaration.filed"}
    assert types("supervisor") == {"household.recorded", "declaration.filed"}
    assert types("auditor") == types("operator") == set()
    assert types("bank", "rectification") == types("bank", "loans") == set()
    above = read_all(office, "registry", types="declaration.filed")
    assert len(above) == 3, "who serves a part of a place hears what is declared for all of it"
    clerk = visit("bank", scopes=["feed:read", "needs:read"])
    assert read_all(clerk, "registry") == []
    nobody = visit("bank", scopes=["needs:read"]).get("/v1/registry/feed")
    assert nobody.status_code == 403


def test_a_household_that_moves_is_heard_of_where_it_lived_and_its_needs_where_it_goes(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    household = a_household(a_person())
    push(office, "households", household)
    need = {"need_no": "N1", "household_no": household["household_no"], "amount": "5000.00"}
    need |= {"use": "养鸡", "raised_on": "2018-02-01", "state": "OPEN"}
    push(office, "needs", need, need | {"need_no": "N2"}, need | {"need_no": "N3"})
    drain()
    before, after = visit("bank"), visit("bank", divisions=["230281"])
    both = visit("poverty_office", divisions=["230231", "230281"])
    new_office = visit("poverty_office", divisions=["230281"])
    elsewhere = {"village_code": ELSEWHERE, "as_at": "2015-01-01", "source_version": 2}
    push(both, "households", household | elsewhere)
    push(both, "needs", need | {"need_no": "N4"})
    drain()

    left = read_all(before, "registry")
    arrived = read_all(after, "registry")
    heard_of = read_all(new_office, "registry", types="need.recorded")
    _, stands = snapshot(before, "registry", drain)
    _, stands_there = snapshot(after, "registry", drain)

    households = [of_type(each, "household.recorded") for each in (left, arrived)]
    assert [[e["data"]["village_code"] for e in events] for events in households] == [
        [household["village_code"], None],
        [ELSEWHERE],
    ]

    def needs(events: list[Event]) -> list[tuple[str, str]]:
        told = [event["data"] for event in of_type(events, "need.recorded")]
        return sorted((data["need_no"], data["village_code"] or "gone") for data in told)

    numbers = ["N1", "N2", "N3"]
    near = [(number, household["village_code"]) for number in numbers]
    assert needs(left[:4]) == near
    assert needs(left[4:]) == [(number, "gone") for number in numbers]
    assert needs(arrived) == [(number, ELSEWHERE) for number in (*numbers, "N4")]
    assert needs(heard_of) == needs(arrived)
    assert (needs(stands), needs(stands_there)) == ([], needs(arrived))
    listed = [each.get("/v1/registry/needs").json()["items"] for each in (before, after)]
    assert [len(items) for items in listed] == [0, 4]


def test_positions_grow_pages_are_cut_and_next_after_passes_what_is_not_yours(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    elsewhere = visit("poverty_office", divisions=["230281"])
    for _ in range(3):
        push(office, "households", a_household(a_person()), a_household(a_person()))
        push(elsewhere, "households", a_household(a_person(), village_code=ELSEWHERE))
    drain()
    bank = visit("bank")

    whole = bank.get("/v1/registry/feed").json()
    small = read_all(bank, "registry", limit=1)
    by_type = bank.get("/v1/registry/feed", params={"types": "need.recorded"}).json()
    nothing = bank.get("/v1/registry/feed", params={"limit": 0, "after": 3}).json()

    positions = [event["position"] for event in whole["items"]]
    assert positions == sorted(set(positions))
    assert len(positions) == 6
    assert whole["next_after"] > positions[-1]
    assert small == whole["items"]
    assert (by_type["items"], by_type["next_after"] >= 9) == ([], True)
    assert nothing == {"items": [], "next_after": 3}


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", "limit=5001", "types=", "types=everything", "wait=31", "since=1"],
)
def test_what_a_feed_cannot_answer_is_a_400(visit: Visit, query: str) -> None:
    answer = visit("bank").get(f"/v1/registry/feed?{query}")

    assert answer.status_code == 400, answer.text


def test_a_reader_who_waits_is_answered_when_something_comes(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    bank = visit("bank")
    drain()
    at_end = bank.get("/v1/registry/feed").json()["next_after"]
    drain()  # that it read was announced, and is nobody's
    begun = time.monotonic()
    in_vain = bank.get("/v1/registry/feed", params={"after": at_end, "wait": 1}).json()
    waited = time.monotonic() - begun

    with ThreadPoolExecutor(6) as threads:
        asked = {"after": in_vain["next_after"], "wait": 20}
        waiting = [threads.submit(bank.get, "/v1/registry/feed", params=asked) for _ in range(6)]
        push(office, "households", a_household(a_person()))
        drain()
        pages = [each.result().json() for each in waiting]

    assert in_vain["items"] == []
    assert 0.9 < waited < 5
    assert all(len(page["items"]) == 1 for page in pages)
    assert time.monotonic() - begun < 15


def test_who_may_see_more_than_when_he_read_last_must_begin_anew(
    visit: Visit, operator: Visitor, office: Visitor, drain: Drain
) -> None:
    push(
        visit("poverty_office", divisions=["230281"]),
        "households",
        a_household(a_person(), village_code=ELSEWHERE),
    )
    push(office, "households", *[a_household(a_person()) for _ in range(3)])
    drain()
    bank = visit("bank")

    def serves(version: int, *divisions: str) -> None:
        said = {
            "code": bank.agency,
            "name": "行",
            "agency_type": "BANK",
            "divisions": divisions,
            "source_version": version,
        }
        assert operator.post("/v1/agencies", json=said).status_code == 200
        bank._token = ""  # tokens say where their agency serves

    def ask(after: int, **more: Any) -> Any:
        return bank.get("/v1/registry/feed", params={"after": after, **more})

    end = ask(0).json()["next_after"]
    serves(2, "230231100000")
    assert ask(end).status_code == 200, "fewer grants leave no gap"
    serves(3, "230231")
    lost_meanwhile = ask(end)
    assert ask(0).status_code == 200
    serves(4, "230231", "230281")
    grown = ask(end)
    again = ask(end)
    first = ask(0, limit=1).json()
    skipping = ask(end)
    rest = ask(first["next_after"]).json()
    at_end = ask(rest["next_after"])

    for refused in (lost_meanwhile, grown, again, skipping):
        assert (refused.status_code, refused.json()["code"]) == (410, "snapshot-required")
        assert not refused.json()["retryable"]
    assert len(first["items"] + rest["items"]) == 4
    assert at_end.status_code == 200
    assert ask(end, types="need.recorded").status_code == 200, "another reader, who reads anew"


def test_a_sister_service_far_behind_goes_on_page_by_page_past_what_it_does_not_keep(
    visit: Visit, office: Visitor, drain: Drain, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, person = visit("bank"), a_person()
    push(office, "households", a_household(person))
    drain()
    monkeypatch.setattr(whole, "WINDOW", 2)
    first, second = a_contract(person), a_contract(person)
    push(bank, "contracts", first)
    push(bank, "interest-lines", *(a_line(first, *PERIOD) for _ in range(5)))
    push(bank, "contracts", second)

    drain()

    [end] = sql("loans", "select max(position) as position, max(recorded_at) as as_at from feed")
    for service in ("subsidy", "rectification"):  # the second of which keeps no interest lines
        [cursor] = sql(service, "select position, as_at from reader_cursor where source = 'loans'")
        assert cursor["position"] == end["position"]
        assert cursor["as_at"] >= end["as_at"]
    kept = {row["contract_no"] for row in sql("rectification", "select * from loan_report")}
    assert kept == {first["contract_no"], second["contract_no"]}
