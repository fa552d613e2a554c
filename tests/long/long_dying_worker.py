"""A worker that is killed again and again while it delivers: a receiver is told of everything."""

import time
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal

from jinqiao.migration import scratch_database
from tests.gateway.webhooks.receiving import LOOPBACK, Receiver
from tests.long.processes import processes
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

KILLS, LOANS_BETWEEN, LONGEST = 6, 5, 240
"""How often it is killed, what is pushed in between, and seconds after which nothing is missing."""


def a_bank(operator: Visitor) -> Visitor:
    agency = {"code": "BANK", "name": "行", "agency_type": "BANK", "divisions": ["230231"]}
    operator.post("/v1/agencies", json=agency)
    said = {"agency": "BANK", "kind": "SYSTEM", "role": "bank"}
    made = operator.post("/v1/clients", json=said).json()
    return Visitor(operator._send, "BANK", made["client_id"], made["client_secret"])


def all_of(bank: Visitor) -> tuple[set[int], set[int], list[dict[str, Any]]]:
    """Positions of what the feed has, positions of what was delivered, and the log."""
    page = bank.get("/v1/loans/feed", params={"types": "contract.recorded"}).json()
    log = bank.get("/v1/webhooks/deliveries").json()["items"]
    news = [each["data"] for each in log if each["state"] == "delivered"]
    told = {at for each in news for at in range(each["first_position"], each["last_position"] + 1)}
    return {each["position"] for each in page["items"]}, told, log


def test_a_killed_worker_loses_no_delivery_and_repeats_it_under_its_id(
    portal: BlockingPortal, server_url: str, tmp_path: Path
) -> None:
    receiver = Receiver()
    portal.call(receiver.start)
    with (
        portal.wrap_async_context_manager(scratch_database(server_url)) as url,
        processes(url, tmp_path / "together", apart=False) as running,
    ):
        operator = running.operator
        bank = a_bank(operator)
        host = {"agency": bank.agency, "host": "localhost", "cidrs": LOOPBACK}
        operator.post("/v1/webhooks/hosts", json=host)
        said = {"url": receiver.url, "signing": "v1", "types": ["contract.recorded"]}
        secret = bank.post("/v1/webhooks/endpoints", json=said).json()["secret"]

        for _ in range(KILLS):
            heard = len(receiver.received)
            receiver.will_answer(500)
            for _ in range(LOANS_BETWEEN):
                push(bank, "contracts", a_contract(a_person()))
            while len(receiver.received) == heard:
                time.sleep(0.001)
            running.kill_worker()

        until = time.monotonic() + LONGEST
        due, told, log = all_of(bank)
        while time.monotonic() < until and not (len(due) == KILLS * LOANS_BETWEEN and due <= told):
            time.sleep(0.5)
            due, told, log = all_of(bank)

    assert len(due) == KILLS * LOANS_BETWEEN
    assert due <= told
    taken = [each for each in log if each["state"] == "delivered"]
    bodies = {each.id: each.body for each in receiver.received}
    assert {each["webhook_id"] for each in taken} <= bodies.keys()
    assert all(each.body == bodies[each.id] for each in receiver.received)
    assert all(each.fits(secret) for each in receiver.received)
    portal.call(receiver.stop)
