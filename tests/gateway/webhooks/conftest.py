"""A receiver on this machine, agencies that listen with it, and a clock that may be put on."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from kernel import clock
from tests.gateway.webhooks.receiving import LOOPBACK, Receiver
from tests.visitor import Visitor


@pytest.fixture
def receiver(portal: BlockingPortal) -> Iterator[Receiver]:
    """Listens on 127.0.0.1."""
    made = Receiver()
    portal.call(made.start)
    yield made
    portal.call(made.stop)


@pytest.fixture
def listening(operator: Visitor, receiver: Receiver) -> Callable[..., dict[str, Any]]:
    """`listening(visitor, …)`: the visitor's agency has an endpoint at the receiver."""

    def listening(visitor: Visitor, **fields: Any) -> dict[str, Any]:
        host = {"agency": visitor.agency, "host": "localhost", "cidrs": LOOPBACK}
        approved = operator.post("/v1/webhooks/hosts", json=host)
        assert approved.status_code in (200, 201), approved.text
        made = visitor.post("/v1/webhooks/endpoints", json={"url": receiver.url, **fields})
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found["endpoint"] | {"secret": found["secret"]}

    return listening


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, operator: Visitor) -> Callable[..., None]:
    """`later(by, visitor, …)`: so much more time has passed; these visitors take new tokens."""
    real, passed = clock.now, [timedelta(0)]
    monkeypatch.setattr(clock, "now", lambda: real() + passed[0])

    def later(by: timedelta, *visitors: Visitor) -> None:
        passed[0] += by
        for visitor in (operator, *visitors):
            visitor._token = ""

    return later
