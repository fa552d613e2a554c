"""A receiver with the Node library for Standard Webhooks verifies every delivery."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.gateway.webhooks.receiving import LOOPBACK, free_port, running
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

HERE = Path(__file__).parent


def test_nodes_library_verifies_every_delivery_also_while_keys_are_rotated(
    visit: Callable[..., Visitor], operator: Visitor, drain: Callable[[], None]
) -> None:
    bank, port = visit("bank"), free_port()
    host = {"agency": bank.agency, "host": "localhost", "cidrs": LOOPBACK}
    operator.post("/v1/webhooks/hosts", json=host)
    said = {"url": f"http://localhost:{port}/", "signing": "v1"}
    made = bank.post("/v1/webhooks/endpoints", json=said).json()
    at = f"/v1/webhooks/endpoints/{made['endpoint']['endpoint_id']}"

    command = ["node", HERE / "receiver.mjs", made["secret"], str(port)]
    with running(command) as lines:
        assert next(lines) == "listening"
        push(bank, "contracts", a_contract(a_person()))
        drain()
        push(bank, "contracts", *[a_contract(a_person()) for _ in range(5)])
        drain()
        bank.post(f"{at}/rotate")
        bank.post(f"{at}/send-example")
        drain()
        told = [json.loads(next(lines)) for _ in range(3)]

    assert [each["type"] for each in told] == [
        "contract.recorded",
        "contract.batch_applied",
        "webhook.example",
    ]
    states = [each["state"] for each in bank.get("/v1/webhooks/deliveries").json()["items"]]
    assert states == ["delivered"] * 3
