"""The people of a subsidy story."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.subsidy.builders import COUNTY
from tests.visitor import Visitor

Screen = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def bank(visit: Callable[..., Visitor]) -> Visitor:
    return visit("bank", divisions=[COUNTY])


@pytest.fixture
def bureau(visit: Callable[..., Visitor]) -> Visitor:
    return visit("finance_bureau", divisions=[COUNTY])


@pytest.fixture
def screen(visit: Callable[..., Visitor], drain: Callable[[], None]) -> Screen:
    """`screen(business_date, …)`: the findings of SUB-11, as the supervisor sees them."""
    supervisor = visit("supervisor", divisions=["230000000000"])

    def screen(business_date: str, **asked: Any) -> list[dict[str, Any]]:
        wish = {"business_date": business_date, "rules": ["SUB-11"], **asked}
        run = supervisor.post("/v1/rectification/screenings", json=wish)
        assert run.status_code == 202, run.text
        drain()
        assert supervisor.get(run.headers["Location"]).json()["state"] == "judged"
        of_run = {"screening": run.json()["screening_id"]}
        found = supervisor.get("/v1/rectification/findings", params=of_run)
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    return screen
