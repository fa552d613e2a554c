"""One PostgreSQL for a run of tests, one exchange in it for each process, and visitors to it.

A test says who calls on the exchange and asks as that visitor:

    def test_a_bank_reads_its_loans(visit, drain):
        bank = visit("bank", divisions=["230231"])
        assert bank.get("/v1/loans/contracts").json()["items"] == []
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import text

from gateway.first_operator import FILE, first_operator
from jinqiao import postgres
from jinqiao.exchange import Exchange, open_exchange
from jinqiao.migration import SCHEMAS, engine_for, scratch_database
from kernel.roles import ROLE_OF_AGENCY, Role
from kernel.settings import Settings
from tests.visitor import Send, Visitor

_FOLDER = "JINQIAO_TEST_FOLDER"
_ADDRESS = "http://exchange"

# Losing the data of a test in a power cut is no loss.
_FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "120"}


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's folder before xdist starts its workers, who inherit it."""
    if not _is_worker(config):
        folder = Path(tempfile.mkdtemp(prefix="jinqiao-tests-", dir="/tmp"))
        folder.chmod(0o755)  # as root, the server runs as another user who must pass through
        os.environ[_FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that xdist's workers shared and left behind, and tidy up."""
    if not _is_worker(config):
        folder = Path(os.environ.pop(_FOLDER))
        if (folder / "postgresql").exists():
            postgres.stop(postgres.start(folder / "postgresql"))
        shutil.rmtree(folder)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A server on which this process may make databases and roles: JINQIAO_DATABASE_URL's, or
    an embedded one, which is started by the first process that needs it."""
    given = os.environ.get("JINQIAO_DATABASE_URL")
    if given:
        yield given
        return
    server = postgres.start(Path(os.environ[_FOLDER]) / "postgresql", _FAST)
    yield server.url()
    if not _is_worker(pytestconfig):
        postgres.stop(server)
    elif server.keeper:
        server.keeper.close()  # other workers still need the server; pytest_unconfigure stops it


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The event loop of the exchange, in a thread of its own, so that tests are plain functions."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def settings() -> Settings:
    """How the exchange under test runs."""
    data = Path(os.environ[_FOLDER]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    return Settings(
        data=data, database_url=None, host="exchange", port=80, issuer=_ADDRESS, pool_size=4
    )


@pytest.fixture(scope="session")
def database_url(portal: BlockingPortal, server_url: str) -> Iterator[str]:
    """A database of this process's own, dropped at the end."""
    with portal.wrap_async_context_manager(scratch_database(server_url)) as url:
        yield url


@pytest.fixture(scope="session")
def opened_exchange(
    portal: BlockingPortal, database_url: str, settings: Settings
) -> Iterator[Exchange]:
    """The exchange, on its database, which is migrated once."""
    with portal.wrap_async_context_manager(open_exchange(settings, database_url)) as exchange:
        yield exchange


@pytest.fixture(scope="session")
def send_to(portal: BlockingPortal, opened_exchange: Exchange) -> Iterator[Send]:
    """Sends a request through the door, with no token."""
    door = httpx.ASGITransport(opened_exchange.app)
    client = httpx.AsyncClient(transport=door, base_url=_ADDRESS)
    yield lambda method, path, **more: portal.call(partial(client.request, method, path, **more))
    portal.call(client.aclose)


@pytest.fixture(scope="session")
def emptied(
    portal: BlockingPortal, database_url: str, opened_exchange: Exchange, settings: Settings
) -> Iterator[Callable[[], None]]:
    """`emptied()`: the exchange holds nothing any more but its first operator, as he came."""
    with (
        portal.wrap_async_context_manager(engine_for(database_url)) as engine,
        portal.wrap_async_context_manager(engine.connect()) as owner,
    ):

        def by_owner(*statements: str) -> None:
            for statement in statements:
                portal.call(owner.exec_driver_sql, statement)
            portal.call(owner.commit)

        by_owner(_EMPTY, "select pg_temp.empty()")
        gateway = opened_exchange.services["gateway"].database
        portal.call(partial(first_operator, gateway, settings.data, address=_ADDRESS))
        by_owner(*_KEEP, _RESTORE)
        yield partial(by_owner, "select pg_temp.empty()", "select pg_temp.restore()")


@pytest.fixture
def exchange(opened_exchange: Exchange, emptied: Callable[[], None]) -> Exchange:
    """The exchange, holding nothing but its first operator."""
    emptied()
    return opened_exchange


# Functions, since a connection plans their statements once; deletes and no truncates, since for
# nearly empty tables they take a tenth of the time.
# Months that the feed is written in stay open: to open one takes longer than most tests.
_EMPTYING = {
    "signing_key": "",
    "feed_head": "update {} set position = 0;",
    "feed_month": "delete from {} where sealed_key is null;",
}
_EMPTY = f"""
    create function pg_temp.empty() returns void language plpgsql as $$ begin {
    " ".join(
        _EMPTYING.get(table.name, "delete from {};").format(table.fullname)
        for schema in SCHEMAS
        for table in reversed(schema.sorted_tables)
    )
} end $$
"""
_KEPT = ("agency", "client", "outbox")
"""Where the first operator is written down."""
_KEEP = [f"create temp table kept_{name} as table gateway.{name}" for name in _KEPT]
_RESTORE = f"""
    create function pg_temp.restore() returns void language plpgsql as $$ begin {
    " ".join(
        f"insert into gateway.{name} overriding system value table kept_{name};" for name in _KEPT
    )
} end $$
"""


@pytest.fixture
def send(exchange: Exchange, send_to: Send) -> Send:
    """`send(method, path, …)` without any token."""
    return send_to


@pytest.fixture
def operator(send: Send, settings: Settings) -> Visitor:
    """The first operator."""
    found = json.loads((settings.data / FILE).read_text())
    return Visitor(send, "OPERATOR", found["client_id"], found["client_secret"])


@pytest.fixture
def visit(operator: Visitor, send: Send) -> Callable[..., Visitor]:
    """`visit(role, …)`: registers an agency and a client of it, and is that client."""
    types = {role: agency_type for agency_type, role in ROLE_OF_AGENCY.items()}
    numbers = count(1)
    known: set[str] = set()

    def visit(
        role: str,
        *,
        divisions: tuple[str, ...] | list[str] = ("230231",),
        agency: str | None = None,
        agency_type: str | None = None,
        parent: str | None = None,
        kind: str = "SYSTEM",
        scopes: list[str] | None = None,
    ) -> Visitor:
        code = agency or f"{role.upper()}-{next(numbers)}"
        if code not in known:
            known.add(code)
            said: dict[str, Any] = {
                "code": code,
                "name": f"机构 {code}",
                "agency_type": agency_type or types[Role(role)].value,
                "divisions": list(divisions),
                "parent": parent,
            }
            answer = operator.post("/v1/agencies", json=said)
            assert answer.status_code == 201, answer.text
        client = {"agency": code, "kind": kind, "role": role, "name": "张三", "scopes": scopes}
        made = operator.post("/v1/clients", json=client)
        assert made.status_code == 201, made.text
        return Visitor(send, code, made.json()["client_id"], made.json()["client_secret"])

    return visit


@pytest.fixture
def drain(portal: BlockingPortal, exchange: Exchange) -> Callable[[], None]:
    """`drain()` runs everything that happens behind a request's back, until there is no more."""
    return lambda: portal.call(exchange.worker.drain)


@pytest.fixture
def sql(portal: BlockingPortal, exchange: Exchange) -> Callable[..., list[Any]]:
    """`sql(service, statement, **values)`: rows as that service's role sees them."""

    async def ask(service: str, statement: str, values: dict[str, Any]) -> list[Any]:
        async with exchange.services[service].database.begin() as session:
            result = await session.execute(text(statement), values)
            return list(result.mappings().all()) if result.returns_rows else []

    return lambda service, statement, **values: portal.call(ask, service, statement, values)


@pytest.fixture
def announced(portal: BlockingPortal, exchange: Exchange) -> Callable[..., list[Any]]:
    """`announced(service, type)`: events of a feed, whole, as a sister service reads them."""

    def read(service: str, kind: str) -> list[Any]:
        asked = {"types": kind, "limit": 5000}
        answer = portal.call(
            partial(exchange.worker.feeds.get, f"/v1/{service}/feed", params=asked)
        )
        return list(answer.json()["items"])

    return read
