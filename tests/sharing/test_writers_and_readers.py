"""Several write while one reads: he gets exactly what the database holds, once, in its order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from kernel.sharing import relay as relays
from tests.sharing.conftest import Event
from tests.story import a_contract, a_household, a_person, push
from tests.visitor import Visitor

WRITERS, PUSHES, ROWS = 3, 8, 4


class Killed(Exception):
    """Stands for a process that ends in the middle of a transaction."""


@pytest.fixture
def relay(portal: BlockingPortal, exchange: Exchange) -> Callable[[int], None]:
    """`relay(n)`: a relay that moves three events at a time; every third one is killed after it has
    moved them and before it commits."""

    async def once(n: int) -> None:
        service = exchange.services["loans"]
        async with service.database.begin() as session:
            await relays.relay(session, service.keys, service.shares.events, batch=3)
            if n % 3 == 2:
                raise Killed

    def call(n: int) -> None:
        with suppress(Killed):
            portal.call(once, n)

    return call


def test_nothing_is_missing_or_told_twice_while_many_write_and_relays_are_killed(
    visit: Callable[..., Visitor],
    office: Visitor,
    drain: Callable[[], None],
    relay: Callable[[int], None],
    sql: Callable[..., list[Any]],
) -> None:
    people = [a_person() for _ in range(WRITERS)]
    push(office, "households", *[a_household(each) for each in people])
    banks = [visit("bank") for _ in people]
    supervisor = visit("supervisor")
    drain()

    def write(bank: Visitor, person: Any) -> None:
        for _ in range(PUSHES):
            push(bank, "contracts", *[a_contract(person) for _ in range(ROWS)])

    def follow(reader: Visitor) -> list[Event]:
        got: list[Event] = []
        after = 0
        while True:
            done = not writing()
            asked = {"after": after, "limit": 5, "types": "contract.recorded"}
            page = reader.get("/v1/loans/feed", params=asked).json()
            got += page["items"]
            if done and page["next_after"] == after:
                return got
            after = page["next_after"]

    with ThreadPoolExecutor(8) as threads:
        writers = [threads.submit(write, *each) for each in zip(banks, people, strict=True)]
        left = [True]

        def writing() -> bool:
            return left[0]

        reading = [threads.submit(follow, reader) for reader in (banks[0], supervisor)]
        n = 0
        while not all(each.done() for each in writers) or _waiting(sql):
            relay(n)
            n += 1
        left[0] = False
        own, everything = (each.result() for each in reading)
        for each in writers:
            each.result()

    kept = sql("loans", _KEPT)
    assert len(kept) == WRITERS * PUSHES * ROWS
    assert _told(everything) == [(row["position"], str(row["event_id"])) for row in kept]
    assert _told(own) == [
        (row["position"], str(row["event_id"])) for row in kept if row["agency"] == banks[0].agency
    ]
    [dense] = sql("loans", "select count(*) as n, max(position) as last from feed")
    assert dense["n"] == dense["last"], "positions have no gaps"


_KEPT = "select * from feed where type = 'contract.recorded' order by position"


def _told(events: list[Event]) -> list[tuple[int, str]]:
    return [(event["position"], event["id"]) for event in events]


def _waiting(sql: Callable[..., list[Any]]) -> bool:
    return bool(sql("loans", "select 1 as n from outbox limit 1"))
