"""Copies are made anew from snapshots and feeds, and nobody finds them empty meanwhile."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.commands.rebuild import rebuild_copies
from jinqiao.exchange import Exchange
from kernel.sharing.relay import relay
from tests.loans.questions import PATH, asking, condition
from tests.story import a_contract, a_household, a_line, a_person, a_repayment, declare, push
from tests.visitor import Visitor

Rebuild = Callable[..., list[dict[str, Any]]]
Sql = Callable[..., list[Any]]


@pytest.fixture
def rebuild(portal: BlockingPortal, exchange: Exchange) -> Rebuild:
    """`rebuild(service)`: what the command does, beside the exchange that serves."""
    return lambda name: portal.call(
        partial(rebuild_copies, exchange.services, exchange.worker.feeds, name)
    )


COPIES = {
    "loans": (
        "agency",
        "agency_place",
        "household",
        "household_place",
        "household_status",
        "member",
        "lack_of_capital",
        "need",
    ),
    "subsidy": ("agency", "household", "member", "contract", "interest_line", "repayment"),
    "insurance": ("agency", "household", "member", "household_status"),
    "registry": ("agency", "agency_place"),
    "rectification": ("agency", "loan_report"),
}


def test_copies_are_made_anew_while_the_service_answers(
    visit: Callable[..., Visitor],
    office: Visitor,
    drain: Callable[[], None],
    sql: Sql,
    rebuild: Rebuild,
) -> None:
    person = a_person()
    household = a_household(person)
    bank = visit("bank")
    loan = a_contract(person)
    push(office, "households", household, a_household(a_person()))
    need = {"need_no": "N1", "household_no": household["household_no"], "amount": "5000.00"}
    push(office, "needs", need | {"use": "养鸡", "raised_on": "2018-02-01", "state": "OPEN"})
    push(bank, "contracts", loan)
    drain()
    push(bank, "interest-lines", a_line(loan, "2018-03-05", "2018-06-05", "43.75"))
    push(bank, "repayments", a_repayment(loan, "1000.00", "2018-07-01"))
    declare(office, "households")
    drain()

    def rows(service: str) -> dict[str, list[str]]:
        found = {}
        for table in (*COPIES[service], "declaration"):
            said = sql(service, f"select to_jsonb(t) - 'recorded_at' as said from {table} t")
            found[table] = sorted(json.dumps(row["said"], sort_keys=True) for row in said)
        return found

    before = {service: rows(service) for service in COPIES}
    # A copy that has gone wrong: a household is lost, another is made up.
    sql("loans", "delete from household_status")
    sql("loans", "update member set needs_capacity_review = true")
    sql("subsidy", "delete from contract")
    sql("insurance", "delete from member")
    sql("rectification", "delete from loan_report")
    sql("registry", "update agency set name = 'x'")
    ended = Event()

    def ask_until_it_ends() -> list[int]:
        seen = []
        while not ended.is_set():
            seen.append(len(sql("loans", "select 1 as n from household")))
        return seen

    with ThreadPoolExecutor(1) as threads:
        asking_meanwhile = threads.submit(ask_until_it_ends)
        done = {service: rebuild(service) for service in COPIES}
        ended.set()
        seen = asking_meanwhile.result()
    drain()
    after = {service: rows(service) for service in COPIES}

    for service, tables in before.items():
        for table, said in tables.items():
            assert after[service][table] == said, (service, table)
    assert set(seen) == {2}, "never empty"
    assert {each["source"] for each in done["loans"]} == {"gateway", "registry"}
    answer = bank.post(PATH, json=asking(person))
    assert condition(answer.json(), "LOAN-01")["verdict"] == "met"


def test_a_copy_made_anew_knows_of_the_writes_that_it_has_passed(
    visit: Callable[..., Visitor],
    office: Visitor,
    drain: Callable[[], None],
    sql: Sql,
    rebuild: Rebuild,
    portal: BlockingPortal,
    exchange: Exchange,
) -> None:
    push(office, "households", a_household(a_person()))
    drain()
    written = office.post("/v1/registry/households", json=a_household(a_person()))

    async def relay_alone() -> None:
        registry = exchange.services["registry"]
        async with registry.database.begin() as session:
            await relay(session, registry.keys, registry.shares.events)

    portal.call(relay_alone)
    [behind] = sql("loans", "select position from reader_cursor where source = 'registry'")
    rebuild("loans")
    [now] = sql("loans", "select position from reader_cursor where source = 'registry'")

    asked = {"after_event": written.headers["Event-Id"]}
    assert visit("bank").get("/v1/loans/contracts", params=asked).status_code == 200
    [head] = sql("registry", "select position from feed_head")
    assert behind["position"] < now["position"] == head["position"]
