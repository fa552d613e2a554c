"""Copies are made anew while everybody pushes, and whoever makes them is killed in the middle."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Flag
from typing import Any

import asyncpg
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from jinqiao.exchange import Exchange
from jinqiao.migration import scratch_database
from tests.long.copies import COPIES
from tests.long.processes import Processes, processes, settle
from tests.long.under_kills import in_the_end, lend, let_in, register
from tests.story import a_person

KILLS = 4
"""How often each command is killed at some moment or other, besides once in its transaction."""

Ask = Callable[[str], list[Any]]


async def connected(url: str) -> Any:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(address)


def rebuilding(running: Processes, service: str) -> "subprocess.Popen[bytes]":
    """`jinqiao rebuild` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "jinqiao", "rebuild", service, "--json"],
        env=running.environment,
        stdout=subprocess.PIPE,
    )


def test_copies_are_made_anew_while_all_push_and_whoever_makes_them_is_killed(
    portal: BlockingPortal, server_url: str, opened_exchange: Exchange, tmp_path: Path
) -> None:
    ended = Flag()
    with (
        portal.wrap_async_context_manager(scratch_database(server_url)) as url,
        processes(url, tmp_path / "up", apart=False) as running,
        ThreadPoolExecutor(4) as threads,
        in_the_end(ended),
    ):
        connection = portal.call(connected, url)

        def ask(statement: str) -> list[Any]:
            return [tuple(row) for row in portal.call(connection.fetch, statement)]

        wide = ["230231", "230281"]
        bank = let_in(running.operator, "BANK-1", "bank", "BANK", wide)
        city = let_in(running.operator, "CITY", "poverty_office", "POVERTY_OFFICE", wide)
        people = [a_person(f"1975-07-{day:02d}") for day in range(1, 13)]
        pushing = [
            threads.submit(lend, bank, people, 1, ended),
            threads.submit(register, city, people, 2, ended),
        ]
        seen = threads.submit(positions, portal, url, ended)
        chance = random.Random(20190601)
        for service in ("loans", "subsidy"):
            spoil(ask, service)
            killed_at_its_heart(portal, url, ask, running, service)
            for _ in range(KILLS):
                making = rebuilding(running, service)
                time.sleep(chance.uniform(1.5, 6))
                making.kill()
                making.communicate()
            making = rebuilding(running, service)
            said, _ = making.communicate(timeout=300)
            assert making.returncode == 0
            done = {each["source"]: each["position"] for each in json.loads(said)}
            assert "gateway" in done
        ended.set()
        pushed = sum(len(each.result()) for each in pushing)
        settle(portal, url, opened_exchange)

        assert pushed > 100
        assert seen.result() == [], "no copy ever goes back"
        for copy, owner in COPIES:
            assert ask(owner) != []
            assert ask(f"({copy}) except ({owner})") == []
            assert ask(f"({owner}) except ({copy})") == []
        for service in ("loans", "subsidy"):
            assert ask(f"select from {service}.household where household_no = 'wrong'") == []
        portal.call(connection.close)


def spoil(ask: Ask, service: str) -> None:
    """Let a copy go wrong in a way that no further event would mend."""
    ask(f"insert into {service}.household values (gen_random_uuid(), 'wrong', 'wrong')")
    key, table = {"loans": ("need_id", "need"), "subsidy": ("loan_id", "repayment")}[service]
    some = f"select {key} from {service}.{table} limit 3"
    ask(f"delete from {service}.{table} where {key} in ({some})")


def killed_at_its_heart(
    portal: BlockingPortal, url: str, ask: Ask, running: Processes, service: str
) -> None:
    """Kill a rebuild in its transaction, when it is about to empty the copy."""
    holder = portal.call(connected, url)
    # A row that nobody else touches.
    held = f"select from {service}.household where household_no = 'wrong' for update"
    portal.call(holder.execute, f"begin; {held}")
    making = rebuilding(running, service)
    waiting = """
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and query = 'delete from household'
    """
    while not ask(waiting):
        assert making.poll() is None
        time.sleep(0.05)
    making.kill()
    making.communicate()
    portal.call(holder.close)


def positions(portal: BlockingPortal, url: str, ended: Flag) -> list[Any]:
    """Every time a copy was seen to be older than it had been, until it is over."""
    connection = portal.call(connected, url)
    statement = """
        select 'loans/' || source, position from loans.reader_cursor
        union all select 'subsidy/' || source, position from subsidy.reader_cursor
    """
    last: dict[str, int] = {}
    back = []
    while not ended.is_set():
        for name, position in portal.call(connection.fetch, statement):
            if position < last.get(name, 0):
                back.append((name, last[name], position))
            last[name] = position
        time.sleep(0.02)
    portal.call(connection.close)
    return back
