"""An exchange that ran an older release is upgraded, and everything in it goes on.

`exchange_of_before.sql.gz` are the rows that the release before there were months, places and
outside readers had written: a county in which everything has happened, some of it not yet relayed,
and a job not yet worked. It was run with the key below; clients and signing keys are left out.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from alembic import command
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from gateway.operations import register_client
from gateway.schemas import ClientIn
from jinqiao import migration
from jinqiao.commands.rebuild import rebuild_copies
from jinqiao.exchange import Exchange, open_exchange
from jinqiao.migration import scratch_database
from kernel import clock
from kernel.roles import Kind, Role
from kernel.settings import Settings
from tests.long.copies import COPIES
from tests.sharing.conftest import Event, read_all, snapshot
from tests.sharing.standing import standing
from tests.story import a_contract, a_household, a_person, push, screened
from tests.visitor import Visitor

BEFORE = "the_whole_law"
"""The revision that the older release had."""

KEY = "ab" * 32
SERVICES = ("gateway", "registry", "loans", "subsidy", "insurance", "rectification")

# Its feeds began two months and a half ago; that of insurance, more than a year.
_AGE = """
    update {0}.feed set recorded_at = clock_timestamp() - interval '{1}'
    where position <= (select max(position) / 3 from {0}.feed);
    update {0}.feed set recorded_at = clock_timestamp() - interval '40 days'
    where position > (select max(position) / 3 from {0}.feed)
      and position <= (select max(position) * 2 / 3 from {0}.feed)
"""
_FEED = "select position, event_id::text, type from {0}.feed where type <> 'write.ended' order by 1"

Sql = Callable[[str], list[Any]]


@pytest.fixture
def url(portal: BlockingPortal, server_url: str) -> Iterator[str]:
    """The address of a database of its own."""
    with portal.wrap_async_context_manager(scratch_database(server_url)) as url:
        yield url


@pytest.fixture
def sql(portal: BlockingPortal, url: str) -> Sql:
    """`sql(statements)`: what the last gives, as the database's owner."""

    async def ask(statements: str) -> list[Any]:
        address = make_url(url).set(drivername="postgresql")
        connection = await asyncpg.connect(address.render_as_string(hide_password=False))
        try:
            if ";" in statements:
                await connection.execute(statements)
                return []
            return [tuple(row) for row in await connection.fetch(statements)]
        finally:
            await connection.close()

    return lambda statements: portal.call(ask, statements)


@pytest.fixture
def before(url: str, sql: Sql) -> dict[str, list[Any]]:
    """The database as the older release left it; its feeds."""
    command.upgrade(migration._config(url), BEFORE)
    for service in SERVICES:
        sql(f"delete from {service}.feed_head;")
    sql(
        gzip.decompress(Path(__file__).with_name("exchange_of_before.sql.gz").read_bytes()).decode()
    )
    for service in SERVICES:
        sql(_AGE.format(service, "400 days" if service == "insurance" else "75 days"))
    return {service: sql(_FEED.format(service)) for service in SERVICES}


@pytest.fixture
def exchange(
    portal: BlockingPortal, url: str, before: dict[str, list[Any]], tmp_path: Path
) -> Iterator[Exchange]:
    """Today's exchange on that database."""
    (tmp_path / "exchange.key").write_text(KEY)
    settings = Settings(tmp_path, None, "exchange", 80, "http://exchange", 4)
    with portal.wrap_async_context_manager(open_exchange(settings, url)) as exchange:
        yield exchange


@pytest.fixture
def client_of(portal: BlockingPortal, exchange: Exchange) -> Iterator[Callable[..., Visitor]]:
    """`client_of(agency, role)`: a new client of an agency of before."""
    door = httpx.AsyncClient(
        transport=httpx.ASGITransport(exchange.app), base_url="http://exchange"
    )

    def send(method: str, path: str, **more: Any) -> httpx.Response:
        return portal.call(partial(door.request, method, path, **more))

    async def made(agency: str, role: str) -> Any:
        said = ClientIn(agency=agency, kind=Kind.SYSTEM, role=Role(role))
        async with exchange.services["gateway"].database.begin() as session:
            return await register_client(session, said)

    def client_of(agency: str, role: str) -> Visitor:
        client = portal.call(made, agency, role)
        return Visitor(send, agency, str(client.client_id), client.client_secret)

    yield client_of
    portal.call(door.aclose)


def test_an_exchange_of_before_goes_on(
    portal: BlockingPortal,
    exchange: Exchange,
    client_of: Callable[..., Visitor],
    before: dict[str, list[Any]],
    sql: Sql,
) -> None:
    def drain() -> None:
        portal.call(exchange.worker.drain)

    def whole(service: str, after: int = 0) -> httpx.Response:
        asked = {"after": after, "limit": 5000}
        feeds = exchange.worker.feeds
        return portal.call(partial(feeds.get, f"/v1/{service}/feed", params=asked))

    cursors = sql("select source, position from subsidy.reader_cursor order by 1")
    for service, told in before.items():
        items = whole(service).json()["items"]
        assert [(e["position"], e["id"], e["type"]) for e in items] == told, service
    bank = client_of("BANK-4", "bank")
    office = client_of("POVERTY_OFFICE-1", "poverty_office")
    supervisor = client_of("SUPERVISOR-5", "supervisor")
    insurer = client_of("INSURER-6", "insurer")
    readers = [bank, office, supervisor, insurer]

    # What was left to do is done; a month that is past its time is closed.
    drain()
    [(state, accepted)] = sql("select state, (counts ->> 'accepted')::int from loans.job")
    assert (state, accepted) == ("done", 12)
    for source, position in cursors:
        [(now,)] = sql(f"select position from subsidy.reader_cursor where source = '{source}'")
        assert now >= position
    for service in SERVICES:
        [(events, last, head)] = sql(
            f"select count(*), max(position), (select position from {service}.feed_head) "
            f"from {service}.feed"
        )
        kept = before[service][-1][0] // 3 if service == "insurance" else 0
        assert (events, last) == (head - kept, head)
        [(late,)] = sql(f"select count(*) from {service}.feed_month where closed_at is not null")
        assert late == (1 if service == "insurance" else 0)
        assert whole(service).status_code == (410 if kept else 200)
    floors = {"insurance": before["insurance"][-1][0] // 3}

    # Outside readers, whom the older release did not have, find what it wrote.
    for reader in readers:
        for service in SERVICES:
            events = read_all(reader, service, floors.get(service, 0))
            assert _of_day(reader, service, events) == _manifest(reader, service)
            head, rows = snapshot(reader, service, drain)
            assert head["position"] >= len(events)
            if service not in floors:
                again = read_all(reader, service)
                told = standing([e for e in again if e["position"] <= head["position"]])
                assert standing(rows) == {k: v for k, v in told.items() if not _gone(k, v)}
    moved = [e for e in read_all(bank, "registry") if e["data"].get("village_code", "") is None]
    assert {event["type"] for event in moved} == {"household.recorded", "need.recorded"}

    # Copies are made anew, runs of before are read, new ones judged, and new facts pushed.
    for copy, owner in COPIES:
        assert sql(f"({copy}) except ({owner})") == sql(f"({owner}) except ({copy})") == []
    for service in ("registry", "loans", "subsidy", "insurance", "rectification"):
        portal.call(partial(rebuild_copies, exchange.services, exchange.worker.feeds, service))
    drain()
    for copy, owner in COPIES:
        assert sql(f"({copy}) except ({owner})") == sql(f"({owner}) except ({copy})") == []
    [run] = supervisor.get("/v1/rectification/screenings").json()["items"]
    asked = {"screening": run["screening_id"], "limit": 200}
    found = supervisor.get("/v1/rectification/findings", params=asked).json()
    [(kept,)] = sql("select count(*) from rectification.finding")
    assert (found["state"], len(found["items"])) == ("judged", kept)
    told_before = read_all(bank, "registry")
    person = a_person("1961-01-01")
    push(office, "households", a_household(person, household_no="230231999999"))
    push(bank, "contracts", a_contract(person, contract_no="新1"))
    again = screened(supervisor, drain, "2019-06-01")
    said = {(each["rule_id"], each["contract_no"]) for each in again.findings}
    assert {
        ("LOAN-08", each["contract_no"]) for each in found["items"] if each["rule_id"] == "LOAN-08"
    } <= said
    assert len(read_all(bank, "registry")) == len(told_before) + 1


def _gone(key: str, data: Any) -> bool:
    return key.startswith("need.") and data["village_code"] is None


def _manifest(reader: Visitor, service: str) -> tuple[int, str]:
    found = reader.get(f"/v1/{service}/manifests/{clock.today()}").json()
    return found["count"], found["root"]


def _of_day(reader: Visitor, service: str, events: list[Event]) -> tuple[int, str]:
    day = reader.get(f"/v1/{service}/manifests/{clock.today()}").json()
    mine = [e["id"] for e in events if day["after"] < e["position"] <= day["until"]]
    return len(mine), hashlib.sha256("\n".join(mine).encode()).hexdigest()
