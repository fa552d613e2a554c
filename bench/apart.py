"""One row read through a gateway that mounts its services, through one that passes requests on, and
at the service itself: three processes on one database, in turn.

python -m bench.apart
"""

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from bench.load import Load, load
from bench.province import household, partners
from gateway.first_operator import FILE
from jinqiao.partner import Partner

CONNECTIONS, SECONDS, WINDOWS = 16, 2.0, 5


def main() -> None:
    """Interleave windows of all three, and print rates, p99 and the ratios of the medians."""
    with _processes() as (folder, addresses):
        found = json.loads((folder / FILE).read_text())
        with httpx.Client(base_url=addresses["mounted"], timeout=60) as http:
            office, _ = partners(Partner(http, found["client_id"], found["client_secret"]))
            office.post("/v1/registry/households", household(1))
            token = office.token()
        shown: dict[str, list[Load]] = {name: [] for name in addresses}
        for _ in range(WINDOWS):
            for name, address in addresses.items():
                sent = _reading(address, token)
                shown[name].append(load(address, sent, connections=CONNECTIONS, seconds=SECONDS))
    medians = {}
    for name, windows in shown.items():
        medians[name] = statistics.median(window.per_second for window in windows)
        rates = ", ".join(f"{window.per_second:,.0f}" for window in windows)
        p99 = statistics.median(window.p99_ms for window in windows)
        print(f"{name:>12}: {rates} requests/s, median {medians[name]:,.0f}, p99 {p99:.0f} ms")
    ratio = medians["passed on"] / medians["mounted"]
    print(f"{'ratio':>12}: {ratio:.2f} of mounted, at {CONNECTIONS} connections")


def _reading(address: str, token: str) -> bytes:
    host = address.removeprefix("http://")
    head = [
        "GET /v1/registry/households?limit=1 HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {token}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n"


@contextlib.contextmanager
def _processes() -> Iterator[tuple[Path, Mapping[str, str]]]:
    """The data folder, and where each answers. All say that they are the first: one issuer."""
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-bench-"))
    folder.chmod(0o711)
    addresses = {name: _free_address() for name in ("mounted", "the service", "passed on")}
    mounted, service, passed_on = addresses.values()
    same = {**os.environ, "JINQIAO_DATA": str(folder / "data"), "JINQIAO_ISSUER": mounted}  # noqa: TID251
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        there = {"JINQIAO_REGISTRY_URL": service}
        stack.enter_context(_running(mounted, same, "up"))
        stack.enter_context(
            _running(service, {**same, **there}, "serve", "registry", "--no-worker")
        )
        stack.enter_context(_running(passed_on, {**same, **there}, "up"))
        yield folder / "data", addresses


@contextlib.contextmanager
def _running(address: str, environment: Mapping[str, str], *words: str) -> Iterator[None]:
    port = {"JINQIAO_PORT": address.rpartition(":")[2]}
    command = [sys.executable, "-m", "jinqiao", *words]
    process = subprocess.Popen(command, env={**environment, **port}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(address + "/readyz").raise_for_status()
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


if __name__ == "__main__":
    main()
