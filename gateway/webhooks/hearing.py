"""News of the feeds becomes deliveries.

Each endpoint has heard each service up to a position. What lies beyond and may be seen by its
agency is counted by subject and becomes one delivery, so whatever falls behind comes as one. The
position moves in the transaction that stores the delivery: a killed worker neither loses nor
repeats. A disabled endpoint hears nothing, and all of it at once when it is enabled again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from httpx import AsyncClient, HTTPError
from sqlalchemy import RowMapping

from gateway.webhooks.queries import dispatch
from kernel import clock
from kernel.ids import new_id
from kernel.service import Service, log

_READERS_A_TIME = 200
"""How many readers one question names: its body stays below what a service takes."""


class Listener:
    """Hears what is new in some services' feeds. An errand of the gateway (kernel.service.Errand).

    Any number of workers may run one: one at a time hears a service.
    """

    def __init__(self, services: Sequence[str]) -> None:
        self._services = services

    async def turn(self, service: Service, feeds: AsyncClient, heads: Mapping[str, int]) -> int:
        """Hear each service that some endpoint has not heard to its end.

        Returns how many endpoints came further. A service that is away is heard when it is back.
        """
        async with service.database.begin() as session:
            behind = await dispatch.behind(session, self._services, heads, clock.today())
        moved = 0
        for each in behind:
            try:
                moved += await _hear(service, each, feeds)
            except HTTPError as failure:
                log.warning("news of %s cannot be heard: %s", each, type(failure).__name__)
        return moved

    async def finish(self, service: Service) -> None:
        """Nothing is left open between turns."""


async def _hear(gateway: Service, service: str, feeds: AsyncClient) -> int:
    async with gateway.database.begin() as session:
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
            reader["id"]: upto[reader["id"]]
            for reader in readers
            if upto[reader["id"]] != reader["after"]
        }
        if moved:
            news = [
                {**item, "delivery_id": str(new_id()), "endpoint_id": item["id"]} for item in items
            ]
            await dispatch.store(session, service, news, moved, now=clock.now())
    return len(moved)


def _parts(readers: Sequence[RowMapping]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(readers), _READERS_A_TIME):
        part = readers[start : start + _READERS_A_TIME]
        yield [{**reader, "since": reader["since"].isoformat()} for reader in part]
