"""Partners who go on, however often the exchange is killed under them: they push, and they read."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import Any

import httpx

from tests.story import (
    COUNTY,
    SERVICE_OF,
    VILLAGE,
    Person,
    Row,
    a_contract,
    a_household,
    a_line,
    a_repayment,
    reported_again,
)
from tests.visitor import Visitor

Event = dict[str, Any]

PATIENCE = 300
"""Seconds after which somebody who is not answered gives up."""

ELSEWHERE, ELSEWHERE_VILLAGE = "230281000000", "230281100200"


class Patient(Visitor):
    """Asks the same again, under the same Idempotency-Key, until it is answered."""

    def _with_token(self, method: str, path: str, **more: Any) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = super()._with_token(method, path, **more)
            except (httpx.TransportError, NotLetIn):
                time.sleep(0.05)
                continue
            if answer.status_code == 401:
                self._token = ""
            elif not (answer.status_code == 503 or "Retry-After" in answer.headers):
                assert answer.status_code < 500, answer.text
                return answer
            time.sleep(0.05)
        raise AssertionError("nobody answers")

    @property
    def token(self) -> str:
        """The visitor's access token, once the exchange can give one."""
        if not self._token:
            answer = self.ask_token()
            if not answer.is_success:
                assert answer.status_code == 503, answer.text
                raise NotLetIn
            self._token = answer.json()["access_token"]
        return self._token


class NotLetIn(Exception):
    """The exchange cannot give a token now."""


def let_in(
    operator: Visitor, code: str, role: str, agency_type: str, divisions: list[str]
) -> Patient:
    """A client of a new agency."""
    agency = {"code": code, "name": code, "agency_type": agency_type, "divisions": divisions}
    assert operator.post("/v1/agencies", json=agency).status_code == 201
    said = {"agency": code, "kind": "SYSTEM", "role": role}
    made = operator.post("/v1/clients", json=said).json()
    return Patient(operator._send, code, made["client_id"], made["client_secret"])


@contextmanager
def in_the_end(*flags: Flag) -> Iterator[None]:
    """Whatever fails in the block: nobody goes on for ever."""
    try:
        yield
    finally:
        for flag in flags:
            flag.set()


# --- writing ---


Answered = list[tuple[str, str, int]]
"""Things, number and version of rows of which the exchange said that it has them."""

_NUMBER = {
    "contracts": "contract_no",
    "interest-lines": "line_no",
    "repayments": "repayment_no",
    "households": "household_no",
    "needs": "need_no",
}


def send(pusher: Visitor, things: str, *rows: Row, chance: random.Random) -> Answered:
    """Push rows, one by one or in bulk, until it is answered. None may be refused."""
    done = [(things, row[_NUMBER[things]], row.get("source_version", 1)) for row in rows]
    base = f"/v1/{SERVICE_OF.get(things, 'loans')}"
    if len(rows) == 1 and chance.random() < 0.5:
        answer = pusher.post(f"{base}/{things}", json=rows[0])
        assert answer.is_success, answer.text
        assert answer.json()["outcome"] in ("accepted", "unchanged"), answer.text
        return done
    body = "\n".join(json.dumps(row) for row in rows).encode()
    kind = {"Content-Type": "application/x-ndjson"}
    answer = pusher.post(f"{base}/bulk/{things}", content=body, headers=kind)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["accepted"] + told["unchanged"] == len(rows), answer.text
    return done


def lend(bank: Visitor, people: list[Person], seed: int, ended: Flag) -> Answered:
    """Push loans, and what happens to them, until it is over."""
    chance = random.Random(seed)
    pushed: Answered = []
    loans: list[Row] = []
    while not ended.is_set():
        new = [
            a_contract(chance.choice(people), branch_division=chance.choice([COUNTY, ELSEWHERE]))
            for _ in range(chance.choice([1, 1, 4, 25]))
        ]
        pushed += send(bank, "contracts", *new, chance=chance)
        loans = (loans + new)[-40:]
        loan = chance.choice(loans)
        line = a_line(loan, "2018-03-05", "2018-06-05", "43.75")
        pushed += send(bank, "interest-lines", line, chance=chance)
        corrected = line | {"amount": "44.00", "source_version": 2}
        pushed += send(bank, "interest-lines", corrected, chance=chance)
        paid = a_repayment(loan, "100.00", "2018-07-01")
        pushed += send(bank, "repayments", paid, chance=chance)
        version = loan.get("source_version", 1)
        if version < 20:
            again = reported_again(loan, f"2018-04-{version:02d}", five_class=version % 5 + 1)
            pushed += send(bank, "contracts", again, chance=chance)
            loans[loans.index(loan)] = again
    return pushed


def register(office: Visitor, people: list[Person], seed: int, ended: Flag) -> Answered:
    """Push households, their moves and their needs, until it is over."""
    chance = random.Random(seed)
    pushed: Answered = []
    households = [a_household(each) for each in people]
    pushed += send(office, "households", *households, chance=chance)
    while not ended.is_set():
        at = chance.randrange(len(households))
        version = households[at].get("source_version", 1)
        if version < 300:
            moved = {
                "source_version": version + 1,
                "as_at": f"{2014 + version // 28}-02-{version % 28 + 1:02d}",
                "village_code": chance.choice([VILLAGE, VILLAGE, ELSEWHERE_VILLAGE]),
            }
            households[at] = households[at] | moved
            pushed += send(office, "households", households[at], chance=chance)
        need = {
            "need_no": f"N{len(pushed)}",
            "household_no": households[at]["household_no"],
            "amount": "5000.00",
            "use": "养鸡",
            "raised_on": "2018-02-01",
            "state": "OPEN",
        }
        pushed += send(office, "needs", need, chance=chance)
        offered = need | {"state": "OFFERED", "source_version": 2}
        pushed += send(office, "needs", offered, chance=chance)
    return pushed


# --- reading ---


def follow(
    reader: Visitor, service: str, seed: int, ended: Flag, settled: Flag, **asked: Any
) -> list[Event]:
    """Everything a reader is told until nothing comes any more. Now and then an answer is lost on
    him, and he asks again: what he is told then begins with what he was told before."""
    chance = random.Random(seed)
    events: list[Event] = []
    after = 0
    while True:
        is_last = settled.is_set()
        page = _page(reader, service, after, asked)
        if chance.random() < 0.1:
            lost, page = page, _page(reader, service, after, asked)
            assert page["items"][: len(lost["items"])] == lost["items"]
        events += page["items"]
        if is_last and page["next_after"] == after:
            return events
        if page["next_after"] == after and "wait" not in asked:
            time.sleep(0.2)
        after = page["next_after"]
        if ended.is_set():
            asked.pop("wait", None)


def _page(reader: Visitor, service: str, after: int, asked: dict[str, Any]) -> Any:
    answer = reader.get(f"/v1/{service}/feed", params={"after": after, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def fetched(reader: Visitor, service: str, **asked: Any) -> tuple[Any, list[Event]]:
    """A snapshot's first line and its rows, asked for and made while things go on."""
    until = time.monotonic() + PATIENCE
    while not _page(reader, service, 0, {"limit": 1})["items"]:
        assert time.monotonic() < until, "nothing is ever told"
        time.sleep(0.2)
    answer = reader.post(f"/v1/{service}/snapshots", json=asked)
    assert answer.status_code == 202, answer.text
    address = answer.headers["Location"]
    while reader.get(address).json()["state"] != "done":
        assert time.monotonic() < until, "the snapshot is never made"
        time.sleep(0.2)
    for _ in range(10):
        head, *rows = [json.loads(line) for line in reader.get(f"{address}/rows").text.splitlines()]
        if len(rows) == head["rows"]:
            return head, rows
    raise AssertionError("the snapshot cannot be fetched whole")
