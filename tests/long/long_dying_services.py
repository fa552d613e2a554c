"""A service that is killed: the others go on, and what it was doing is done once or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from jinqiao.exchange import Exchange
from jinqiao.migration import scratch_database
from tests.long.processes import processes, settle
from tests.story import a_contract, a_household, a_person, push
from tests.visitor import Visitor

RUNS = "/v1/rectification/screenings"
KEY = {"Idempotency-Key": "once-and-only-once"}


def let_in(operator: Visitor, role: str, kind: str) -> Visitor:
    agency = {"code": kind, "name": kind, "agency_type": kind, "divisions": ["230231"]}
    operator.post("/v1/agencies", json=agency)
    said = {"agency": kind, "kind": "SYSTEM", "role": role}
    made = operator.post("/v1/clients", json=said).json()
    return Visitor(operator._send, kind, made["client_id"], made["client_secret"])


def test_a_killed_service_is_missed_by_nobody_else_and_comes_back_whole(
    portal: BlockingPortal, server_url: str, opened_exchange: Exchange, tmp_path: Path
) -> None:
    with (
        portal.wrap_async_context_manager(scratch_database(server_url)) as url,
        processes(url, tmp_path / "apart", apart=True) as running,
    ):
        office = let_in(running.operator, "poverty_office", "POVERTY_OFFICE")
        bank = let_in(running.operator, "bank", "BANK")
        supervisor = let_in(running.operator, "supervisor", "SUPERVISOR")
        person = a_person()
        push(office, "households", a_household(person))

        # The registry dies: a bank goes on pushing loans.
        running.kill("registry")
        away = office.get("/v1/registry/households")
        push(bank, "contracts", a_contract(person))
        running.start("registry")

        assert away.status_code == 503
        assert away.json()["code"] == "service-unavailable"
        assert away.headers["Retry-After"]
        assert len(office.get("/v1/registry/households").json()["items"]) == 1
        settle(portal, url, opened_exchange)

        # Rectification dies in the middle of an act, which is asked for again under its key.
        holder = portal.call(_hold_up, url)
        with ThreadPoolExecutor(1) as threads:
            asked = {"json": {"business_date": "2019-06-01"}, "headers": KEY}
            dying = threads.submit(supervisor.post, RUNS, **asked)
            while not portal.call(_somebody_waits, holder):
                pass
            running.kill("rectification")
            lost = dying.result()
        portal.call(holder.close)
        running.start("rectification")
        first = supervisor.post(RUNS, **asked)
        again = supervisor.post(RUNS, **asked)

        assert lost.status_code == 503
        assert first.status_code == 202
        assert "Idempotency-Replayed" not in first.headers  # it had left nothing behind
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
        settle(portal, url, opened_exchange)
        [run] = supervisor.get(RUNS).json()["items"]
        assert run["state"] == "judged"


async def _hold_up(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Nobody's screening can be written down until this connection is closed."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    await connection.execute("begin; lock table rectification.screening in share mode")
    return connection


async def _somebody_waits(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    return bool(await connection.fetchval("select exists (select from pg_locks where not granted)"))
