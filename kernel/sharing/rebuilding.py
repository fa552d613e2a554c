"""Making a service's copies anew, from its neighbours' snapshots and then their feeds.

The rows of a copy are exchanged in one transaction, so whoever reads meanwhile finds the old ones
until the new ones are there, and never none. The worker's own reading of that neighbour waits.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.feed import Projection, position
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
    """Where the feed is read on from."""


async def rebuild(
    service: Service, projection: Projection, feeds: AsyncClient, make: Make
) -> Rebuilt | None:
    """Make a service's copy of one neighbour anew; None if snapshots tell nothing of it.

    Types that no snapshot tells (findings, screenings asked for) are left as they are, and their
    events are read on from where they were: any event may come twice.
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
        on_from = await _go_on_from(session, projection, made, feeds)
    return Rebuilt(projection.source, made["rows"], on_from)


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


async def _go_on_from(
    session: AsyncSession, projection: Projection, made: dict[str, Any], feeds: AsyncClient
) -> int:
    """The snapshot's position; an earlier one where events are kept that no snapshot tells."""
    was = await position(session, projection.source)
    on_from = int(made["position"])
    if projection.apply.keys() - set(made["tells"]):
        answer = await feeds.get(f"/v1/{projection.source}/feed", params={"after": was, "limit": 1})
        on_from = on_from if answer.status_code == 410 else min(was, on_from)
    values = {"source": projection.source, "position": on_from}
    made_at = (await session.execute(text("select clock_timestamp()"))).scalar_one()
    await session.execute(_GO_ON_FROM, values | {"as_at": made_at})
    return on_from
