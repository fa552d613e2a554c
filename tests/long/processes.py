"""The exchange as processes of the command `jinqiao`, together or apart, on a test's database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from anyio.from_thread import BlockingPortal
from sqlalchemy import make_url

from gateway.first_operator import FILE
from jinqiao.exchange import SERVICES, Exchange
from tests.visitor import Send, Visitor

NAMES = [name for name, _ in SERVICES]
_START_SECONDS, _SETTLE_SECONDS = 120, 300

_KEY = "ab" * 32

_STATE = """
    select exists (select from {0}.outbox) or {1} as busy,
           (select position from {0}.feed_head) as head,
           (select coalesce(json_object_agg(source, position), '{{}}') from {0}.reader_cursor)
               as cursors
"""
_BUSY = {
    "gateway": "false",
    "rectification": "exists (select from rectification.screening where state <> 'judged')",
}
_QUEUED = "exists (select from {0}.job where state = 'queued')"


@dataclass
class Processes:
    """A gateway in a process, and perhaps each service in one of its own."""

    environment: dict[str, str]
    client: httpx.Client
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def operator(self) -> Visitor:
        """The first operator."""
        found = json.loads((self.folder / FILE).read_text())
        return Visitor(self.send, "OPERATOR", found["client_id"], found["client_secret"])

    @property
    def send(self) -> Send:
        """Sends a request through the gateway's port."""
        return lambda method, path, **more: self.client.request(method, path, **more)

    def start(self, name: str) -> None:
        """Start `up` or a service, and wait until it is ready."""
        words = ["up"] if name == "up" else ["serve", name]
        with (self.folder / f"{name}.log").open("ab") as said:
            self.running[name] = process = subprocess.Popen(
                [sys.executable, "-m", "jinqiao", *words],
                env=self.environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        where = "JINQIAO_ISSUER" if name == "up" else f"JINQIAO_{name.upper()}_URL"
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            assert process.poll() is None, (self.folder / f"{name}.log").read_text()
            try:
                if httpx.get(self.environment[where] + "/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start")

    def kill(self, name: str) -> None:
        """End a process and its worker as a power cut would, at once."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_worker(self) -> None:
        """Kill the worker that `up` has beside it, at once; `up` starts another."""
        up = self.running["up"].pid
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            children = Path(f"/proc/{up}/task/{up}/children").read_text().split()
            workers = [
                each for each in children if b"worker" in Path(f"/proc/{each}/cmdline").read_bytes()
            ]
            if workers:
                os.kill(int(workers[0]), signal.SIGKILL)
                return
            time.sleep(0.1)
        raise AssertionError("there is no worker")

    def stop(self) -> None:
        """End everything in order."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            assert process.wait(60) == 0


@contextmanager
def processes(database_url: str, folder: Path, *, apart: bool) -> Iterator[Processes]:
    """The exchange for the length of a block; `apart`: each service in a process of its own."""
    folder.mkdir()
    (folder / "exchange.key").write_text(_KEY)  # people have the same keys in every exchange
    names = NAMES if apart else []
    with ExitStack() as stack:
        probes = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in ("up", *names)
        ]
        at, *services = [f"http://127.0.0.1:{probe.getsockname()[1]}" for probe in probes]
    environment = {
        **os.environ,  # noqa: TID251  (handed on to processes)
        "JINQIAO_DATA": str(folder),
        "JINQIAO_PORT": at.rpartition(":")[2],
        "JINQIAO_ISSUER": at,
        "JINQIAO_DATABASE_URL": database_url,
        **{
            f"JINQIAO_{name.upper()}_URL": where
            for name, where in zip(names, services, strict=True)
        },
    }
    with httpx.Client(base_url=at, timeout=120) as client:
        made = Processes(environment, client, folder)
        try:
            for name in ("up", *names):
                made.start(name)
            yield made
        finally:
            made.stop()


def settle(portal: BlockingPortal, database_url: str, exchange: Exchange) -> None:
    """Wait until everything that was announced has been heard, and every job and run is done.

    `exchange` says who reads whom; it need not run.
    """
    until = time.monotonic() + _SETTLE_SECONDS
    while not portal.call(_is_settled, database_url, exchange):
        assert time.monotonic() < until, "the workers do not come to rest"
        time.sleep(0.2)


async def _is_settled(database_url: str, exchange: Exchange) -> bool:
    url = make_url(database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        seen = {}
        for name, service in exchange.services.items():
            busy = _BUSY.get(name, "false")
            if service.resources:
                busy += " or " + _QUEUED.format(name)
            seen[name] = await connection.fetchrow(_STATE.format(name, busy))
    finally:
        await connection.close()
    return not any(row["busy"] for row in seen.values()) and all(
        json.loads(seen[name]["cursors"]).get(projection.source, 0)
        == seen[projection.source]["head"]
        for name, service in exchange.services.items()
        for projection in service.projections
    )
