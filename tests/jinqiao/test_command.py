"""The command `jinqiao`, as a person at a terminal meets it."""

import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from typer import Typer
from typer.main import get_command

from jinqiao.command import app, main
from jinqiao.credentials import partner
from jinqiao.partner import Partner
from tests.story import a_contract, a_person

Jinqiao = Callable[..., "Ended"]
Running = tuple[subprocess.Popen[str], Path, int]


def commands(typer: Typer) -> Iterator[tuple[str, Any]]:
    """Every command and its name as it is typed."""

    def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        for part, each in (inner or {}).items():
            yield from below(each, f"{name} {part}")

    return below(get_command(typer), "jinqiao")


@pytest.mark.parametrize(("name", "command"), list(commands(app)), ids=str)
def test_every_command_has_help_with_an_example(name: str, command: Any) -> None:
    assert command.help
    assert f"{name} " in f"{command.help} {command.epilog} "
    assert "Example: " in f"{command.help} {command.epilog}"


SAYS_NOTHING_TO_PROGRAMS = {
    "jinqiao up": "runs until it is stopped",
    "jinqiao serve": "runs until it is stopped",
    "jinqiao worker": "runs until it is stopped",
    "jinqiao openapi": "is JSON anyway",
    "jinqiao asyncapi": "is JSON anyway",
}


def test_every_command_prints_json_for_programs_or_has_a_reason() -> None:
    without = {
        name
        for name, command in commands(app)
        if not any("--json" in parameter.opts for parameter in command.params)
    }

    assert without == SAYS_NOTHING_TO_PROGRAMS.keys()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the server's unprivileged user may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="jq", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def jinqiao(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Jinqiao:
    """`jinqiao(data, *words, **environment)`: runs the command in this process."""

    def run(data: Path, *words: str, **environment: str) -> Ended:
        for name, value in {"JINQIAO_DATA": str(data), **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["jinqiao", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    monkeypatch.delenv("JINQIAO_DATABASE_URL", raising=False)
    return run


def told(failed: Ended) -> str:
    """The one sentence of a command that failed."""
    assert (failed.status, failed.out) == (1, "")
    assert failed.err.count("\n") == 1, failed.err
    return failed.err.strip()


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[Running]:
    """`jinqiao up` on a new folder; asked to stop, and seen to stop, at the end."""
    data, port = place / "up", free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jinqiao.command", "up"],
        env={
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "JINQIAO_DATA": str(data),
            "JINQIAO_PORT": str(port),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert str(port) in process.stdout.readline(), process.communicate()[1]
    yield process, data, port
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.endswith("Stopped.\n")
    assert "Traceback" not in err


def test_up_serves_and_lets_the_operator_in(jinqiao: Jinqiao, running: Running) -> None:
    _, data, port = running
    credentials = data / "first-operator.json"

    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        assert http.get("/readyz").json() == {"status": "ready"}
        assert http.get("/docs").status_code == 200
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "exchange.key").stat().st_mode) == 0o600

    added = jinqiao(
        data,
        *("agency", "add", "B", "--name", "行", "--type", "BANK", "--division", "230231"),
    )
    assert (added.status, added.out) == (0, "B: accepted.\n"), added.err


def test_a_client_is_added_rotated_and_disabled(
    jinqiao: Jinqiao, running: Running, tmp_path: Path
) -> None:
    _, data, port = running
    out = tmp_path / "bank.json"
    bank = ("--name", "行", "--type", "BANK", "--division", "230231")
    assert jinqiao(data, "agency", "add", "C", *bank, "--json").status == 0

    made = jinqiao(data, "client", "add", "C", "--role", "bank", "--out", str(out), "--json")

    assert made.status == 0, made.err
    client_id = json.loads(made.out)["client_id"]
    assert "client_secret" not in made.out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text())["address"] == f"http://127.0.0.1:{port}"
    rotated = jinqiao(data, "client", "rotate", client_id)
    assert "client_secret" in rotated.out
    disabled = jinqiao(data, "client", "disable", client_id)
    assert disabled.out == f"{client_id} of C: disabled.\n"
    assert "final" in told(jinqiao(data, "client", "rotate", client_id))


def test_a_bank_makes_a_key_pair_and_comes_in_by_it(
    jinqiao: Jinqiao, running: Running, tmp_path: Path
) -> None:
    _, data, _ = running
    private, public, out = (tmp_path / name for name in ("k.pem", "k.jwks.json", "k.json"))
    words = ("agency", "add", "K", "--name", "银行", "--type", "BANK", "--division", "230231")
    assert jinqiao(data, *words).status == 0

    assert jinqiao(data, "client", "key", str(private), "--jwks", str(public)).status == 0
    added = ("client", "add", "K", "--role", "bank", "--jwks", str(public), "--out", str(out))
    made = jinqiao(data, *added, "--json")

    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "PRIVATE" not in public.read_text() + out.read_text()
    assert json.loads(out.read_text()).keys() == {"address", "client_id"}
    with partner(out) as bank:  # the key lies beside the credentials, under their name
        assert bank.get("/v1/loans/contracts")["items"] == []
    client_id = json.loads(made.out)["client_id"]
    assert "keys" in jinqiao(data, "client", "list", "--agency", "K").out
    [shown] = json.loads(jinqiao(data, "client", "list", "--agency", "K", "--json").out)
    assert shown["client_id"] == client_id
    assert "银行" in jinqiao(data, "agency", "list", "--type", "BANK").out
    assert "public keys" in told(jinqiao(data, "client", "rotate", client_id))

    private.rename(tmp_path / "other.pem")
    rows = tmp_path / "rows.csv"
    rows.write_text("contract_no\n", encoding="utf-8")
    assert "there is no key in" in told(
        jinqiao(data, "push", "x/y", str(rows), "--client", str(out))
    )
    assert "is there already" in told(
        jinqiao(data, "client", "key", str(tmp_path / "other.pem"), "--jwks", str(public))
    )


def test_eligibility_is_asked_for_one_person_or_a_file(
    jinqiao: Jinqiao, running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, data, _ = running
    out, file = tmp_path / "bank.json", tmp_path / "people.ndjson"
    bank = ("--name", "行", "--type", "BANK", "--division", "230231")
    assert jinqiao(data, "agency", "add", "D", *bank).status == 0
    assert jinqiao(data, "client", "add", "D", "--role", "bank", "--out", str(out)).status == 0
    person = a_person("1975-06-15")
    loan = ("--amount", "30000.00", "--months", "61", "--purpose", "PLANTING")

    def ask(said: str, *words: str) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        return jinqiao(data, "eligibility", "--client", str(out), *words)

    of_one = (*loan, "--branch", "230231", "--as-of", "2018-03-05")
    one = ask(f"{person.name}\n{person.id_number}\n", *of_one, "--json")
    table = ask(f"{person.name}\n{person.id_number}\n", *of_one)
    question = {
        "name": person.name,
        "id_number": person.id_number,
        "amount": "30000.00",
        "term_months": 61,
        "kind": "NEW",
        "purpose": "PLANTING",
        "branch_division": "230231",
        "as_of": "2018-03-05",
    }
    file.write_text("\n".join(json.dumps(row) for row in (question, question | {"amount": "0"})))
    many, by_line = ask("", str(file)), ask("", str(file), "--json")

    answer = json.loads(one.out)
    verdicts = {each["rule_id"]: each["verdict"] for each in answer["conditions"]}
    assert (one.status, answer["verdict"]) == (0, "ineligible")
    assert (verdicts["LOAN-01"], verdicts["LOAN-09"]) == ("undetermined", "not_met")
    assert table.status == 0
    assert "ineligible as of 2018-03-05" in table.out
    assert person.id_number not in table.out + one.out + many.out
    assert many.status == by_line.status == 1
    assert "LOAN-09 not met" in many.out
    assert "rejected" in many.out
    assert [json.loads(line)["outcome"] for line in by_line.out.splitlines()] == [
        "answered",
        "rejected",
    ]
    assert "standard input" in told(ask("王\n", *loan))
    assert "Give a file" in told(ask(""))
    assert "/branch_division" in told(ask(f"{person.name}\n{person.id_number}\n", *loan))


def test_what_the_exchange_refuses_is_said_in_a_sentence(
    jinqiao: Jinqiao, running: Running
) -> None:
    _, data, _ = running

    said = told(jinqiao(data, "client", "add", "NOBODY", "--role", "bank"))

    assert "No agency with this code is on record" in said


def test_a_second_up_says_that_the_port_is_in_use(
    jinqiao: Jinqiao, running: Running, place: Path
) -> None:
    _, _, port = running

    said = told(jinqiao(place / "second", "up", JINQIAO_PORT=str(port)))

    assert said.startswith(f"Port {port} of 127.0.0.1 is in use")
    assert not (place / "second").exists()


def test_a_worker_that_dies_is_started_again(running: Running) -> None:
    process, _, _ = running
    [worker] = children(process.pid)

    os.kill(int(worker), signal.SIGKILL)

    deadline = time.monotonic() + 60
    while children(process.pid) in ([worker], []) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(children(process.pid)) == 1
    assert children(process.pid) != [worker]


def test_a_push_that_is_broken_off_is_taken_up_again_also_when_its_worker_is_killed(
    jinqiao: Jinqiao, running: Running, tmp_path: Path
) -> None:
    process, data, _ = running
    out, file, errors = (tmp_path / name for name in ("bank.json", "loans.ndjson", "errors.csv"))
    bank = ("--name", "行", "--type", "BANK", "--division", "230231")
    assert jinqiao(data, "agency", "add", "E", *bank).status == 0
    assert jinqiao(data, "client", "add", "E", "--role", "bank", "--out", str(out)).status == 0
    loans = [a_contract(a_person()) for _ in range(4_001)]
    loans[4_000]["purpose"] = "=1+1"
    file.write_text("\n".join(json.dumps(row) for row in [*loans, loans[7]]))
    words = ("push", "loans/contracts", str(file), "--client", str(out))

    sending = subprocess.Popen(
        [sys.executable, "-m", "jinqiao.command", *words],
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        # A shell has what it runs in the background ignore it, and with that all its children.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    found = json.loads(out.read_text())
    with httpx.Client(base_url=found["address"]) as http:
        partner = Partner(http, found["client_id"], found["client_secret"])
        job = begun(partner)
        os.kill(int(children(process.pid)[0]), signal.SIGKILL)
        sending.send_signal(signal.SIGINT)
        assert "the same command follows it" in sending.communicate(timeout=20)[1]
        done = jinqiao(data, *words, "--json")
        file.write_text("\n".join(json.dumps(row) for row in loans[3_999:]))
        again = jinqiao(data, *words, "--errors", str(errors))
        jobs = list(partner.items("/v1/loans/jobs"))

    told = json.loads(done.out)
    assert (done.status, told["job_id"]) == (1, job), done.err
    assert [told[name] for name in OUTCOMES] == [4_002, 4_000, 1, 0, 1, 0]
    assert [(row["line"], row["pointer"]) for row in told["errors"]] == [(4_001, "/purpose")]
    assert again.status == 1
    assert str(errors) in again.out.replace("\n", "")
    assert (len(jobs), jobs[0]["job_id"]) == (2, job)
    line = errors.read_text("utf-8-sig").splitlines()[1]
    assert line.startswith("2,/purpose,enum,")
    assert "'=1+1" in line


OUTCOMES = ("received", "accepted", "unchanged", "superseded", "rejected", "pending")


def begun(partner: Partner) -> str:
    """The one job of an agency, once a part of it is done and another is not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for job in partner.items("/v1/loans/jobs", state="queued"):
            if job["counts"]["accepted"]:
                return str(job["job_id"])
        time.sleep(0.02)
    raise AssertionError("no job was seen half done")


def children(pid: int) -> Sequence[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.parametrize(
    ("more", "words", "said"),
    [
        ({"JINQIAO_PORT": "door"}, ("up",), "JINQIAO_PORT must be a whole number"),
        ({"JINQIAO_HOST": "192.0.2.1"}, ("up",), "Nothing can listen at 192.0.2.1"),
        (
            {"JINQIAO_DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"},
            ("up",),
            "The database of JINQIAO_DATABASE_URL cannot be used",
        ),
        (
            {"JINQIAO_DATABASE_URL": "secret"},
            ("db", "upgrade"),
            "The database of JINQIAO_DATABASE_URL cannot be used",
        ),
        ({}, ("agency", "add", "B", "--name", "x", "--type", "BANK"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    jinqiao: Jinqiao, place: Path, more: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    more = {"JINQIAO_PORT": str(free_port()), **more}

    sentence = told(jinqiao(place / "none", *words, **more))

    assert said in sentence
    assert "secret" not in sentence


def test_data_of_another_version_are_refused_in_a_sentence(jinqiao: Jinqiao, place: Path) -> None:
    old = place / "old" / "postgresql"
    (old / "cluster").mkdir(parents=True)
    (old / "cluster" / "PG_VERSION").write_text("17\n")
    (old / "keeper").touch()

    said = told(jinqiao(place / "old", "up", JINQIAO_PORT=str(free_port())))

    assert "are PostgreSQL 17's" in said


def test_credentials_that_are_none_are_refused(jinqiao: Jinqiao, place: Path) -> None:
    (place / "empty.json").write_text("{}")
    words = ("client", "disable", "x", "--operator", str(place / "empty.json"))

    assert "does not hold address, client_id and client_secret" in told(jinqiao(place, *words))


def test_an_exchange_that_does_not_answer_is_named(jinqiao: Jinqiao, place: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    found = {"address": address, "client_id": "x", "client_secret": "y"}
    (place / "away.json").write_text(json.dumps(found))
    words = ("client", "disable", "x", "--operator", str(place / "away.json"))

    assert told(jinqiao(place, *words)).startswith(f"{address} does not answer")


def test_openapi_needs_no_database(jinqiao: Jinqiao, place: Path) -> None:
    printed = jinqiao(place / "none", "openapi")

    assert json.loads(printed.out)["info"]["title"] == "Jinqiao"
    assert not (place / "none").exists()
