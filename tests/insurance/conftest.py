"""A county with an office and an insurer, and what a screening finds there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.visitor import Visitor

Findings = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def office(visit: Callable[..., Visitor]) -> Visitor:
    """The poverty office of 延寿."""
    return visit("poverty_office", divisions=["230129"], agency="PO230129")


@pytest.fixture
def insurer(visit: Callable[..., Visitor]) -> Visitor:
    """The one insurer that serves 延寿."""
    return visit("insurer", divisions=["230129"], agency="INA23")


@pytest.fixture
def findings(office: Visitor, drain: Callable[[], None]) -> Findings:
    """`findings(rule, business_date, …)`: what a screening finds, as the office reads it."""

    def findings(rule: str, on: str, by: Visitor = office, **scope: str) -> list[dict[str, Any]]:
        asked = {"business_date": on, "rules": [rule], **scope}
        answer = by.post("/v1/rectification/screenings", json=asked)
        assert answer.status_code == 202, answer.text
        drain()
        run = answer.json()["screening_id"]
        found = by.get("/v1/rectification/findings", params={"screening": run}).json()
        assert found["state"] == "judged"
        items: list[dict[str, Any]] = found["items"]
        return items

    return findings
