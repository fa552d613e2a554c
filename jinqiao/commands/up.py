"""`jinqiao up`: the whole exchange on one machine."""

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Annotated

import typer
import uvicorn
import uvloop

from gateway.first_operator import FILE, first_operator
from jinqiao import installation
from jinqiao.installation import Failed
from kernel.settings import Settings

log = logging.getLogger("jinqiao")


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
    services, and a worker beside it.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s gateway %(message)s")
    settings = installation.settings(sandbox=sandbox)
    with (
        _reserved(settings) as door,
        installation.database(settings) as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, url, door, sandbox=sandbox))
    print("Stopped.")


@contextmanager
def _reserved(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything else is started for nothing."""
    try:
        door = socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise Failed(
                f"Port {settings.port} of {settings.host} is in use: stop what uses it, or choose "
                "another with JINQIAO_PORT."
            ) from None
        raise Failed(
            f"Nothing can listen at {settings.host}, port {settings.port}: {problem.strerror}."
        ) from None
    with door:
        yield door


async def _serve(settings: Settings, url: str, door: socket.socket, *, sandbox: bool) -> None:
    from jinqiao.exchange import (
        open_exchange,  # a second's work, which other commands need not wait for
    )

    async with open_exchange(settings, url) as exchange:
        gateway = exchange.services["gateway"].database
        await first_operator(gateway, settings.data, address=settings.issuer)
        server = _Server(
            uvicorn.Config(
                exchange.app,
                http="httptools",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=20,
            )
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        async with _worker_beside(*["--sandbox"] if sandbox else []):
            _tell(settings)
            filling = asyncio.create_task(_fill(settings, server)) if sandbox else None
            await server.serve([door])
            if filling:
                await filling


async def _fill(settings: Settings, server: "_Server") -> None:
    """Fill the sandbox through its own front door, and say where its credentials lie."""
    from jinqiao.sandbox import start

    try:
        print(await asyncio.to_thread(start, settings), flush=True)
    except BaseException:
        server.stop()
        raise


def _tell(settings: Settings) -> None:
    print(f"Jinqiao answers at {settings.issuer} (documentation: {settings.issuer}/docs).")
    print(f"The first operator's credentials lie in {settings.data / FILE}.")
    print("Ctrl-C stops everything; the data stay.", flush=True)


class _Server(uvicorn.Server):
    """uvicorn, but what comes after it (worker, database) is stopped in order as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would raise them again and end the process at once."""
        yield

    def stop(self) -> None:
        """Finish what has begun; asked twice, leave it."""
        self.force_exit = self.should_exit
        self.should_exit = True


@asynccontextmanager
async def _worker_beside(*options: str) -> AsyncIterator[None]:
    """A worker in a second process, so that judging a province slows no answer down."""
    keeping = asyncio.create_task(_keep_working(options))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep_working(options: Sequence[str]) -> None:
    """Run a worker, again if it dies, until cancelled."""
    while True:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jinqiao.command", "worker", "--with-parent", *options),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches us alone, and we close the pipe
        )
        try:
            status = await worker.wait()
        except asyncio.CancelledError:
            await _stop(worker)
            raise
        log.warning("the worker ended with status %s and is started again", status)
        await asyncio.sleep(1)


async def _stop(worker: asyncio.subprocess.Process) -> None:
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        await asyncio.wait_for(worker.wait(), timeout=30)
    except TimeoutError:
        worker.kill()  # a step is a transaction, so nothing is lost or done twice
        await worker.wait()
