"""What must not be done twice is done once, and answered with its first answer."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import text

from jinqiao.exchange import Exchange
from tests.loans.questions import asking
from tests.rectification.ledger import PDF
from tests.story import a_household, a_person, declare, push
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]
Sql = Callable[..., list[Any]]

RUNS = "/v1/rectification/screenings"
CHECKS = "/v1/loans/eligibility-checks"
ITEMS = "/v1/rectification/items"
KEY = {"Idempotency-Key": "2019-06-01/first"}
RUN = {"business_date": "2019-06-01"}


@pytest.fixture
def supervisor(visit: Visit) -> Visitor:
    return visit("supervisor", kind="OFFICER")


def runs(visitor: Visitor) -> int:
    return len(visitor.get(RUNS).json()["items"])


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), answer.text
    return told


def test_a_supervisor_who_asks_again_under_the_same_key_hears_the_first_answer(
    supervisor: Visitor, drain: Callable[[], None]
) -> None:
    first = supervisor.post(RUNS, json=RUN, headers=KEY)
    drain()
    again = supervisor.post(RUNS, json=RUN, headers={"Idempotency-Key": '"2019-06-01/first"'})

    assert first.status_code == again.status_code == 202
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    for name in ("Location", "Content-Type", "Event-Id"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert runs(supervisor) == 1


def test_a_key_belongs_to_one_request_of_one_client(supervisor: Visitor, visit: Visit) -> None:
    supervisor.post(RUNS, json=RUN, headers=KEY)

    other_body = supervisor.post(RUNS, json={"business_date": "2019-07-01"}, headers=KEY)
    other_path = supervisor.post(f"{ITEMS}/from-screening", json={"screening_id": "x"}, headers=KEY)
    other_query = supervisor.post(RUNS, json=RUN, headers=KEY, params={"after_event": ""})
    somebody_else = visit("supervisor").post(RUNS, json=RUN, headers=KEY)

    told = problem(other_body, 422, "idempotency-key-reused")
    assert "new request needs a new key" in told["detail"]
    assert not told["retryable"]
    assert other_path.json()["code"] == "invalid-body", "another address has keys of its own"
    assert other_query.status_code == 400
    assert somebody_else.status_code == 202
    assert "Idempotency-Replayed" not in somebody_else.headers
    assert runs(supervisor) == 2  # of the same divisions


@pytest.mark.parametrize("key", [None, "", "short", "x" * 81, "with space", "钥匙钥匙钥匙钥匙"])
def test_a_supervisor_without_a_usable_key_is_told_so(
    supervisor: Visitor, send: Send, key: str | None
) -> None:
    headers = {"Authorization": f"Bearer {supervisor.token}"}
    sent = headers if key is None else {**headers, "Idempotency-Key": key.encode()}

    told = problem(send("POST", RUNS, json=RUN, headers=sent), 400, "bad-request")

    assert [fault["pointer"] for fault in told["errors"]] == ["/header/Idempotency-Key"]
    assert runs(supervisor) == 0
    # Who may not ask at all is told that first.
    assert send("POST", RUNS, json=RUN).status_code == 401


def test_what_was_refused_leaves_its_key_free(supervisor: Visitor, sql: Sql) -> None:
    item = supervisor.post(
        ITEMS, json={"category": 1, "source": "SELF_FOUND", "measure": "整改"}
    ).json()
    path = f"{ITEMS}/{item['item_id']}/reminders"

    malformed = supervisor.post(path, json={"on": "yesterday"}, headers=KEY)
    to_come = supervisor.post(path, json={"on": "2999-01-01"}, headers=KEY)
    mended = supervisor.post(path, json={}, headers=KEY)

    assert [malformed.status_code, to_come.status_code, mended.status_code] == [422, 422, 201]
    assert "Idempotency-Replayed" not in mended.headers
    assert len(sql("rectification", "select 1 from idempotency_key")) == 2


def test_a_verb_repeated_is_replayed_and_done_anew_is_in_the_wrong_state(visit: Visit) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    said = {"category": 1, "source": "SELF_FOUND", "measure": "整改"}
    item = clerk.post(ITEMS, json=said).json()
    start = f"{ITEMS}/{item['item_id']}/start"

    first = clerk.post(start, json={}, headers=KEY)
    again = clerk.post(start, json={}, headers=KEY)
    anew = clerk.post(start, json={})

    assert first.status_code == 200, first.text
    assert again.content == first.content
    problem(anew, 409, "wrong-state")


def test_a_banks_reservation_is_made_once_and_kept_unreadable(
    visit: Visit, drain: Callable[[], None], sql: Sql
) -> None:
    office, bank = visit("poverty_office"), visit("bank")
    person = a_person(name="欧阳修")
    push(office, "households", a_household(person))
    declare(bank, "contracts")
    drain()
    question = asking(person, reserve=True)

    first = bank.post(CHECKS, json=question, headers=KEY)
    held = first.json()["reservation"]["reservation_id"]
    bank.delete(f"/v1/loans/reservations/{held}")
    again = bank.post(CHECKS, json=question, headers=KEY)

    assert first.status_code == 200, first.text
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    states = [each["state"] for each in bank.get("/v1/loans/reservations").json()["items"]]
    assert states == ["released"]  # a repetition that comes late holds nothing anew
    [row] = sql("loans", "select * from idempotency_key")
    plain = bytes(row["sealed"])
    for said in (
        person.name.encode(),
        person.id_number.encode(),
        b"verdict",
        KEY["Idempotency-Key"].encode(),
    ):
        assert said not in plain + str(dict(row)).encode()


def test_a_file_of_evidence_is_replayed(visit: Visit) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    said = {"category": 1, "source": "SELF_FOUND", "measure": "整改"}
    item = clerk.post(ITEMS, json=said).json()
    path = f"{ITEMS}/{item['item_id']}/evidence"

    first = clerk.post(path, content=PDF, headers=KEY)
    again = clerk.post(path, content=PDF, headers=KEY)
    other = clerk.post(path, content=PDF + b"\n", headers=KEY)

    assert [first.status_code, again.status_code] == [201, 201]
    assert again.headers["Location"] == first.headers["Location"]
    problem(other, 422, "idempotency-key-reused")


def test_an_operator_who_heard_nothing_learns_the_secret_that_was_made(
    operator: Visitor, visit: Visit, sql: Sql
) -> None:
    bank = visit("bank")
    rotate = f"/v1/clients/{bank.client_id}/rotate"

    first = operator.post(rotate, headers=KEY).json()
    again = operator.post(rotate, headers=KEY).json()

    assert first == again
    assert bank.ask_token().status_code == 200  # twice would have pushed the old one out
    assert first["client_secret"] not in str(sql("gateway", "select * from idempotency_key"))


def test_a_token_that_may_no_longer_ask_gets_no_replay(visit: Visit, send: Send) -> None:
    supervisor = visit("supervisor")
    supervisor.post(RUNS, json=RUN, headers=KEY)
    narrow = supervisor.ask_token(scope="items:read").json()["access_token"]

    answer = send("POST", RUNS, json=RUN, headers={**KEY, "Authorization": f"Bearer {narrow}"})

    assert answer.status_code == 403


@contextmanager
def held_up(portal: BlockingPortal, exchange: Exchange) -> Iterator[None]:
    """Nobody's screening can be written down while the block lasts."""
    database = exchange.services["rectification"].database
    with portal.wrap_async_context_manager(database.begin()) as session:
        portal.call(session.execute, text("lock table screening in share mode"))
        yield


def wait_until_asked(sql: Sql) -> None:
    waiting = "select 1 from pg_locks where not granted"
    until = time.monotonic() + 5
    while not sql("rectification", waiting):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_supervisor_who_asks_again_too_early_is_told_to_wait(
    supervisor: Visitor, portal: BlockingPortal, exchange: Exchange, sql: Sql
) -> None:
    assert supervisor.token
    ask = partial(supervisor.post, RUNS, json=RUN, headers=KEY)

    with ThreadPoolExecutor(1) as threads:
        with held_up(portal, exchange):
            first = threads.submit(ask)
            wait_until_asked(sql)
            early = ask()
            elsewhere = supervisor.get(RUNS)
        done = first.result()

    told = problem(early, 409, "still-running")
    assert told["retryable"]
    assert early.headers["Retry-After"] == "1"
    assert elsewhere.status_code == 200
    assert done.status_code == 202
    assert ask().content == done.content
    assert runs(supervisor) == 1


def test_a_request_that_died_leaves_neither_key_nor_work(
    supervisor: Visitor,
    portal: BlockingPortal,
    exchange: Exchange,
    sql: Sql,
) -> None:
    headers = {"Authorization": f"Bearer {supervisor.token}", **KEY}
    door = httpx.ASGITransport(exchange.app)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=door, base_url="http://exchange") as client:
            return await client.post(RUNS, json=RUN, headers=headers)

    with held_up(portal, exchange):
        dying: Future[Any] = portal.start_task_soon(ask)
        wait_until_asked(sql)
        dying.cancel()

    assert sql("rectification", "select 1 from idempotency_key") == []
    assert runs(supervisor) == 0
    answer = supervisor.post(RUNS, json=RUN, headers=KEY)
    assert answer.status_code == 202
    assert "Idempotency-Replayed" not in answer.headers


def test_a_key_is_forgotten_after_seven_days(
    supervisor: Visitor, drain: Callable[[], None], sql: Sql
) -> None:
    older = "update idempotency_key set kept_at = kept_at - interval '1 day' * {} returning 1"
    supervisor.post(RUNS, json=RUN, headers=KEY)

    sql("rectification", older.format(6.9))
    drain()
    assert len(sql("rectification", "select 1 from idempotency_key")) == 1
    sql("rectification", older.format(0.2))
    drain()

    assert sql("rectification", "select 1 from idempotency_key") == []
    assert "Idempotency-Replayed" not in supervisor.post(RUNS, json=RUN, headers=KEY).headers
    assert runs(supervisor) == 2
