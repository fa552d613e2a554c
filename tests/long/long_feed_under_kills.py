"""Feeds are followed while everybody pushes and everything is killed: worker, gateway, database.

Whoever read to the end has what the database says he may see: nothing missing, nothing twice, in
order. The database is asked by statements of its own, not by those that make the feed.
"""

import hashlib
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from threading import Event as Flag
from typing import Any

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from jinqiao import postgres
from jinqiao.exchange import Exchange, open_service
from kernel import clock
from kernel.settings import Settings
from tests.long.copies import COPIES
from tests.long.processes import Processes, processes, settle
from tests.long.under_kills import (
    Event,
    Patient,
    fetched,
    follow,
    in_the_end,
    lend,
    let_in,
    register,
)
from tests.sharing.standing import standing
from tests.story import a_person
from tests.visitor import Visitor

SEED = 20190601
KILLS = 14
"""How often something is killed; once it is the database."""

Ask = Callable[..., list[Any]]


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of this test's own, which it may kill."""
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-tests-", dir="/tmp"))
    folder.chmod(0o755)  # as root, the server runs as another user who must pass through
    running = postgres.start(folder / "postgresql")
    yield running
    postgres.stop(running)
    rmtree(folder)


@pytest.fixture
def ask(portal: BlockingPortal, server: postgres.Server) -> Ask:
    """`ask(statement)`: rows, as the database's owner sees them."""

    async def fetch(statement: str) -> list[Any]:
        url = make_url(server.url()).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return lambda statement: portal.call(fetch, statement)


@contextmanager
def a_sister(portal: BlockingPortal, running: Processes, url: str) -> Iterator[Patient]:
    """A sister service, which reads through the gateway with a token of the exchange's own."""
    at = running.environment["JINQIAO_ISSUER"]
    settings = Settings(running.folder, url, "", 0, issuer=at, pool_size=1)
    opened = open_service("loans", settings, url, prepare=False)
    with portal.wrap_async_context_manager(opened) as loans:
        request = loans.worker.feeds.request
        reader = Patient(
            lambda method, path, **more: portal.call(partial(request, method, path, **more)),
            *("EXCHANGE", "worker", ""),
        )
        reader._token = "its client has one"
        yield reader


def kill_the_database(server: postgres.Server) -> None:
    """End the database as a power cut would, and start it again."""
    stood = (server.data / "cluster" / "postmaster.pid").read_text()
    os.kill(int(stood.split()[0]), signal.SIGKILL)
    assert server.keeper is not None
    server.keeper.close()
    server.keeper = postgres.start(server.data).keeper


def kill_everything_now_and_then(running: Processes, server: postgres.Server) -> list[str]:
    """What was killed, in turn."""
    chance = random.Random(SEED)
    killed = [chance.choice(("worker", "worker", "gateway", "both")) for _ in range(KILLS)]
    killed[KILLS // 2] = "database"
    for what in killed:
        time.sleep(chance.uniform(0.3, 4))
        if what == "database":
            kill_the_database(server)
        if what in ("worker", "both"):
            running.kill_worker()
        if what in ("gateway", "both"):
            running.kill("up")
            running.start("up")
    return killed


def test_readers_have_everything_once_and_in_order_whatever_is_killed(
    portal: BlockingPortal,
    server: postgres.Server,
    ask: Ask,
    opened_exchange: Exchange,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    began_on = clock.today()
    ended, settled = Flag(), Flag()
    with (
        processes(server.url(), tmp_path / "up", apart=False) as running,
        a_sister(portal, running, server.url()) as sister,
        ThreadPoolExecutor(16) as threads,
        in_the_end(ended, settled),
    ):
        operator = running.operator
        wide = ["230231", "230281"]
        bank = let_in(operator, "BANK-1", "bank", "BANK", wide)
        other = let_in(operator, "BANK-2", "bank", "BANK", wide)
        small = let_in(operator, "BANK-3", "bank", "BANK", ["230231"])
        city = let_in(operator, "CITY", "poverty_office", "POVERTY_OFFICE", wide)
        county = let_in(operator, "COUNTY", "poverty_office", "POVERTY_OFFICE", ["230231"])
        supervisor = let_in(operator, "AUDIT", "supervisor", "SUPERVISOR", ["230200"])
        people = [a_person(f"1975-06-{day:02d}") for day in range(1, 13)]

        def reads(reader: Visitor, service: str, **asked: Any) -> Any:
            seed = SEED + len(reader.agency) + len(asked)
            return threads.submit(follow, reader, service, seed, ended, settled, **asked)

        following = {
            "own loans": reads(bank, "loans", wait=2),
            "own interest": reads(other, "loans", types="interest-line.recorded", limit=7),
            "loans of a county": reads(county, "loans", limit=50),
            "loans of a city": reads(supervisor, "loans", types="contract.recorded", wait=5),
            "shared": reads(small, "registry", wait=1),
            "shared needs": reads(small, "registry", types="need.recorded", limit=3),
            "a county": reads(county, "registry", types="household.recorded,need.recorded"),
            "all loans": reads(sister, "loans", limit=100),
            "all households": reads(sister, "registry", limit=33),
        }
        pushing = [
            threads.submit(lend, bank, people, 1, ended),
            threads.submit(lend, other, people, 2, ended),
            threads.submit(register, city, people, 3, ended),
        ]
        killing = threads.submit(kill_everything_now_and_then, running, server)
        copies = {
            "own loans": threads.submit(fetched, bank, "loans"),
            "shared": threads.submit(fetched, small, "registry"),
        }
        taken = {name: each.result() for name, each in copies.items()}
        killed = killing.result()
        ended.set()
        pushed = [row for each in pushing for row in each.result()]
        settle(portal, server.url(), opened_exchange)
        settled.set()
        got: dict[str, list[Event]] = {name: each.result() for name, each in following.items()}
        until = clock.today()
        readers = {
            "own loans": (bank, "loans", {}),
            "own interest": (other, "loans", {"types": "interest-line.recorded"}),
            "loans of a county": (county, "loans", {}),
            "loans of a city": (supervisor, "loans", {"types": "contract.recorded"}),
            "shared": (small, "registry", {}),
            "shared needs": (small, "registry", {"types": "need.recorded"}),
            "a county": (county, "registry", {"types": "household.recorded,need.recorded"}),
        }
        days = [began_on + timedelta(days=n) for n in range((until - began_on).days + 1)]
        manifests = {
            name: [
                reader.get(f"/v1/{service}/manifests/{day}", params=asked).json() for day in days
            ]
            for name, (reader, service, asked) in readers.items()
        }
    with capsys.disabled():
        told = {name: len(events) for name, events in got.items()}
        print(f"\n{len(pushed)} rows pushed; killed: {', '.join(killed)}; told: {told}")

    for service in ("gateway", "registry", "loans", "subsidy", "insurance", "rectification"):
        [(events, last, head, waiting)] = ask(_DENSE.format(service))
        assert events == last == head, f"positions of {service} have no gaps"
        assert waiting == 0
    for name, events in got.items():
        found = [(event["position"], event["id"]) for event in events]
        assert found == ask(_SEEN[name]), name
        assert len({event["id"] for event in events}) == len(events), name
        assert len(events) > 5, name
    for name, several in manifests.items():
        assert several[0]["after"] == 0
        assert all(one["until"] == next_["after"] for one, next_ in pairwise(several))
        for manifest in several:
            assert (manifest["count"], manifest["root"]) == _proof(manifest, got[name]), name
    for name, (head, rows) in taken.items():
        after = [event for event in got[name] if event["position"] > head["position"]]
        assert 0 < len(after) < len(got[name]), "taken in the middle"
        assert _stands([*rows, *after]) == _stands(got[name]), name
    assert set(pushed) == set(ask(_ANSWERED)), "what was answered is kept"
    _facts_are_told_once(got, ask)
    _causes_come_first(got["all loans"], got["all households"])
    for copy, owner in COPIES:
        assert ask(f"({copy}) except ({owner})") == []
        assert ask(f"({owner}) except ({copy})") == []


def _stands(told: list[Event]) -> dict[str, Any]:
    """How things stand; a need whose household has moved away is none of the reader's any more."""
    return {
        key: data
        for key, data in standing(told).items()
        if not (key.startswith("need.") and data["village_code"] is None)
    }


def _proof(manifest: Any, events: list[Event]) -> tuple[int, str]:
    mine = [e["id"] for e in events if manifest["after"] < e["position"] <= manifest["until"]]
    return len(mine), hashlib.sha256("\n".join(mine).encode()).hexdigest()


def _facts_are_told_once(got: dict[str, list[Event]], ask: Ask) -> None:
    """Each version of each fact is told to its owner, and to sisters, in one event."""
    numbers = {"interest-line.recorded": "line_no", "repayment.recorded": "repayment_no"}

    def version(event: Event) -> tuple[Any, ...]:
        data = event["data"]
        of = data[numbers[event["type"]]] if event["type"] in numbers else ""
        return event["type"], data["loan_id"], of, data["source_version"]

    kept = ask(_FACTS)
    everything = [version(e) for e in got["all loans"] if e["type"].endswith(".recorded")]
    own = [version(event) for event in got["own loans"]]
    assert sorted(everything) == sorted(row[1:] for row in kept)
    assert sorted(own) == sorted(row[1:] for row in kept if row[0] == "BANK-1")

    households = [e for e in got["all households"] if e["type"] == "household.recorded"]
    reports = ask(_REPORTS)
    assert sorted(map(_report, households)) == sorted((key, v) for key, v, _ in reports)
    near = {(key, version) for key, version, is_near in reports if is_near}
    shared = [e["id"] for e in got["shared"] if e["type"] == "household.recorded"]
    assert shared == [event["id"] for event in households if _report(event) in near]
    needs = {
        (e["data"]["need_id"], e["data"]["source_version"])
        for e in got["all households"]
        if e["type"] == "need.recorded"
    }
    assert needs == set(ask("select id::text, source_version from registry.need"))


def _report(event: Event) -> tuple[str, int]:
    data = event["data"]
    return data["household_key"], max(place["source_version"] for place in data["places"])


def _causes_come_first(loans: list[Event], households: list[Event]) -> None:
    """What happens to a loan or a household follows its first report, and versions grow."""
    versions: dict[str, int] = {}
    for event in loans:
        if event["type"] == "contract.recorded":
            loan, version = event["data"]["loan_id"], event["data"]["source_version"]
            assert version == versions.get(loan, 0) + 1
            versions[loan] = version
        elif event["type"].endswith(".recorded"):
            assert event["data"]["loan_id"] in versions
    known: dict[str, int] = {}
    for event in households:
        key = event["data"].get("household_key")
        if event["type"] == "household.recorded":
            assert _report(event)[1] == known.get(key, 0) + 1
            known[key] = _report(event)[1]
        elif event["type"] == "need.recorded":
            assert key in known


_DENSE = """
    select count(*), coalesce(max(position), 0), (select position from {0}.feed_head),
           (select count(*) from {0}.outbox)
    from {0}.feed
"""
_TOLD = "select position, event_id::text from {0}.feed where {1} order by position"
_LENT = """
    type in ('contract.recorded', 'contract.voided', 'interest-line.recorded',
             'repayment.recorded', 'refund.recorded', 'declaration.filed')
"""
_NEAR = """
    (division like '230231%' or exists (select from unnest(places) as p where p like '230231%'))
"""
_SHARED = "type in ('household.recorded', 'need.recorded')"
_SEEN = {
    "own loans": _TOLD.format("loans", f"{_LENT} and agency = 'BANK-1'"),
    "own interest": _TOLD.format("loans", "type = 'interest-line.recorded' and agency = 'BANK-2'"),
    "loans of a county": _TOLD.format("loans", f"{_LENT} and division like '230231%'"),
    "loans of a city": _TOLD.format("loans", "type = 'contract.recorded'"),
    "shared": _TOLD.format("registry", f"{_SHARED} and {_NEAR}"),
    "shared needs": _TOLD.format("registry", f"type = 'need.recorded' and {_NEAR}"),
    "a county": _TOLD.format("registry", f"{_SHARED} and {_NEAR}"),
    "all loans": _TOLD.format("loans", "type <> 'write.ended'"),
    "all households": _TOLD.format("registry", "type <> 'write.ended'"),
}
"""What each reader may see, by the feed's own columns; by what is stored, _FACTS and _REPORTS."""

_FACTS = """
    select agency, 'contract.recorded', id::text, '', source_version from loans.contract
    union all
    select agency, 'interest-line.recorded', loan_id::text, line_no, source_version
    from loans.interest_line
    union all
    select agency, 'repayment.recorded', loan_id::text, repayment_no, source_version
    from loans.repayment
"""
_ANSWERED = """
    select 'contracts', contract_no, source_version from loans.contract
    union all select 'interest-lines', line_no, source_version from loans.interest_line
    union all select 'repayments', repayment_no, source_version from loans.repayment
    union all select 'households', household_no, source_version from registry.household_report
    union all select 'needs', need_no, source_version from registry.need
"""
_REPORTS = """
    select household_key::text, source_version, exists (
               select from registry.household_report before
               where before.household_key = r.household_key
                 and before.source_version <= r.source_version
                 and before.division like '230231%')
    from registry.household_report r
"""
