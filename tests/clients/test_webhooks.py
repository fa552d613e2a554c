"""Receivers of another language verify every delivery: alone, in batches, while keys rotate."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.webhooks.signing import Signing, new_key, receivers_key
from jinqiao.conformance import try_receiver
from tests.gateway.webhooks.receiving import LOOPBACK, free_port, running
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

HERE = Path(__file__).parent

SIGNINGS = ("v1", "v1a")


@contextmanager
def node(key: str, port: int) -> Iterator[Iterator[str]]:
    with running(["node", HERE / "receiver.mjs", key, str(port)]) as lines:
        assert next(lines) == "listening"
        yield lines


@pytest.mark.parametrize("signing", SIGNINGS)
def test_node_verifies_every_delivery_also_while_keys_are_rotated(
    visit: Callable[..., Visitor], operator: Visitor, drain: Callable[[], None], signing: str
) -> None:
    bank, port = visit("bank"), free_port()
    host = {"agency": bank.agency, "host": "localhost", "cidrs": LOOPBACK}
    operator.post("/v1/webhooks/hosts", json=host)
    said = {"url": f"http://localhost:{port}/", "signing": signing}
    made = bank.post("/v1/webhooks/endpoints", json=said).json()
    at = f"/v1/webhooks/endpoints/{made['endpoint']['endpoint_id']}"

    with node(made["secret"] or made["endpoint"]["public_keys"][0], port) as lines:
        push(bank, "contracts", a_contract(a_person()))
        drain()
        push(bank, "contracts", *[a_contract(a_person()) for _ in range(5)])
        drain()
        rotated = bank.post(f"{at}/rotate").json()
        bank.post(f"{at}/send-example")
        drain()
        told = [json.loads(next(lines)) for _ in range(3)]
    with node(rotated["secret"] or rotated["public_key"], port) as lines:
        bank.post(f"{at}/send-example")
        drain()
        told.append(json.loads(next(lines)))

    assert [each["type"] for each in told] == [
        "contract.recorded",
        "contract.batch_applied",
        "webhook.example",
        "webhook.example",
    ]
    assert [each["data"]["count"] for each in told] == [1, 5, 0, 0]
    states = [each["state"] for each in bank.get("/v1/webhooks/deliveries").json()["items"]]
    assert states == ["delivered"] * 4


@pytest.mark.parametrize("signing", SIGNINGS)
def test_node_refuses_what_must_be_refused(signing: str) -> None:
    secret, port = new_key(Signing(signing)).secret, free_port()

    with node(receivers_key(secret), port):
        results = list(try_receiver(f"http://localhost:{port}/", secret))

    assert [each for each in results if not each.passed] == []
    assert len(results) == 10
