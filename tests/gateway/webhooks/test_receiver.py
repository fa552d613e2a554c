"""The reference receiver: run as its reader would run it, fed by the exchange, and lied to."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.webhooks.signing import Signing, headers_of, new_key
from kernel import clock
from tests.gateway.webhooks.receiving import LOOPBACK, free_port, running
from tests.house.tree import ROOT
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

PROGRAM = ROOT / "examples/webhook_receiver.py"


def started(key: str, port: int, folder: Path) -> list[Any]:
    return [sys.executable, PROGRAM, key, "--port", port, "--memory", folder / "heard.sqlite"]


@pytest.mark.parametrize("signing", ["v1", "v1a"])
def test_it_hears_of_news_once_however_often_it_is_told(
    visit: Callable[..., Visitor],
    operator: Visitor,
    drain: Callable[[], None],
    tmp_path: Path,
    signing: str,
) -> None:
    bank, port = visit("bank"), free_port()
    host = {"agency": bank.agency, "host": "localhost", "cidrs": LOOPBACK}
    operator.post("/v1/webhooks/hosts", json=host)
    said = {"url": f"http://localhost:{port}/", "signing": signing}
    made = bank.post("/v1/webhooks/endpoints", json=said).json()
    key = made["secret"] or made["endpoint"]["public_keys"][0]

    with running(started(key, port, tmp_path)) as lines:
        assert next(lines).startswith("Listening")
        push(bank, "contracts", a_contract(a_person()))
        drain()
        [delivery] = bank.get("/v1/webhooks/deliveries").json()["items"]
        bank.post(f"/v1/webhooks/deliveries/{delivery['delivery_id']}/resend")
        drain()
        bank.post(f"/v1/webhooks/endpoints/{delivery['endpoint_id']}/send-example")
        drain()
        told = [next(lines), next(lines)]

    assert told == [
        "contract.recorded: 1 in /v1/loans/feed, positions 1 to 1",
        "webhook.example: 0 in /v1/gateway/feed, positions 0 to 0",
    ]


def test_it_answers_401_to_everything_the_exchange_did_not_sign_just_now(tmp_path: Path) -> None:
    shared, others, asymmetric = map(new_key, (Signing.V1, Signing.V1, Signing.V1A))
    body = b'{"type":"webhook.example","data":{"service":"x","count":0,"first_position":0,'
    body += b'"last_position":0}}'
    now = int(clock.now().timestamp())
    good = headers_of("msg_1", now, body, [shared.secret])
    signature = good["webhook-signature"]
    odd = [
        "",
        "v1",
        "v1,",
        "v1,!",
        ",",
        "v1, x",
        "v1a," + signature[3:],
        "v2," + signature[3:],
        "é",
    ]
    refused = [
        {},
        headers_of("msg_1", now - 6 * 60, body, [shared.secret]),
        headers_of("msg_1", now + 6 * 60, body, [shared.secret]),
        headers_of("msg_1", now, body, [others.secret]),
        headers_of("msg_1", now, body, [asymmetric.secret]),
        headers_of("msg_1", now, body + b" ", [shared.secret]),
        {**good, "webhook-id": "msg_2"},
        {**good, "webhook-timestamp": "now"},
        {**good, "webhook-timestamp": "9" * 5000},
        *({**good, "webhook-signature": each.encode()} for each in odd),
        *({name: value for name, value in good.items() if name != gone} for gone in good),
    ]

    port = free_port()
    with running(started(shared.secret, port, tmp_path)) as lines, httpx.Client() as sender:
        next(lines)
        url = f"http://127.0.0.1:{port}/"
        for headers in refused:
            answer = sender.post(url, content=body, headers=headers)  # type: ignore[arg-type]
            assert answer.status_code == 401, headers
        too_long = sender.post(url, content=b" " * 20_001, headers=good)
        assert too_long.status_code == 413
        assert sender.post(url, content=body, headers=good).status_code == 204
        assert next(lines).startswith("webhook.example")
        several = {**good, "webhook-signature": f"v1a,AAAA v1,AAAA {signature}"}
        assert sender.post(url, content=body, headers=several).status_code == 204
