"""News of the feeds becomes deliveries.

Each endpoint has heard each service up to a position. What lies beyond and may be seen by its
agency is counted by subject and becomes one delivery, so whatever falls behind comes as one. The
position moves in the transaction that stores the delivery: a killed worker neither loses nor
repeats. A disabled endpoint hears nothing, and all of it at once when it is enabled again.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from httpx import AsyncClient
from sqlalchemy import RowMapping

from gateway.webhooks.queries import dispatch
from kernel import clock
from kernel.database import Database
from kernel.ids import new_id

_READERS_A_TIME = 200
"""How many readers one question names: its body stays below what a service takes."""


async def hear(
    database: Database, services: Sequence[str], feeds: AsyncClient, heads: Mapping[str, int]
) -> int:
    """Hear each service that some endpoint has not heard to its end; returns how much was new."""
    async with database.begin() as session:
        behind = await dispatch.behind(session, services, heads, clock.today())
    return sum([await _hear_one(database, service, feeds) for service in behind])


async def _hear_one(database: Database, service: str, feeds: AsyncClient) -> int:
    async with database.begin() as session:
        if not await dispatch.lock(session, service):
            return 0
        readers = await dispatch.readers(session, service, clock.today())
        items: list[dict[str, Any]] = []
        upto: dict[str, int] = {}
        for some in _parts(readers):
            answer = await feeds.post(f"/v1/{service}/feed/news", json={"readers": some})
            answer.raise_for_status()
            found = answer.json()
            items += found["items"]
            upto |= found["upto"]
        moved = {
            each["id"]: upto[each["id"]] for each in readers if upto[each["id"]] != each["after"]
        }
        if moved:
            news = [
                {**item, "delivery_id": str(new_id()), "endpoint_id": item["id"]} for item in items
            ]
            await dispatch.store(session, service, news, moved, now=clock.now())
    return len(moved)


def _parts(readers: Sequence[RowMapping]) -> list[list[dict[str, Any]]]:
    rows = iter({**reader, "since": reader["since"].isoformat()} for reader in readers)
    parts = []
    while part := list(islice(rows, _READERS_A_TIME)):
        parts.append(part)
    return parts
