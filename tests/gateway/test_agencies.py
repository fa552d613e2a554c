"""Agencies: recorded by an operator, corrected under a higher version, announced in the feed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Sql = Callable[..., list[Any]]

UNION = {
    "code": "RCU-230231",
    "name": "拜泉县农村信用合作联社",
    "agency_type": "BANK",
    "divisions": ["230231", "230221103"],
    "parent": "RCU23",
    "valid_from": "2005-01-01",
}
PROVINCE = {"code": "RCU23", "name": "省联社", "agency_type": "BANK", "divisions": ["230000"]}


@pytest.fixture
def recorded(operator: Visitor) -> Callable[..., Any]:
    """`recorded(agency, **changes)`: the operator's answer."""
    operator.post("/v1/agencies", json=PROVINCE)
    return lambda agency, **changes: operator.post("/v1/agencies", json={**agency, **changes})


def test_an_agency_is_recorded_and_read_back(
    recorded: Callable[..., Any], operator: Visitor, visit: Visit
) -> None:
    answer = recorded(UNION)

    assert answer.status_code == 201
    assert answer.json()["outcome"] == "accepted"
    agency = answer.json()["agency"]
    assert agency["divisions"] == ["230221103000", "230231000000"]
    assert (agency["parent"], agency["valid_to"], agency["source_version"]) == ("RCU23", None, 1)
    assert operator.get(f"/v1/agencies/{agency['agency_id']}").json() == agency
    for role in ("bank", "poverty_office", "auditor"):
        found = visit(role).get("/v1/agencies", params={"code": "RCU-230231"})
        assert found.json()["items"] == [agency]


def test_the_same_agency_again_changes_nothing(recorded: Callable[..., Any], sql: Sql) -> None:
    first = recorded(UNION)
    again = recorded(UNION, divisions=["230221103000", "230231", "230231"])

    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert again.json()["agency"] == first.json()["agency"]
    assert "event-id" not in again.headers
    [found] = sql("gateway", "select count(*) as n from agency where code = 'RCU-230231'")
    assert found["n"] == 1


def test_other_words_under_the_same_version_are_a_conflict(recorded: Callable[..., Any]) -> None:
    recorded(UNION)

    answer = recorded(UNION, name="别的名字")

    assert (answer.status_code, answer.json()["code"]) == (409, "version-conflict")


def test_a_higher_version_corrects_and_a_lower_one_is_superseded(
    recorded: Callable[..., Any], sql: Sql
) -> None:
    first = recorded(UNION, source_version=2).json()["agency"]

    newer = recorded(UNION, source_version=5, divisions=["230231"]).json()
    older = recorded(UNION, source_version=3, name="旧名").json()

    assert (newer["outcome"], older["outcome"]) == ("accepted", "superseded")
    assert newer["agency"]["agency_id"] == first["agency_id"]
    assert newer["agency"]["divisions"] == ["230231000000"]
    assert older["agency"] == newer["agency"]
    rows = sql("gateway", "select * from agency where code = 'RCU-230231' order by source_version")
    assert [row["superseded_at"] is None for row in rows] == [False, False, True]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"parent": "NOBODY"}, "unknown-parent", "/parent"),
        ({"parent": "RCU-230231"}, "parent-in-circle", "/parent"),
        ({"divisions": []}, "no-divisions", "/divisions"),
        ({"valid_to": "2005-01-01"}, "empty-interval", "/valid_to"),
        ({"divisions": ["2302"]}, "invalid-body", "/divisions/0"),
        ({"divisions": ["２３０２３１"]}, "invalid-body", "/divisions/0"),
        ({"divisions": ["230231"] * 101}, "invalid-body", "/divisions"),
        ({"divisions": "230231"}, "invalid-body", "/divisions"),
        ({"agency_type": "SERVICE"}, "invalid-body", "/agency_type"),
        ({"code": "A/B"}, "invalid-body", "/code"),
        ({"code": "A\x00B"}, "invalid-body", "/code"),
        ({"name": ""}, "invalid-body", "/name"),
        ({"source_version": 0}, "invalid-body", "/source_version"),
        ({"source_version": 2**31}, "invalid-body", "/source_version"),
        ({"source_version": "1"}, "invalid-body", "/source_version"),
        ({"valid_from": "2005-02-30"}, "invalid-body", "/valid_from"),
        ({"colour": "red"}, "invalid-body", "/colour"),
    ],
)
def test_an_agency_that_cannot_be_is_refused(
    recorded: Callable[..., Any], changes: dict[str, Any], code: str, pointer: str
) -> None:
    answer = recorded(UNION, **changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_parents_never_form_a_circle(recorded: Callable[..., Any]) -> None:
    recorded(UNION)

    answer = recorded(PROVINCE, parent="RCU-230231", source_version=2)

    assert answer.json()["code"] == "parent-in-circle"


def test_an_agency_keeps_its_type(recorded: Callable[..., Any]) -> None:
    recorded(UNION)

    answer = recorded(UNION, agency_type="INSURER", source_version=2)

    assert (answer.status_code, answer.json()["code"]) == (409, "agency-type-fixed")


def test_an_agency_with_the_most_divisions_still_gets_a_token_that_works(visit: Visit) -> None:
    busy = visit("poverty_office", divisions=[f"2302{n:08}" for n in range(100)])

    assert busy.get("/v1/agencies").status_code == 200


def test_agencies_are_announced(
    recorded: Callable[..., Any], visit: Visit, drain: Callable[[], None], sql: Sql
) -> None:
    recorded(PROVINCE)
    event_id = recorded(UNION).headers["event-id"]
    recorded(UNION)
    drain()

    events = sql("gateway", "select * from feed where agency = 'RCU-230231'")

    assert [str(event["event_id"]) for event in events] == [event_id]
    assert events[0]["type"] == "agency.recorded"
    assert events[0]["data"] == {
        **UNION,
        "divisions": ["230221103000", "230231000000"],
        "valid_to": None,
    }


def test_the_feed_of_agencies_is_for_everybody(visit: Visit, drain: Callable[[], None]) -> None:
    roles = ("bank", "operator", "auditor", "supervisor")
    visitors = [visit(role) for role in roles]
    drain()

    for visitor in visitors:
        page = visitor.get("/v1/gateway/feed").json()
        told = [event["data"]["code"] for event in page["items"]]
        assert told[1:] == [each.agency for each in visitors], "after the first operator's"
        assert {event["type"] for event in page["items"]} == {"agency.recorded"}


def test_an_unknown_filter_is_refused(operator: Visitor) -> None:
    answer = operator.get("/v1/agencies", params={"agency": "RCU23"})

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-filter")


def test_a_list_is_filtered(recorded: Callable[..., Any], operator: Visitor) -> None:
    recorded(UNION)

    def codes(**filters: str) -> list[str]:
        items = operator.get("/v1/agencies", params=filters).json()["items"]
        return [agency["code"] for agency in items]

    assert codes(agency_type="BANK") == ["RCU23", "RCU-230231"]
    assert codes(parent="RCU23") == ["RCU-230231"]
    assert codes(agency_type="INSURER") == []
