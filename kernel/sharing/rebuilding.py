"""Making a service's copies anew, from its neighbours' snapshots and then their feeds.

The rows of a copy are exchanged in one transaction, so whoever reads meanwhile finds the old ones
until the new ones are there: never none, and never older ones than there were. The worker's own
reading of that neighbour waits. Whoever is killed has changed nothing, and begins again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.feed import Projection, catch_up, position
from kernel.service import Service

_POLL_SECONDS = 0.5

# The same lock as the worker's step that reads this neighbour.
_ALONE = text("""
    select pg_advisory_xact_lock(
        hashtextextended(current_schema() || '/step/copy of ' || :source, 0))
""")
_GO_ON_FROM = text("""
    insert into reader_cursor (source, position, as_at) values (:source, :position, :as_at)
    on conflict (source) do update set position = excluded.position
""")

Make = Callable[[str], Awaitable[None]]
"""Makes the snapshots that wait in a neighbour, if that runs here; else its own worker will."""


class Rebuilt(NamedTuple):
    """What was made anew."""

    source: str
    rows: int
    position: int
    """Up to where the copy holds everything; the worker reads on from there."""


async def rebuild(
    service: Service, projection: Projection, feeds: AsyncClient, make: Make
) -> Rebuilt | None:
    """Make a service's copy of one neighbour anew; None if snapshots tell nothing of it.

    What no snapshot tells (findings, screenings asked for, which writes have arrived) is left as it
    is. The feed is read on from where it was read up to, or where the snapshot ends if that is
    earlier: any event may come twice, and none is passed by.
    """
    if not projection.forget:
        return None
    base = f"/v1/{projection.source}/snapshots"
    asked = await feeds.post(base, json={"types": sorted(projection.apply)})
    asked.raise_for_status()
    address = f"{base}/{asked.json()['snapshot_id']}"
    made = await _made(feeds, address, projection.source, make)
    async with service.database.begin() as session:
        await session.execute(_ALONE, {"source": projection.source})
        for statement in projection.forget:
            await session.execute(text(statement))
        for part in range(made["parts"]):
            answer = await feeds.get(f"{address}/rows", params={"part": part})
            answer.raise_for_status()
            await _apply(session, projection, answer.text)
        reached = await _read_on(session, projection, feeds, int(made["position"]))
    return Rebuilt(projection.source, made["rows"], reached)


async def _made(feeds: AsyncClient, address: str, source: str, make: Make) -> dict[str, Any]:
    while True:
        await make(source)
        found = (await feeds.get(address)).raise_for_status().json()
        if found["state"] == "done":
            return dict(found)
        await asyncio.sleep(_POLL_SECONDS)


async def _apply(session: AsyncSession, projection: Projection, lines: str) -> None:
    by_type: dict[str, list[dict[str, Any]]] = {}
    for line in lines.splitlines():
        told = json.loads(line)
        by_type.setdefault(told["type"], []).append(told)
    for kind, apply in projection.apply.items():
        if kind in by_type:
            await apply(session, by_type[kind])


async def _read_on(
    session: AsyncSession, projection: Projection, feeds: AsyncClient, snapshot: int
) -> int:
    """Read the feed until the copy is where it was and where the snapshot is; how far it is then.

    From where both hold everything, unless what comes after that is no longer kept.
    """
    was = await position(session, projection.source)
    asked = {"after": was, "limit": 1}
    kept = (await feeds.get(f"/v1/{projection.source}/feed", params=asked)).status_code != 410
    values = {"source": projection.source, "position": min(was, snapshot) if kept else snapshot}
    made_at = (await session.execute(text("select clock_timestamp()"))).scalar_one()
    await session.execute(_GO_ON_FROM, values | {"as_at": made_at})
    until = max(was, snapshot)
    while (reached := await position(session, projection.source)) < until:
        if not await catch_up(session, projection, feeds):
            break
    return reached
