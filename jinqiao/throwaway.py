"""An exchange that runs as it always runs, on a database of its own, and is gone afterwards."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from anyio.from_thread import start_blocking_portal

from gateway.first_operator import FILE
from jinqiao import installation
from jinqiao.migration import scratch_database
from jinqiao.partner import Partner, Refused

_START_SECONDS = 90


@contextmanager
def throwaway_exchange() -> Iterator[Partner]:
    """Its first operator, for as long as the block lasts; `.http.base_url` says where it answers.

    It is `jinqiao up` in a process of its own, on a free port of this machine, and on a new
    database of the server that JINQIAO_DATABASE_URL names, else an embedded one. Raises Refused,
    with what it said, if it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-"))
    folder.chmod(0o711)  # as root, the database runs as another user who must pass through
    address = f"http://127.0.0.1:{_free_port()}"
    try:
        with (
            (folder / "said").open("w+") as said,
            _database() as database,
            _running(folder / "data", address, database, said.fileno()) as process,
            httpx.Client(base_url=address, timeout=120) as http,
        ):
            if not _answers(http, process):
                said.seek(0)
                raise Refused(f"The exchange did not start. {said.read().strip()}")
            found = json.loads((folder / "data" / FILE).read_text())
            yield Partner(http, found["client_id"], found["client_secret"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database() -> Iterator[str]:
    """The address of a database that nobody else uses; empty for the embedded one."""
    server = installation.settings().database_url
    if server is None:
        yield ""
        return
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(scratch_database(server)) as url,
    ):
        yield url


@contextmanager
def _running(
    data: Path, address: str, database: str, said: int
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "JINQIAO_DATA": str(data),
        "JINQIAO_PORT": address.rpartition(":")[2],
        "JINQIAO_ISSUER": address,
        "JINQIAO_DATABASE_URL": database,
    }
    command = [sys.executable, "-m", "jinqiao", "up"]
    process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _answers(http: httpx.Client, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if http.get("/readyz").is_success:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
