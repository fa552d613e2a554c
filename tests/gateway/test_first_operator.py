"""The first operator: made once, with credentials that only the owner of the file may read."""

import json
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from gateway.first_operator import FILE, first_operator
from jinqiao.exchange import Exchange
from tests.visitor import Send, Visitor

Sql = Callable[..., list[Any]]


@pytest.fixture
def start(portal: BlockingPortal, exchange: Exchange, tmp_path: Path) -> Callable[[], bool]:
    """Starts the exchange as far as its first operator is concerned."""
    gateway = exchange.services["gateway"].database
    return lambda: portal.call(partial(first_operator, gateway, tmp_path, address="http://x"))


def forget(sql: Sql) -> None:
    sql("gateway", "delete from client")
    sql("gateway", "delete from agency")


def test_the_first_start_writes_credentials_that_work(
    start: Callable[[], bool], sql: Sql, tmp_path: Path, send: Send
) -> None:
    forget(sql)

    assert start()

    file = tmp_path / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = json.loads(file.read_text())
    assert found["address"] == "http://x"
    operator = Visitor(send, "OPERATOR", found["client_id"], found["client_secret"])
    assert operator.get("/v1/clients").status_code == 200
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_later_start_changes_nothing(start: Callable[[], bool], tmp_path: Path) -> None:
    assert not start()

    assert list(tmp_path.iterdir()) == []


def test_a_new_database_replaces_the_credentials_of_an_old_one(
    start: Callable[[], bool], sql: Sql, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text("old")
    (tmp_path / FILE).chmod(0o644)
    forget(sql)

    assert start()

    assert "client_secret" in (tmp_path / FILE).read_text()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_where_no_file_can_be_written_no_operator_is_made(
    portal: BlockingPortal, exchange: Exchange, sql: Sql, tmp_path: Path
) -> None:
    forget(sql)
    gateway = exchange.services["gateway"].database

    with pytest.raises(OSError, match="No such file"):
        portal.call(partial(first_operator, gateway, tmp_path / "gone", address="http://x"))

    assert sql("gateway", "select * from agency") == []
