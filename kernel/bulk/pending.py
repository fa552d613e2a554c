"""Rows whose person, contract or policy is not known yet: kept encrypted, applied when it is."""

import json
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.bulk.record import record
from kernel.bulk.resource import Outcome, Push, Raw, Resource
from kernel.outbox import announce
from kernel.roles import Kind, Role
from kernel.service import Service, Work

KEPT_FOR = timedelta(days=30)
"""How long a row may wait (api.md, contracts); then it is dropped and its agency is told."""

_GONE = text("""
    delete from pending where received_at < :limit returning agency, resource, waits_for
""")


def retry_pending(ready: str) -> Work:
    """A background step: apply the rows that `ready`, a condition over `pending p`, admits."""
    statement = text(f"""
        with ready as (
            select agency, resource, row_key from pending p
            where {ready}
            order by agency, client_id, resource limit 2000
            for update skip locked)
        delete from pending p using ready r
        where p.agency = r.agency and p.resource = r.resource and p.row_key = r.row_key
        returning p.agency, p.client_id, p.resource, p.divisions, p.row_key, p.sealed
    """)

    async def step(service: Service, session: AsyncSession) -> int:
        rows = (await session.execute(statement)).all()
        for (agency, client_id, resource, _), group in groupby(
            sorted(rows, key=lambda row: (row.agency, row.client_id, row.resource)),
            key=lambda row: (row.agency, row.client_id, row.resource, tuple(row.divisions)),
        ):
            waiting = list(group)
            caller = _writer(agency, client_id, tuple(waiting[0].divisions))
            push = Push(session, caller, service.keys, clock.now(), clock.today())
            await _apply(push, service.resources[resource], waiting)
        return len(rows) + await _drop_old(session)

    return Work(step, "exists (select from pending)")


async def _apply(push: Push, resource: Resource, waiting: list[Any]) -> None:
    raws = [
        Raw(line, push.keys.open_bytes("pending", row.row_key, row.sealed))
        for line, row in enumerate(waiting, start=1)
    ]
    for verdict in (await record(push, resource, raws, strict=False)).verdicts:
        if verdict.outcome == Outcome.REJECTED:
            await _tell(push.session, push.caller.agency, resource.name, verdict.code or "")


async def _drop_old(session: AsyncSession) -> int:
    gone = (await session.execute(_GONE, {"limit": clock.now() - KEPT_FOR})).all()
    for row in gone:
        waits_for_person = row.waits_for.startswith("person:")
        code = "not-in-scope" if waits_for_person else "unknown-parent"
        await _tell(session, row.agency, row.resource, code)
    return len(gone)


async def _tell(session: AsyncSession, agency: str, resource: str, code: str) -> None:
    data = json.dumps({"agency": agency, "resource": resource, "code": code})
    await announce(session, "pending.rejected", data, agency=agency)


def _writer(agency: str, client_id: str, divisions: tuple[str, ...]) -> Caller:
    """The client whose row waited. Its scope was checked when the row came in."""
    return Caller(client_id, client_id, agency, Role.SERVICE, Kind.SYSTEM, divisions, frozenset())
