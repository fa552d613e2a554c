"""The database made ready: tables as declared, roles let in, and twice is as once."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url, text

from jinqiao import migration
from jinqiao.exchange import open_exchange
from jinqiao.migration import engine_for, scratch_database
from kernel.crypto import Keys
from kernel.database import Database, url_of
from kernel.settings import Settings


@pytest.fixture
def keys() -> Keys:
    return Keys(bytes(32))


@pytest.fixture
def empty(portal: BlockingPortal, server_url: str) -> Iterator[str]:
    """The address of an empty database."""
    with portal.wrap_async_context_manager(scratch_database(server_url)) as url:
        yield url


async def ask(url: str, statement: str) -> list[Any]:
    async with engine_for(url) as engine, engine.connect() as connection:
        return list((await connection.execute(text(statement))).all())


async def ask_as(url: str, service: str, keys: Keys, statement: str) -> Any:
    database = Database(url_of(url, service, keys), pool_size=1)
    try:
        async with database.begin() as session:
            return (await session.execute(text(statement))).scalar()
    finally:
        await database.close()


def test_tables_and_migrations_agree(empty: str) -> None:
    migration.check(empty)


def test_an_empty_database_is_made_ready_and_again(
    portal: BlockingPortal, empty: str, keys: Keys
) -> None:
    portal.call(migration.prepare, empty, keys)
    portal.call(migration.prepare, empty, keys)

    for service in migration.SERVICES:
        assert portal.call(ask_as, empty, service, keys, "select current_schema()") == service
        head = portal.call(ask_as, empty, service, keys, "select sum(position) from feed_head")
        assert head == 0


def test_two_processes_may_make_it_ready_at_once(
    portal: BlockingPortal, empty: str, tmp_path: Path
) -> None:
    kept = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment = {**kept, "JINQIAO_DATABASE_URL": empty, "JINQIAO_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "jinqiao.command", "db", "upgrade"]

    both = [subprocess.Popen(command, env=environment) for _ in range(2)]

    assert [each.wait(timeout=120) for each in both] == [0, 0]
    keys = Keys.stored_in(tmp_path)
    for service in migration.SERVICES:
        heads = portal.call(ask_as, empty, service, keys, "select count(*) from feed_head")
        assert heads == 1


def test_a_new_secret_of_the_exchange_changes_the_passwords(
    portal: BlockingPortal, empty: str, keys: Keys
) -> None:
    portal.call(migration.prepare, empty, keys)
    other = Keys(bytes(31) + b"x")

    with pytest.raises(Exception, match="password authentication failed"):
        portal.call(ask_as, empty, "loans", other, "select 1")

    portal.call(migration.prepare, empty, other)
    assert portal.call(ask_as, empty, "loans", other, "select 1") == 1


def test_two_exchanges_on_one_server_leave_each_other_alone(
    portal: BlockingPortal, server_url: str, empty: str, keys: Keys
) -> None:
    portal.call(migration.prepare, empty, keys)

    with portal.wrap_async_context_manager(scratch_database(server_url)) as neighbour:
        portal.call(migration.prepare, neighbour, Keys(b"another secret of thirty-two bytes"))

    assert portal.call(ask_as, empty, "loans", keys, "select 1") == 1


def test_no_password_is_written_in_clear(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = migration._scram("secret")

    assert stored.startswith("SCRAM-SHA-256$4096:")
    assert "secret" not in stored
    assert migration._scram("secret") != stored


def test_a_scratch_database_leaves_nothing_behind(
    portal: BlockingPortal, server_url: str, keys: Keys
) -> None:
    with portal.wrap_async_context_manager(scratch_database(server_url)) as url:
        portal.call(migration.prepare, url, keys)
        name = url.rpartition("/")[2].partition("?")[0]

    for catalog, column in (("pg_database", "datname"), ("pg_roles", "rolname")):
        query = f"select count(*) from {catalog} where {column} like '{name}%'"
        assert portal.call(ask, server_url, query) == [(0,)]


def test_an_owner_who_is_no_superuser_suffices(
    portal: BlockingPortal, server_url: str, keys: Keys
) -> None:
    """PostgreSQL in a public body's data centre is run by others, who give no superuser away."""

    async def act(*statements: str) -> None:
        await migration._outside_transactions(server_url, *statements)

    owner = "jinqiao_test_owner"
    portal.call(act, f"create role {owner} login createdb createrole password 'x'")
    url = make_url(server_url).set(username=owner, password="x")
    address = url.set(database="postgres").render_as_string(hide_password=False)
    try:
        with portal.wrap_async_context_manager(scratch_database(address)) as mine:
            portal.call(migration.prepare, mine, keys)
            portal.call(migration.prepare, mine, keys)
            assert portal.call(ask_as, mine, "loans", keys, "select 1") == 1
            portal.call(linger, mine, "loans", keys)
    finally:
        portal.call(act, f"drop role {owner}")


async def linger(url: str, service: str, keys: Keys) -> None:
    """A session of a service's that ends half a second later."""
    address = url_of(url, service, keys).set(drivername="postgresql")
    session = await asyncpg.connect(address.render_as_string(hide_password=False))
    asyncio.get_running_loop().call_later(0.5, session.terminate)


def test_an_exchange_finds_its_keys_again(
    portal: BlockingPortal, empty: str, tmp_path: Path
) -> None:
    settings = Settings(tmp_path, None, "exchange", 80, "http://exchange", 2)

    def kids() -> list[str]:
        opened: AbstractContextManager[Any] = portal.wrap_async_context_manager(
            open_exchange(settings, empty)
        )
        with opened as exchange:
            verifier = exchange.services["loans"].verifier
            return [key["kid"] for key in verifier._jwks()]

    assert kids() == kids()
