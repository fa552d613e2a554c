"""What tests of feeds share."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.visitor import Visitor

Event = dict[str, Any]


def read_all(visitor: Visitor, service: str, after: int = 0, **asked: Any) -> list[Event]:
    """Every event of a feed that a visitor may see, page by page."""
    events: list[Event] = []
    while True:
        answer = visitor.get(f"/v1/{service}/feed", params={"after": after, **asked})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        events += page["items"]
        if page["next_after"] == after:
            return events
        assert page["next_after"] > after
        after = page["next_after"]


@pytest.fixture
def office(visit: Callable[..., Visitor]) -> Visitor:
    """The poverty office of 拜泉 (230231)."""
    return visit("poverty_office", divisions=["230231"])
