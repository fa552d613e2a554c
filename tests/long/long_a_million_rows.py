"""A million contracts, some doubled, all shuffled, the upload cut, the worker killed: all add up.

`make test-long` runs it against `jinqiao up` in processes of its own, and prints what it took.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.province import contracts, partners
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange

MEGABYTES = 400
"""What no process may need, at its highest (VmHWM), for any of these files."""

DOUBLED, WRONG = 10, 1000
"""One row in so many stands twice, and one cannot be read."""

KILLS = 5


def write(file: Path, rows: int) -> dict[str, int]:
    """A shuffled file; what must become of its rows."""
    order = [n for n in range(rows) for _ in range(2 if n % DOUBLED == 0 else 1)]
    random.Random(20190601).shuffle(order)
    said = [json.dumps(row, ensure_ascii=False).encode() for row in contracts(rows)]
    with file.open("wb") as out:
        for n in order:
            wrong = n % WRONG == 1
            out.write((said[n].replace(b'"PLANTING"', b'"?"') if wrong else said[n]) + b"\n")
    wrong_ones = sum(n % WRONG == 1 for n in order)
    accepted = rows - len(range(1, rows, WRONG))
    unchanged = len(order) - accepted - wrong_ones
    return {
        "received": len(order),
        "accepted": accepted,
        "unchanged": unchanged,
        "superseded": 0,
        "rejected": wrong_ones,
        "pending": 0,
    }


def processes() -> dict[str, int]:
    """The gateway of the exchange that this process started, and its worker."""
    found = {}
    for gateway in children(os.getpid(), "up"):
        found["gateway"] = gateway
        for worker in children(gateway, "worker"):
            found["worker"] = worker
    return found


def children(pid: int, command: str) -> list[int]:
    """Processes of the command `jinqiao …` that a process has started."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    said = {child: Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0") for child in started}
    return [int(child) for child, words in said.items() if words[3:4] == [command.encode()]]


def peak(pid: int) -> float:
    """Megabytes that a process has held at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def sending(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """`jinqiao push` in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "jinqiao", "push", *arguments])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def followed(arguments: list[str], answer: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The same command again: it follows the job that the first one began.

    What it says goes to a file: there is more of it than a pipe holds.
    """
    command = [sys.executable, "-m", "jinqiao", "push", *arguments]
    with (
        answer.open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def watch(
    bank: Partner, job_id: str, ended: subprocess.Popen[bytes], heights: dict[str, float]
) -> None:
    """Until a command has ended: at each look the counts add up. Says how fast each tenth goes, so
    that it is seen whether the last rows take longer than the first, and what processes hold."""
    since, then = time.monotonic(), done_of(bank, job_id)
    while ended.poll() is None:
        time.sleep(1)
        now, [job] = done_of(bank, job_id), jobs(bank)
        for name, pid in processes().items():
            heights[name] = max(heights.get(name, 0.0), peak(pid))
        is_end = job["state"] != "queued" and now > then
        if is_end or now - then >= job["counts"]["received"] // 10:
            rate = (now - then) / (time.monotonic() - since)
            held = ", ".join(f"{name} {height:,.0f} MB" for name, height in heights.items())
            load = os.getloadavg()[0]
            print(f"\n{now:,} rows, {rate:,.0f} rows/s, load {load:.0f}; at most {held}", end="")
            since, then = time.monotonic(), now


def jobs(bank: Partner) -> list[dict[str, Any]]:
    return list(bank.items("/v1/loans/jobs"))


def adds_up(counts: dict[str, int]) -> bool:
    parts = ("accepted", "unchanged", "superseded", "rejected", "pending")
    return counts["received"] == sum(counts[name] for name in parts)


@pytest.mark.parametrize("rows", [50_000, 1_000_000])
def test_a_file_that_is_cut_doubled_shuffled_and_resumed_adds_up(
    rows: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, client = tmp_path / "loans.ndjson", tmp_path / "bank.json"
    expected = write(file, rows)
    with throwaway_exchange() as operator:
        _, bank = partners(operator)
        address = str(operator.http.base_url)
        known = {"address": address, "client_id": bank.client_id}
        client.write_text(json.dumps(known | {"client_secret": bank.client_secret}))
        arguments = ["loans/contracts", str(file), "--client", str(client), "--json"]

        cut_upload(bank, file)
        assert jobs(bank) == [], "of an upload that broke off nothing is to be seen"
        begun = time.monotonic()
        with sending(arguments):
            job = until_begun(bank)
        taken, heights = time.monotonic() - begun, {"worker": 0.0}
        for _ in range(KILLS):
            worker = until_a_worker_has_worked(bank, job["job_id"])
            heights["worker"] = max(heights["worker"], peak(worker))
            os.kill(worker, signal.SIGKILL)
        answer = tmp_path / "answer.json"
        with followed(arguments, answer) as ended, capsys.disabled():
            watch(bank, job["job_id"], ended, heights)
        whole = time.monotonic() - begun

        done = json.loads(answer.read_text())
        assert ended.wait() == 1
        assert {name: done[name] for name in expected} == expected
        assert adds_up(done)
        assert done["job_id"] == job["job_id"], "the second command follows the first one's job"
        assert len(jobs(bank)) == 1
        running = processes()
        heights["gateway"] = peak(running["gateway"])
        heights["worker"] = max(heights["worker"], peak(running["worker"]))
        size = errors_of(bank, job["job_id"], expected["rejected"])
        heights["gateway, errors read"] = peak(running["gateway"])
    with capsys.disabled():
        print(
            f"\n{expected['received']:,} rows of {file.stat().st_size / 1e6:,.0f} MB: "
            f"taken in {taken:,.0f} s, done in {whole:,.0f} s with {KILLS} kills "
            f"({expected['received'] / whole:,.0f} rows/s); file of errors {size:,} bytes"
        )
        print(", ".join(f"{name} at most {height:,.0f} MB" for name, height in heights.items()))
    assert max(heights.values()) < MEGABYTES


def cut_upload(bank: Partner, file: Path) -> None:
    """Send a part of the file, and hang up."""

    def part() -> Iterator[bytes]:
        with file.open("rb") as source:
            for _ in range(20):
                yield source.read(100_000)
        raise httpx.WriteError("the line is cut")

    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {bank.token()}"}
    with pytest.raises(httpx.TransportError):
        bank.http.post("/v1/loans/bulk/contracts", content=part(), headers=headers)


def until_begun(bank: Partner) -> dict[str, Any]:
    """The job, once some of its rows are done."""
    while True:
        for job in jobs(bank):
            assert adds_up(job["counts"])
            if job["counts"]["accepted"]:
                return job
        time.sleep(0.1)


def until_a_worker_has_worked(bank: Partner, job_id: str) -> int:
    """A worker under which the job went on, as long as there is something to do."""
    before = done_of(bank, job_id)
    while done_of(bank, job_id) == before or "worker" not in processes():
        time.sleep(0.05)
    return processes()["worker"]


def done_of(bank: Partner, job_id: str) -> int:
    [job] = [job for job in jobs(bank) if job["job_id"] == job_id]
    assert adds_up(job["counts"])
    return job["counts"]["received"] - job["counts"]["pending"]


def errors_of(bank: Partner, job_id: str, rejected: int) -> int:
    """Bytes of the file of refused rows, all of which are in it."""
    content = bank.download(f"/v1/loans/jobs/{job_id}/errors", format="csv")
    assert content.count(b"\n") == rejected + 1
    return len(content)
