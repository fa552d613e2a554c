"""Services in the gateway's process and services in their own answer alike."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from gateway.first_operator import FILE
from jinqiao.exchange import SERVICES, Exchange, open_exchange, open_service
from jinqiao.serving import Server
from kernel.settings import Settings
from kernel.worker import Worker
from tests.journeys.spring import spring
from tests.journeys.telling import Telling
from tests.visitor import Send

SMALL_POOL = 2


@asynccontextmanager
async def served(exchange: Exchange, door: socket.socket) -> AsyncIterator[Exchange]:
    """An exchange, or a service of it, that answers at a port."""
    server = Server(exchange.app)
    serving = asyncio.create_task(server.serve([door]))
    try:
        yield exchange
    finally:
        server.stop()
        server.stop()
        await serving


@asynccontextmanager
async def standing_apart(settings: Settings, url: str) -> AsyncIterator[list[Exchange]]:
    """The gateway, then each service, joined by nothing but HTTP."""
    names = [name for name, _ in SERVICES]
    async with AsyncExitStack() as stack:
        doors = {
            name: stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for name in ("gateway", *names)
        }
        at = {name: "http://{}:{}".format(*door.getsockname()) for name, door in doors.items()}
        apart = replace(
            settings,
            elsewhere={name: at[name] for name in names},
            gateway=at["gateway"],
            pool_size=SMALL_POOL,
        )
        gateway = await stack.enter_async_context(open_exchange(apart, url, prepare=False))
        await stack.enter_async_context(served(gateway, doors["gateway"]))
        running = [gateway]
        for name in names:
            one = await stack.enter_async_context(open_service(name, apart, url, prepare=False))
            running.append(await stack.enter_async_context(served(one, doors[name])))
        yield running


async def drained(workers: list[Worker]) -> None:
    """Until a round of all of them finds nothing to do."""
    while sum([await worker.round() for worker in workers]):
        pass


@pytest.fixture
def apart(
    portal: BlockingPortal, opened_exchange: Exchange, settings: Settings, database_url: str
) -> Iterator[list[Exchange]]:
    """The exchange under test once more, its services standing apart, on the same database."""
    with portal.wrap_async_context_manager(standing_apart(settings, database_url)) as running:
        yield running


def test_the_journey_is_answered_alike_both_ways(
    portal: BlockingPortal,
    exchange: Exchange,
    apart: list[Exchange],
    settings: Settings,
    send: Send,
    emptied: Callable[[], None],
) -> None:
    def told(send: Send, workers: list[Worker]) -> Telling:
        emptied()
        found = json.loads((settings.data / FILE).read_text())
        telling = Telling(send)
        operator = found["client_id"], found["client_secret"]
        spring(telling.send, operator, partial(portal.call, drained, workers))
        return telling

    together = told(send, [exchange.worker])
    door = httpx.ASGITransport(apart[0].app)
    client = httpx.AsyncClient(transport=door, base_url=settings.issuer)
    apart_told = told(
        lambda method, path, **more: portal.call(partial(client.request, method, path, **more)),
        [each.worker for each in apart],
    )
    portal.call(client.aclose)

    assert len(together.answers) > 90
    statuses = {each["status"] for each in together.answers}
    assert statuses >= {200, 201, 202, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428}
    assert 500 not in statuses
    for one, other in zip(together.answers, apart_told.answers, strict=True):
        assert one == other
