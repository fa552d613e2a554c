"""A process that answers requests: its port, its server, and the worker beside it."""

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from jinqiao.installation import Failed

log = logging.getLogger("jinqiao")

KEPT_SECONDS = 75
"""How long an idle connection is kept: longer than the gateway keeps it, so that it never sends
into one that is just being closed."""


@contextmanager
def reserved(host: str, port: int) -> Iterator[socket.socket]:
    """The port, taken before anything else is started for nothing."""
    try:
        door = socket.create_server((host, port), backlog=2048)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise Failed(
                f"Port {port} of {host} is in use: stop what uses it, or choose "
                "another with JINQIAO_PORT."
            ) from None
        raise Failed(f"Nothing can listen at {host}, port {port}: {problem.strerror}.") from None
    with door:
        yield door


class Server(uvicorn.Server):
    """uvicorn, but what comes after it (worker, database) is stopped in order as well."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEPT_SECONDS,
                timeout_graceful_shutdown=20,
            )
        )

    def heed_signals(self) -> None:
        """Stop when this process is told to."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would raise them again and end the process at once."""
        yield

    def stop(self) -> None:
        """Finish what has begun; asked twice, leave it."""
        self.force_exit = self.should_exit
        self.should_exit = True


@asynccontextmanager
async def worker_beside(*words: str) -> AsyncIterator[None]:
    """A worker in a second process, so that judging a province slows no answer down.

    `words` are more of its command line.
    """
    keeping = asyncio.create_task(_keep_working(words))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep_working(words: tuple[str, ...]) -> None:
    """Run a worker, again if it dies, until cancelled."""
    while True:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jinqiao.command", "worker", "--with-parent", *words),
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
