"""Financing needs: from open to offered to met, or unsuitable with its reasons."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.story import Row, a_household, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NEEDS = "/v1/registry/needs"


@pytest.fixture
def household(office: Visitor) -> Row:
    """A household of 拜泉 that the registry knows."""
    row = a_household(a_person())
    push(office, "households", row)
    return row


def a_need(household: Row, **fields: Any) -> Row:
    """A household wants 10,000 yuan for two cows."""
    return {
        "need_no": "N-1",
        "household_no": household["household_no"],
        "amount": "10000.00",
        "use": "养牛",
        "raised_on": "2019-03-01",
        "state": "OPEN",
    } | fields


def test_an_office_tells_how_far_a_need_is(
    office: Visitor, household: Row, feed: Callable[[], list[Row]]
) -> None:
    opened = office.post(NEEDS, json=a_need(household))
    offered = a_need(household, state="OFFERED", bank="RCU230231", source_version=2)
    again = [office.post(NEEDS, json=offered) for _ in range(2)]
    late = office.post(NEEDS, json=a_need(household))
    met = office.post(NEEDS, json=offered | {"state": "MET", "source_version": 3})

    assert [each.status_code for each in (opened, *again, late, met)] == [201, 200, 200, 200, 200]
    assert [each.json()["outcome"] for each in (*again, late, met)] == [
        "accepted",
        "unchanged",
        "unchanged",
        "accepted",
    ]
    [listed] = office.get(NEEDS, params={"state": "MET"}).json()["items"]
    assert listed == office.get(f"{NEEDS}/{listed['need_id']}").json()
    assert listed["village_code"] == household["village_code"]
    assert office.get(NEEDS, params={"state": "OPEN"}).json()["items"] == []
    told = [event["data"] for event in feed() if event["type"] == "need.recorded"]
    assert [(each["state"], each["is_explained"]) for each in told] == [
        ("OPEN", False),
        ("OFFERED", False),
        ("MET", False),
    ]


def test_an_office_says_why_a_loan_does_not_suit_and_what_is_done_instead(
    office: Visitor, household: Row, feed: Callable[[], list[Row]]
) -> None:
    """Without a reason it is stored as said; only both reasons explain it (LOAN-50)."""
    unsuitable = a_need(household, state="UNSUITABLE")
    cause, measure = {"true_cause": "因病"}, {"other_measure": "大病救助"}

    told = [
        office.post(NEEDS, json=unsuitable | said | {"source_version": version})
        for version, said in enumerate(({}, cause, measure, cause | measure), start=1)
    ]

    assert [each.status_code for each in told] == [201, 200, 200, 200]
    events = [event["data"] for event in feed() if event["type"] == "need.recorded"]
    assert [each["is_explained"] for each in events] == [False, False, False, True]
    for event in events:
        assert not {"true_cause", "other_measure", "use"} & set(event), "they may tell of health"


def test_a_bank_reads_the_needs_where_it_serves_and_nothing_of_health(
    visit: Visit, office: Visitor, household: Row
) -> None:
    said = {"state": "UNSUITABLE", "true_cause": "因病", "other_measure": "大病救助"}
    bank, other = visit("bank"), visit("bank")
    elsewhere = visit("bank", divisions=["231283"])
    push(
        office,
        "needs",
        a_need(household, **said),
        a_need(household, need_no="N-2", state="OFFERED", bank=bank.agency),
    )

    def seen(visitor: Visitor) -> list[Row]:
        items: list[Row] = visitor.get(NEEDS).json()["items"]
        return sorted(items, key=lambda need: need["need_no"])

    assert [(need["true_cause"], need["other_measure"]) for need in seen(office)] == [
        ("因病", "大病救助"),
        (None, None),
    ]
    assert [(need["true_cause"], need["other_measure"]) for need in seen(bank)] == [
        (None, None)
    ] * 2
    assert [need["bank"] for need in seen(bank)] == [None, bank.agency]
    assert [need["bank"] for need in seen(other)] == [None, None]
    assert seen(elsewhere) == []
    assert bank.post(NEEDS, json=a_need(household)).status_code == 403
    assert visit("insurer").get(NEEDS).status_code == 403


def test_an_offices_need_waits_for_its_household(
    office: Visitor, drain: Callable[[], None]
) -> None:
    household = a_household(a_person())
    waits = office.post(NEEDS, json=a_need(household))
    before = office.get(NEEDS).json()["items"]
    push(office, "households", household)
    drain()

    assert (waits.status_code, waits.json()["outcome"]) == (202, "pending")
    assert before == []
    assert [need["need_no"] for need in office.get(NEEDS).json()["items"]] == ["N-1"]


def test_an_office_tells_the_needs_of_its_own_households_only(
    visit: Visit, office: Visitor, household: Row
) -> None:
    stranger = visit("poverty_office", divisions=["231283"])
    push(office, "needs", a_need(household))
    another = a_household(a_person())
    push(office, "households", another)

    elsewhere = stranger.post(NEEDS, json=a_need(household))
    moved = office.post(NEEDS, json=a_need(another, source_version=2))

    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "household-elsewhere")
    assert (moved.status_code, moved.json()["code"]) == (409, "household-changed")


def test_an_office_declares_its_needs_complete(office: Visitor, visit: Visit) -> None:
    said = {"kind": "needs", "valid_from": "2019-01-01", "valid_to": "2020-01-01", "rows": 0}

    assert office.post("/v1/registry/declarations", json=said).status_code == 201
    assert visit("bank").post("/v1/registry/declarations", json=said).status_code == 403
