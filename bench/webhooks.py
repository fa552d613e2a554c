"""Deliveries of one worker to a receiver on this machine, beside a bare loop of aiohttp posts.

python -m bench.webhooks
"""

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

import aiohttp
from aiohttp import web
from sqlalchemy import text

from gateway.operations import record_agency
from gateway.schemas import AgencyIn
from gateway.webhooks import operations
from gateway.webhooks.delivering import ROOM, Dispatcher
from gateway.webhooks.messages import webhook_id
from gateway.webhooks.schemas import EndpointIn, HostIn
from gateway.webhooks.signing import Signing, headers_of, new_key
from jinqiao import installation
from jinqiao.exchange import open_exchange
from jinqiao.migration import scratch_database
from kernel.roles import AgencyType
from kernel.service import Service
from kernel.settings import Settings

DELIVERIES, ROUNDS = 1_000, 3

_FILL = text("""
    insert into webhook_delivery (delivery_id, endpoint_id, origin, service, subject, types,
        first_position, last_position, events, occurred_at, created_at, state, attempts, step,
        next_at)
    select gen_random_uuid(), endpoint_id, 'feed', 'loans', 'contract', array['contract.recorded'],
           n, n, 1, now(), now(), 'waiting', 0, 0, now()
    from generate_series(1, :each) as n, unnest(cast(:endpoints as uuid[])) as endpoint_id
""")
_LEFT = text("select count(*) from webhook_delivery where state <> 'delivered'")


def main() -> None:
    """Interleave all, and print the medians of deliveries a second."""
    settings = installation.settings()
    with (
        installation.server_to_try_on(settings) as server,
        tempfile.TemporaryDirectory() as data,
        _receiver() as port,
    ):
        asyncio.run(_measure(server, Path(data), port))


async def _measure(server: str, data: Path, port: int) -> None:
    settings = Settings.from_environment({"JINQIAO_DATA": str(data)})
    async with scratch_database(server) as url, open_exchange(settings, url) as exchange:
        gateway = exchange.services["gateway"]
        endpoints = [await _endpoint(gateway, port, number) for number in range(20)]
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            for what, act in (
                ("bare posts", _bare(port)),
                ("to 1 endpoint", _delivered(gateway, endpoints[:1])),
                ("to 20 endpoints", _delivered(gateway, endpoints)),
            ):
                busy = time.process_time()
                rate = await act
                spent = 1000 * (time.process_time() - busy) / DELIVERIES
                found.setdefault(what, []).append((rate, spent))
    rates = {what: statistics.median(rate for rate, _ in each) for what, each in found.items()}
    for what, each in found.items():
        spent = statistics.median(spent for _, spent in each)
        share = rates[what] / rates["bare posts"]
        print(
            f"{what:16} {rates[what]:7,.0f}/s  {share:5.2f}  {spent:5.2f} ms of processor time each"
        )


async def _endpoint(gateway: Service, port: int, number: int) -> UUID:
    code = f"BENCH-{number}"
    said = AgencyIn(code=code, name=code, agency_type=AgencyType.BANK, divisions=["230231"])
    host = HostIn(agency=code, host="localhost", cidrs=["127.0.0.0/8", "::1/128"])
    async with gateway.database.begin() as session:
        await record_agency(session, said)
        await operations.approve_host(session, host, by="bench")
        url = EndpointIn(url=f"http://localhost:{port}/")
        made = await operations.add_endpoint(session, gateway.keys, url, agency=code)
        return made.endpoint.endpoint_id


async def _delivered(gateway: Service, endpoints: list[UUID]) -> float:
    async with gateway.database.begin() as session:
        values = {"each": DELIVERIES // len(endpoints), "endpoints": endpoints}
        await session.execute(_FILL, values)
    dispatcher, begun = Dispatcher(), time.perf_counter()
    async with aiohttp.ClientSession() as nobody:
        while await dispatcher.turn(gateway, nobody, {}):  # type: ignore[arg-type]
            pass
    taken = time.perf_counter() - begun
    async with gateway.database.begin() as session:
        assert (await session.execute(_LEFT)).scalar() == 0
    return DELIVERIES / taken


async def _bare(port: int) -> float:
    """As many signed posts at once as a worker has under way, over kept connections."""
    key, body, room = new_key(Signing.V1A).secret, b"x" * 200, asyncio.Semaphore(ROOM)
    begun = time.perf_counter()
    async with aiohttp.ClientSession() as session:

        async def post(number: int) -> None:
            async with room:
                headers = headers_of(webhook_id(UUID(int=number)), number, body, [key])
                async with session.post(f"http://localhost:{port}/", data=body, headers=headers):
                    pass

        await asyncio.gather(*map(post, range(DELIVERIES)))
    return DELIVERIES / (time.perf_counter() - begun)


@contextmanager
def _receiver() -> Iterator[int]:
    """The port at which a process of its own answers 204."""
    ours, its = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_receive, args=(its,))
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _receive(told: Connection) -> None:
    async def hear(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/", hear)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
