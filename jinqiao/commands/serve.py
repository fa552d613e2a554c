"""`jinqiao serve`: one service in a process of its own."""

import asyncio
import logging
import socket
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvloop

from jinqiao import installation
from jinqiao.commands.worker import ServiceName
from jinqiao.serving import Server, reserved, worker_beside
from kernel.settings import Settings


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao serve`."""
    root.command(epilog="Example: JINQIAO_LOANS_URL=http://127.0.0.1:8702 jinqiao serve loans")(
        serve
    )


def serve(
    service: Annotated[ServiceName, typer.Argument(help="Which one.")],
    port: Annotated[
        int | None,
        typer.Option(help="Where it listens; else at the port of its JINQIAO_…_URL."),
    ] = None,
    worker: Annotated[bool, typer.Option(help="Run its worker beside it.")] = True,
) -> None:
    """Run one service alone, with its worker, until Ctrl-C.

    `jinqiao up` is then its gateway: give both the same settings, the service's address among them.
    """
    logging.basicConfig(level=logging.WARNING, format=f"%(asctime)s {service} %(message)s")
    settings = installation.settings()
    with (
        reserved(settings.host, port or _port(settings, service)) as door,
        installation.database(settings) as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(service, settings, url, door, with_worker=worker))
    print("Stopped.")


def _port(settings: Settings, service: str) -> int:
    return urlsplit(settings.elsewhere.get(service, "")).port or settings.port


async def _serve(
    service: str, settings: Settings, url: str, door: socket.socket, *, with_worker: bool
) -> None:
    from jinqiao.exchange import (
        open_service,  # a second's work, which other commands need not wait for
    )

    async with open_service(service, settings, url) as alone:
        server = Server(alone.app)
        server.heed_signals()
        host, port = door.getsockname()[:2]
        print(f"The service {service} answers at http://{host}:{port}.", flush=True)
        if not with_worker:
            await server.serve([door])
            return
        async with worker_beside("--service", service):
            await server.serve([door])
