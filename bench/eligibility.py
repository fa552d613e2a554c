"""An eligibility check through the gateway, beside a bare FastAPI route on the same server kind;
and 10,000 of them in one call.

python -m bench.eligibility
"""

import contextlib
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from fastapi import FastAPI

from bench.load import Load, load, request
from bench.province import COUNTY, household, id_number, partners
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange

CONNECTIONS, SECONDS, WINDOWS, HOUSEHOLDS = 32, 3.0, 3, 10_000


def bare() -> FastAPI:
    """The limit: a FastAPI route that answers a dictionary to a POST."""
    app = FastAPI()

    @app.post("/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app


def main() -> None:
    """Interleave windows of both, and print rates, p99 and the ratio of the medians."""
    with throwaway_exchange() as operator, _bare_server() as limit:
        office, bank = partners(operator)
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.writelines(json.dumps(household(n)) + "\n" for n in range(HOUSEHOLDS))
            file.flush()
            office.push("registry", "households", Path(file.name))
        _wait_for_copy(bank, _question(HOUSEHOLDS - 1))
        _ask_many(bank)
        asked = _question(7)
        exchange = str(operator.http.base_url).rstrip("/")
        check = request(
            exchange,
            "/v1/loans/eligibility-checks",
            json.dumps(asked).encode(),
            bank.token(),
        )
        hello = request(limit, "/hello", b"{}")
        shown: dict[str, list[Load]] = {"bare FastAPI route": [], "eligibility check": []}
        for _ in range(WINDOWS):
            for name, address, sent in (
                ("bare FastAPI route", limit, hello),
                ("eligibility check", exchange, check),
            ):
                window = load(address, sent, connections=CONNECTIONS, seconds=SECONDS)
                shown[name].append(window)
    medians = {}
    for name, windows in shown.items():
        medians[name] = statistics.median(window.per_second for window in windows)
        rates = ", ".join(f"{window.per_second:,.0f}" for window in windows)
        p99 = statistics.median(window.p99_ms for window in windows)
        print(f"{name:>20}: {rates} requests/s, median {medians[name]:,.0f}, p99 {p99:.0f} ms")
    ratio = medians["eligibility check"] / medians["bare FastAPI route"]
    print(f"{'ratio':>20}: {ratio:.2f} of the limit, at {CONNECTIONS} connections")


def _question(n: int) -> dict[str, object]:
    return {
        "name": f"张{n}",
        "id_number": id_number(n),
        "amount": "30000.00",
        "term_months": 12,
        "kind": "NEW",
        "branch_division": COUNTY,
        "purpose": "PLANTING",
    }


def _ask_many(bank: Partner) -> None:
    """About everybody in one call, three times."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.writelines(json.dumps(_question(n)) + "\n" for n in range(HOUSEHOLDS))
        file.flush()
        taken = []
        for _ in range(WINDOWS):
            begun = time.perf_counter()
            lines = bank.ask_many("/v1/loans/bulk/eligibility-checks", Path(file.name))
            taken.append(time.perf_counter() - begun)
            if {line["outcome"] for line in lines} != {"answered"}:
                raise RuntimeError("a question was not answered")
    rates = ", ".join(f"{HOUSEHOLDS / seconds:,.0f}" for seconds in taken)
    print(f"{HOUSEHOLDS:>14,} in a call: {rates} people/s, slowest {max(taken):.1f} s")


def _wait_for_copy(bank: Partner, asked: dict[str, object]) -> None:
    for _ in range(600):
        answer = bank.post("/v1/loans/eligibility-checks", asked)
        verdicts = {each["rule_id"]: each["verdict"] for each in answer["conditions"]}
        if verdicts["LOAN-01"] == "met":
            return
        time.sleep(0.1)
    raise RuntimeError("The copy of the registry did not catch up.")


@contextlib.contextmanager
def _bare_server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    arguments = ["--factory", "bench.eligibility:bare", "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log", "--http", "httptools"]
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", *arguments, *quiet])
    try:
        for _ in range(100):
            with contextlib.suppress(httpx.TransportError):
                httpx.post(address + "/hello")
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
