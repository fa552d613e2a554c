"""What tests of feeds share."""

import json
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


def snapshot(
    reader: Visitor, service: str, drain: Callable[[], None], **asked: Any
) -> tuple[Any, list[Any]]:
    """The first line of a new snapshot, and its rows."""
    answer = reader.post(f"/v1/{service}/snapshots", json=asked)
    assert answer.status_code == 202, answer.text
    early = reader.get(f"{answer.headers['Location']}/rows")
    assert (early.status_code, early.json()["code"]) == (409, "snapshot-not-made")
    drain()
    return fetched_from(reader, answer.headers["Location"])


def fetched_from(reader: Visitor, location: str) -> tuple[Any, list[Any]]:
    """The first line and the rows of a snapshot that is made."""
    found = reader.get(location).json()
    assert found["state"] == "done"
    fetched = reader.get(f"{location}/rows")
    assert fetched.headers["content-type"] == "application/x-ndjson"
    head, *rows = [json.loads(line) for line in fetched.text.splitlines()]
    assert head["rows"] == len(rows) == found["rows"]
    assert head["position"] == found["position"]
    return head, rows


@pytest.fixture
def office(visit: Callable[..., Visitor]) -> Visitor:
    """The poverty office of 拜泉 (230231)."""
    return visit("poverty_office", divisions=["230231"])
