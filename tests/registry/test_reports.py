"""A household told again from year to year: what counts when, and what neighbours hear of it."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registry.households import NDJSON, household, id_number, member, ndjson
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
BULK = "/v1/registry/bulk/households"

State = Callable[[], dict[str, Any]]
NUMBER = "230231100001"

WIFE = member(2, id_number=id_number(2, "19720202"), relation="SPOUSE")


def report(year: int, *people: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What an office says of one household at the end of a year."""
    as_at = {"as_at": f"{year}-12-31", "source_version": year}
    return household(1, members=[member(1), *people], **{**as_at, **changes})


def push(office: Visitor, *rows: Any) -> dict[str, Any]:
    answer: dict[str, Any] = office.post(BULK, content=ndjson(rows), headers=NDJSON).json()
    return answer


def spans_of(said: dict[str, Any], born_on: str) -> list[tuple[str, ...]]:
    """Of one person: from when to when the row is known, holds, and he is a member."""
    names = ("known_from", "known_to", "holds_from", "holds_to", "joined_on", "gone_on")
    people = [one for one in said["members"] if one["born_on"] == born_on]
    return sorted(tuple(one[name] for name in names) for one in people)


def test_a_later_report_of_an_office_counts_from_its_day_and_the_first_one_before_too(
    office: Visitor, state: State
) -> None:
    push(office, report(2017), report(2018, village_code="230231100202"))

    places = [
        (place["division"], place["known_from"], place["known_to"])
        for place in state()[NUMBER]["places"]
    ]
    assert places == [
        ("230231100201", "-infinity", "2018-12-31"),
        ("230231100202", "2018-12-31", "infinity"),
    ]
    assert office.get(HOUSEHOLDS).json()["items"][0]["village_code"] == "230231100202"


def test_two_reports_of_an_office_end_alike_in_either_order(
    office: Visitor, state: State, sql: Callable[..., list[Any]]
) -> None:
    ends = []
    for order in ((2017, 2018), (2018, 2017)):
        sql("registry", "delete from household_report")
        for year in order:
            push(office, report(year, WIFE, main_cause="ILLNESS" if year == 2017 else "DISABILITY"))
        items = office.get(HOUSEHOLDS).json()["items"]
        ends.append((state(), [{**item, "household_id": ""} for item in items]))

    assert ends[0] == ends[1]


def test_a_correction_of_a_report_replaces_it(office: Visitor, state: State) -> None:
    push(office, report(2017), report(2018))
    push(office, report(2018, village_code="230231100202", source_version=2019))

    said = state()[NUMBER]
    assert [place["division"] for place in said["places"]] == ["230231100201", "230231100202"]


def test_a_person_whom_the_next_report_leaves_out_is_gone_from_its_day(
    office: Visitor, state: State
) -> None:
    push(office, report(2017, WIFE), report(2018))

    always = ("-infinity", "infinity")
    assert spans_of(state()[NUMBER], "1972-02-02") == [
        (*always, *always, "-infinity", "2018-12-31")
    ]


def test_a_person_who_is_listed_again_is_a_member_again_from_that_report(
    office: Visitor, state: State
) -> None:
    push(office, report(2016, WIFE), report(2017), report(2018, {**WIFE, "labour_skill": "LOST"}))

    assert spans_of(state()[NUMBER], "1972-02-02") == [
        ("-infinity", "infinity", "-infinity", "2018-12-31", "-infinity", "2017-12-31"),
        ("2018-12-31", "infinity", "2018-12-31", "infinity", "-infinity", "infinity"),
    ]


def test_the_first_report_that_lists_a_person_speaks_of_the_days_before_it_too(
    office: Visitor, state: State
) -> None:
    push(office, report(2017), report(2018, {**WIFE, "joined_on": "2010-05-01"}))

    assert spans_of(state()[NUMBER], "1972-02-02") == [
        ("2018-12-31", "infinity", "-infinity", "infinity", "2010-05-01", "infinity")
    ]


def test_what_a_report_says_of_a_persons_skill_holds_until_the_next_one(
    office: Visitor, state: State
) -> None:
    push(
        office,
        report(2017),
        household(
            1, members=[member(1, labour_skill="LOST")], as_at="2018-12-31", source_version=2018
        ),
    )

    able = {
        (one["holds_from"], one["holds_to"]): one["able_to_work"]
        for one in state()[NUMBER]["members"]
    }
    assert able == {("-infinity", "2018-12-31"): True, ("2018-12-31", "infinity"): False}


@pytest.mark.parametrize(
    ("skill", "able"),
    [
        ("ORDINARY", True),
        ("SKILLED", True),
        ("WEAK_OR_HALF", True),
        ("LOST", False),
        ("NONE", False),
        (None, None),
    ],
)
def test_neighbours_hear_who_is_able_to_work(
    office: Visitor, state: State, skill: str | None, able: bool | None
) -> None:
    push(office, household(1, members=[member(1, labour_skill=skill)]))

    assert state()[NUMBER]["members"][0]["able_to_work"] is able


@pytest.mark.parametrize(
    ("digits", "review"),
    [("", False), ("11", False), ("44", False), ("51", True), ("6299", True), ("71", None)],
)
def test_neighbours_hear_whose_capacity_a_person_must_look_at(
    office: Visitor, state: State, digits: str, review: bool | None
) -> None:
    push(office, household(1, members=[member(1, id_number=id_number(1) + digits)]))

    assert state()[NUMBER]["members"][0]["needs_capacity_review"] is review


def test_no_health_no_number_and_no_name_leaves_the_registry(
    office: Visitor, feed: Callable[[], list[Any]], sql: Callable[..., list[Any]]
) -> None:
    ill = member(1, id_number=id_number(1) + "6299", health=["DISABLED"], phone="13800000000")
    push(office, household(1, members=[ill], main_cause="ILLNESS", per_capita_income="2999.99"))

    [event] = feed()

    said = set(event["data"]["members"][0])
    assert said == {
        *("person_key", "name_key", "born_on", "joined_on", "gone_on", "died_on", "able_to_work"),
        *("known_from", "known_to", "holds_from", "holds_to", "needs_capacity_review"),
    }
    secrets = [id_number(1), "6299", "王一", "13800000000", "2999.99", "ILLNESS", "DISABLED"]
    assert [secret for secret in secrets if secret in str(event["data"])] == []
    [kept] = sql("registry", "select members::text as members from household_report")
    assert [word for word in (id_number(1), "王一", "13800000000") if word in kept["members"]] == []


def test_a_status_ends_where_the_next_one_begins(office: Visitor, state: State) -> None:
    statuses = [
        {"status": "REGISTERED", "valid_from": "2014-01-01"},
        {"status": "LIFTED_WITH_POLICY", "valid_from": "2016-01-01", "valid_to": "2017-06-01"},
        {"status": "RETURNED", "valid_from": "2018-01-01"},
    ]
    push(office, household(1, statuses=statuses))

    said = [(s["status"], s["valid_from"], s["valid_to"]) for s in state()[NUMBER]["statuses"]]
    assert sorted(said, key=lambda one: one[1]) == [
        ("REGISTERED", "2014-01-01", "2016-01-01"),
        ("LIFTED_WITH_POLICY", "2016-01-01", "2017-06-01"),
        ("RETURNED", "2018-01-01", "infinity"),
    ]


def test_a_household_without_statuses_or_members_is_announced(
    office: Visitor, state: State
) -> None:
    push(office, household(1, statuses=[], members=[]))

    said = state()[NUMBER]
    assert (said["statuses"], said["members"]) == ([], [])


VERSIONS = [
    report(2016, WIFE),
    report(2017),
    report(2017, WIFE, source_version=2020, main_cause="ILLNESS"),
    report(2018, {**WIFE, "labour_skill": "LOST"}, village_code="230231100202"),
    report(2015, source_version=2021),
]


def test_any_order_and_repetition_of_reports_ends_in_the_same_state(
    office: Visitor, state: State, sql: Callable[..., list[Any]]
) -> None:
    push(office, *VERSIONS)
    expected = state()
    repeated = st.lists(st.sampled_from(VERSIONS), max_size=4)
    orders = repeated.flatmap(lambda more: st.permutations([*VERSIONS, *more]))

    @settings(max_examples=10, deadline=None, database=None)
    @given(rows=orders, cuts=st.sets(st.integers(1, 8), max_size=4))
    def ends_alike(rows: list[Any], cuts: set[int]) -> None:
        sql("registry", "delete from household_report")
        for begin, end in pairwise([0, *sorted(cuts), len(rows)]):
            assert push(office, *rows[begin:end], household(2)).get("rejected") == 0
        assert state()[NUMBER] == expected[NUMBER]

    ends_alike()
