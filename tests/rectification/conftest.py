"""Asking for screenings."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.visitor import Visitor

Screen = Callable[..., dict[str, Any]]
Findings = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def screen(drain: Callable[[], None]) -> Screen:
    """`screen(visitor, …)`: a judged run that the visitor asked for."""

    def screen(visitor: Visitor, **asked: Any) -> dict[str, Any]:
        wish = {"business_date": "2018-06-30", **asked}
        run = visitor.post("/v1/rectification/screenings", json=wish)
        assert run.status_code == 202, run.text
        drain()
        judged: dict[str, Any] = visitor.get(run.headers["Location"]).json()
        assert judged["state"] == "judged"
        return judged

    return screen


@pytest.fixture
def findings() -> Findings:
    """`findings(visitor, …)`: what the visitor sees, with filters."""

    def findings(visitor: Visitor, **filters: Any) -> list[dict[str, Any]]:
        answer = visitor.get("/v1/rectification/findings", params=filters)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return findings
