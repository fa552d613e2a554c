"""Deliveries: signed, thin, one for a push, tried on the schedule, and never lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import text

from gateway.webhooks.delivering import Dispatcher
from gateway.webhooks.hearing import Listener
from gateway.webhooks.schedule import DELAYS
from gateway.webhooks.sending import Answer, Sender
from jinqiao.exchange import Exchange
from kernel.service import Service
from tests.gateway.webhooks.receiving import Receiver, ids_of
from tests.story import Row, a_contract, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Sql = Callable[..., list[Any]]
Drain = Callable[[], None]
Listening = Callable[..., dict[str, Any]]
Later = Callable[..., None]

LONG_ENOUGH = 1.25
"""By how much the longest jitter is left behind."""


def a_loan() -> Row:
    return a_contract(a_person())


def test_the_log_forgets_what_was_delivered_a_month_ago_and_nothing_else(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later
) -> None:
    bank = visit("bank")
    listening(bank)
    push(bank, "contracts", a_loan())
    drain()
    receiver.always = 500
    push(bank, "contracts", a_loan())
    drain()
    later(timedelta(days=31), bank)
    drain()
    drain()

    assert {each["state"] for each in log_of(bank)} == {"waiting"}


class Stopped(Sender):
    """Stops when it has sent, before anybody hears of it."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()

    async def send(self, *said: Any) -> Answer:
        answer = await super().send(*said)
        await self.goes_on.wait()
        return answer


def log_of(bank: Visitor, **filters: Any) -> list[dict[str, Any]]:
    answer = bank.get("/v1/webhooks/deliveries", params=filters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def events_of(told: dict[str, Any]) -> list[int]:
    """Positions of what was told of, as the feed has them."""
    return list(range(told["data"]["first_position"], told["data"]["last_position"] + 1))


@pytest.mark.parametrize("signing", ["v1", "v1a"])
def test_a_bank_is_told_that_there_is_news_and_nothing_more(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, signing: str
) -> None:
    bank, wang = visit("bank"), a_person()
    drain()
    endpoint = listening(bank, signing=signing)
    push(bank, "contracts", a_contract(wang))

    drain()

    [told] = receiver.received
    assert told.type == "contract.recorded"
    assert told.said["data"].keys() == {
        "service",
        "first_position",
        "last_position",
        "count",
        "types",
    }
    assert told.said["data"]["service"] == "loans"
    assert told.said["data"]["count"] == 1
    assert told.headers["content-type"] == "application/json"
    key = endpoint["secret"] if signing == "v1" else endpoint["public_keys"][0]
    assert told.fits(key)
    assert told.is_signed_with(endpoint["secret"]) if signing == "v1" else not endpoint["secret"]
    for personal in (wang.id_number, wang.name, "household_key", "person_key"):
        assert personal.encode() not in told.body


def test_a_push_of_many_is_told_once(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver
) -> None:
    bank, other = visit("bank"), visit("bank")
    listening(bank)
    push(bank, "contracts", *[a_loan() for _ in range(40)])
    push(other, "contracts", a_loan())

    drain()

    [told] = receiver.received
    assert told.type == "contract.batch_applied"
    assert told.said["data"]["count"] == 40
    assert told.said["data"]["types"] == ["contract.recorded"]
    assert len(events_of(told.said)) == 40


def test_a_push_that_is_still_being_worked_is_told_when_it_has_ended(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later, sql: Sql
) -> None:
    bank = visit("bank")
    listening(bank)
    push(bank, "contracts", a_loan())
    job = {"job": "01a20873-6928-7d68-9865-98cff471fd25"}
    sql(
        "loans",
        "insert into job (job_id, agency, client_id, role, divisions, resource, mode, dry_run,"
        " state, counts, created_at) values (cast(:job as uuid), 'X', 'x', 'bank', '[]',"
        " 'contracts', 'per_row', false, 'worked elsewhere', '{}', clock_timestamp())",
        **job,
    )

    drain()
    assert receiver.received == [], "more may come"
    later(timedelta(seconds=61))
    drain()
    assert receiver.types == ["contract.recorded"], "but nobody waits longer than a minute"
    later(timedelta(seconds=-61))

    push(bank, "contracts", a_loan())
    drain()
    sql("loans", "update job set finished_at = clock_timestamp()")
    push(bank, "contracts", a_loan())
    drain()
    assert receiver.types == ["contract.recorded", "contract.batch_applied"]
    assert receiver.received[-1].said["data"]["count"] == 2


def test_a_failing_receiver_is_tried_ten_times_then_disabled_and_nothing_is_skipped(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later
) -> None:
    bank = visit("bank")
    endpoint = listening(bank)
    at = f"/v1/webhooks/endpoints/{endpoint['endpoint_id']}"
    receiver.always = 500
    push(bank, "contracts", a_loan())

    drain()
    for tried, delay in enumerate(DELAYS[1:], start=1):
        assert len(receiver.received) == tried
        later(delay * 0.2)
        drain()
        assert len(receiver.received) == tried, f"attempt {tried + 1} came too early"
        later(delay * (LONG_ENOUGH - 0.2))
        drain()
    assert len(receiver.received) == len(DELAYS) == 10
    assert len(ids_of(receiver.received)) == 1, "the same webhook-id each time"
    later(timedelta(hours=30), bank)  # 120 hours since the first failure
    drain()
    assert len(receiver.received) == 10
    [failed] = log_of(bank)
    assert (failed["state"], failed["attempts"]) == ("failed", 10)
    assert (failed["last_status"], failed["last_outcome"]) == (500, "refused")

    told = bank.get(at).json()
    assert told["disabled_because"] == "failing"
    later(timedelta(hours=1), bank)
    push(bank, "contracts", a_loan())
    push(bank, "contracts", a_loan())
    drain()
    assert len(receiver.received) == 10, "a disabled endpoint is told nothing"
    assert bank.post(f"{at}/recover", json={"since": told["created_at"]}).status_code == 409

    receiver.always = 204
    receiver.forget()
    assert bank.post(f"{at}/enable").json()["failing_since"] is None
    drain()
    told_of = [each.said for each in receiver.received if each.said["data"]["service"] == "loans"]
    positions = [position for said in told_of for position in events_of(said)]
    assert len(positions) == len(set(positions)) == 3, "all three loans, each once"
    assert {each["state"] for each in log_of(bank)} <= {"delivered", "coalesced"}


def test_whatever_falls_behind_comes_as_one(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later
) -> None:
    bank = visit("bank")
    listening(bank)
    receiver.will_answer(503)
    for _ in range(3):
        push(bank, "contracts", a_loan())
        drain()
    later(timedelta(minutes=7), bank)
    drain()

    assert receiver.received[-1].said["data"]["count"] == 3
    assert receiver.received[-1].type == "contract.batch_applied"
    assert [each["state"] for each in log_of(bank)].count("coalesced") == 2
    assert [each["state"] for each in log_of(bank)].count("delivered") == 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds", "outcome"),
    [
        (503, {"Retry-After": "600"}, 600, "refused"),
        (500, {}, 4, "refused"),
        (429, {}, 60, "throttled"),
        (302, {"Location": "/inside"}, 4, "redirected"),
    ],
)
def test_a_receiver_may_ask_for_time(
    visit: Visit,
    drain: Drain,
    listening: Listening,
    receiver: Receiver,
    later: Later,
    status: int,
    headers: dict[str, str],
    seconds: int,
    outcome: str,
) -> None:
    bank = visit("bank")
    listening(bank)
    receiver.will_answer(status, headers=headers)
    push(bank, "contracts", a_loan())
    drain()
    [first] = log_of(bank)
    assert first["last_outcome"] == outcome

    later(timedelta(seconds=seconds * 0.9 - 3))
    drain()
    assert len(receiver.received) == 1
    later(timedelta(seconds=seconds * 0.35 + 5))
    drain()

    assert len(receiver.received) == 2
    assert receiver.received[0].body == receiver.received[1].body


def test_a_receiver_that_is_gone_is_disabled_and_its_agency_told(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, sql: Sql
) -> None:
    bank, other = visit("bank"), visit("bank")
    endpoint = listening(bank)
    receiver.will_answer(410)
    push(bank, "contracts", a_loan())

    drain()
    push(bank, "contracts", a_loan())
    drain()

    assert len(receiver.received) == 1
    at = f"/v1/webhooks/endpoints/{endpoint['endpoint_id']}"
    assert bank.get(at).json()["disabled_because"] == "gone"
    [told] = sql(
        "gateway", "select agency, data from feed where type = 'webhook-endpoint.disabled'"
    )
    assert told["agency"] == bank.agency
    assert told["data"]["endpoint_id"] == endpoint["endpoint_id"]
    bank.post(f"{at}/enable")
    drain()
    loans = [each.said for each in receiver.received[1:] if each.said["data"]["service"] == "loans"]
    assert sorted({position for said in loans for position in events_of(said)}) == [1, 2]
    assert "webhook-endpoint.disabled" in receiver.types
    feed = bank.get("/v1/gateway/feed", params={"types": "webhook-endpoint.disabled"})
    assert [each["data"]["because"] for each in feed.json()["items"]] == ["gone"]
    others = other.get("/v1/gateway/feed").json()["items"]
    assert {each["type"] for each in others} == {"agency.recorded"}


async def leases_run_out(gateway: Service) -> None:
    """As if a minute had passed for the database, whose clock leases are measured by."""
    async with gateway.database.begin() as session:
        await session.execute(
            text("update webhook_delivery set lease_until = now() where lease_until > now()")
        )


def test_a_worker_killed_before_it_recorded_repeats_under_the_same_id_and_loses_nothing(
    visit: Visit,
    drain: Drain,
    listening: Listening,
    receiver: Receiver,
    later: Later,
    portal: BlockingPortal,
    exchange: Exchange,
) -> None:
    bank = visit("bank")
    listening(bank)
    push(bank, "contracts", a_loan())
    gateway, feeds = exchange.services["gateway"], exchange.worker.feeds
    stopped, next_one = Stopped(), Stopped()
    first, second = Dispatcher(stopped), Dispatcher(next_one)
    portal.call(exchange.worker.round)
    portal.call(Listener(["loans"]).turn, gateway, feeds, {})
    while not receiver.received:
        portal.call(first.turn, gateway, feeds, {})
    # It has sent and not recorded: as if it were killed here.

    drain()
    assert len(receiver.received) == 1, "the lease is still its own"
    later(timedelta(seconds=61), bank)
    drain()
    assert len(receiver.received) == 1, "whose clock is ahead takes nobody's lease"
    portal.call(leases_run_out, gateway)
    while len(receiver.received) == 1:
        portal.call(second.turn, gateway, feeds, {})

    assert len(receiver.received) == 2
    assert len(ids_of(receiver.received)) == 1
    portal.call(stopped.goes_on.set)  # it was not killed, only stopped for a minute
    portal.call(first.finish, gateway)
    [delivery] = log_of(bank)
    assert (delivery["state"], delivery["attempts"]) == ("waiting", 2), "it speaks too late"
    portal.call(next_one.goes_on.set)
    portal.call(second.finish, gateway)
    [delivery] = log_of(bank)
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
    log = bank.get(f"/v1/webhooks/deliveries/{delivery['delivery_id']}").json()["log"]
    assert [each["number"] for each in log] == [2]


def test_an_agency_has_deliveries_sent_again(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later
) -> None:
    bank, other = visit("bank"), visit("bank")
    endpoint = listening(bank)
    at = f"/v1/webhooks/endpoints/{endpoint['endpoint_id']}"
    push(bank, "contracts", a_loan())
    drain()
    [delivery] = log_of(bank)

    again = f"/v1/webhooks/deliveries/{delivery['delivery_id']}/resend"
    assert other.post(again).status_code == 404
    assert bank.post(again).status_code == 202
    drain()
    assert [each.id for each in receiver.received] == [delivery["webhook_id"]] * 2

    receiver.always = 500
    push(bank, "contracts", a_loan())
    drain()
    receiver.always = 204
    drain()
    assert len(receiver.received) == 3, "it waits for its time"
    since = endpoint["created_at"]
    assert bank.post(f"{at}/recover", json={"since": since}).json() == {"deliveries": 1}
    drain()
    assert len(receiver.received) == 4
    assert bank.post(f"{at}/recover", json={"since": since}).json() == {"deliveries": 0}
    assert bank.post(f"{at}/recover", json={"since": "yesterday"}).status_code == 422


def test_an_example_is_sent_once_and_means_nothing(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, later: Later
) -> None:
    bank = visit("bank")
    endpoint = listening(bank)
    at = f"/v1/webhooks/endpoints/{endpoint['endpoint_id']}"
    receiver.will_answer(500)

    assert bank.post(f"{at}/send-example").status_code == 202
    drain()
    later(timedelta(hours=1), bank)
    drain()
    bank.post(f"{at}/send-example", params={"type": "contract.recorded"})
    drain()

    assert receiver.types == ["webhook.example", "contract.recorded"]
    assert all(each.said["data"]["count"] == 0 for each in receiver.received)
    assert all(each.fits(endpoint["public_keys"][0]) for each in receiver.received)
    assert bank.get(at).json()["failing_since"] is None


def test_an_endpoint_hears_of_the_types_it_names_and_of_nobody_elses(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver
) -> None:
    bank, other = visit("bank"), visit("bank")
    loan = a_loan()
    push(bank, "contracts", loan)
    drain()
    listening(bank, types=["repayment.recorded"])
    push(bank, "contracts", a_loan())
    push(other, "contracts", a_loan())
    drain()
    assert receiver.received == []

    repaid = {
        "contract_no": loan["contract_no"],
        "repayment_no": "R1",
        "paid_on": "2018-09-01",
        "principal": "100.00",
        "interest": "0.00",
        "penalty": "0.00",
        "source_version": 1,
    }
    push(bank, "repayments", repaid)
    drain()

    assert receiver.types == ["repayment.recorded"]
