"""`jinqiao up`: the whole exchange on one machine."""

import asyncio
import logging
import socket
from typing import Annotated

import typer
import uvloop

from gateway.first_operator import FILE, first_operator
from jinqiao import installation
from jinqiao.serving import Server, reserved, worker_beside
from kernel.settings import Settings


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao up`."""
    root.command(epilog="Example: JINQIAO_PORT=8701 jinqiao up --sandbox")(up)


def up(
    sandbox: Annotated[
        bool,
        typer.Option(
            help="Try it out: agencies, their credentials and a small county, in a place apart."
        ),
    ] = False,
) -> None:
    """Run everything on this machine until Ctrl-C.

    The embedded PostgreSQL (unless JINQIAO_DATABASE_URL names another one), the gateway with all
    services, and a worker beside it. A service whose address is set (JINQIAO_LOANS_URL and so on)
    runs where `jinqiao serve` has started it, and the gateway passes its requests on.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s gateway %(message)s")
    settings = installation.settings(sandbox=sandbox)
    with (
        reserved(settings.host, settings.port) as door,
        installation.database(settings) as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, url, door, sandbox=sandbox))
    print("Stopped.")


async def _serve(settings: Settings, url: str, door: socket.socket, *, sandbox: bool) -> None:
    from jinqiao.exchange import (
        open_exchange,  # a second's work, which other commands need not wait for
    )

    async with open_exchange(settings, url) as exchange:
        gateway = exchange.services["gateway"].database
        await first_operator(gateway, settings.data, address=settings.issuer)
        server = Server(exchange.app)
        server.heed_signals()
        async with worker_beside(*["--sandbox"] if sandbox else []):
            _tell(settings)
            filling = asyncio.create_task(_fill(settings, server)) if sandbox else None
            await server.serve([door])
            if filling:
                await filling


async def _fill(settings: Settings, server: Server) -> None:
    """Fill the sandbox through its own front door, and say where its credentials lie."""
    from jinqiao.sandbox import start

    try:
        print(await asyncio.to_thread(start, settings), flush=True)
    except BaseException:
        server.stop()
        raise


def _tell(settings: Settings) -> None:
    print(f"Jinqiao answers at {settings.issuer} (documentation: {settings.issuer}/docs).")
    for service, address in settings.elsewhere.items():
        print(f"Requests to {service} are passed on to {address}.")
    print(f"The first operator's credentials lie in {settings.data / FILE}.")
    print("Ctrl-C stops everything; the data stay.", flush=True)
