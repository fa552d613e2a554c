"""What tests of the registry share."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from tests.visitor import Visitor


@pytest.fixture
def office(visit: Callable[..., Visitor]) -> Visitor:
    """The poverty office of 拜泉 (230231)."""
    return visit("poverty_office", divisions=["230231"])


@pytest.fixture
def feed(
    portal: BlockingPortal, exchange: Exchange, drain: Callable[[], None]
) -> Callable[[], list[dict[str, Any]]]:
    """`feed()`: every event of the registry, as a sister service reads them."""

    def read() -> list[dict[str, Any]]:
        drain()
        ask = partial(exchange.worker.feeds.get, "/v1/registry/feed", params={"limit": 5000})
        items: list[dict[str, Any]] = portal.call(ask).json()["items"]
        return items

    return read


@pytest.fixture
def state(feed: Callable[[], list[dict[str, Any]]]) -> Callable[[], dict[str, Any]]:
    """`state()`: what the registry last announced of each household, by its number, in order."""

    def newest() -> dict[str, Any]:
        said = {e["data"]["household_no"]: e["data"] for e in feed() if "household_no" in e["data"]}
        return {number: _ordered(data) for number, data in said.items()}

    return newest


def _ordered(value: Any) -> Any:
    """JSON whose lists do not depend on the order in which they were made, nor on when and under
    which id that was."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value.keys() - _WHEN_IT_CAME)}
    if isinstance(value, list):
        return sorted((_ordered(item) for item in value), key=repr)
    return value


_WHEN_IT_CAME = {"report_id", "recorded_at"}
