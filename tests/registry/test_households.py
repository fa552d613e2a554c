"""One household at a time: what a push comes to, and who sees what of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.registry.households import household, id_number, member
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"


def test_an_office_pushes_a_household_and_reads_it_back(office: Visitor) -> None:
    pushed = office.post(HOUSEHOLDS, json=household(1))

    assert pushed.status_code == 201, pushed.text
    answer = pushed.json()
    assert (answer["outcome"], answer["findings"]) == ("accepted", [])
    shown = answer["household"]
    assert shown["village_code"] == "230231100201"
    assert shown["statuses"] == [
        {"status": "REGISTERED", "valid_from": "2015-01-01", "valid_to": None}
    ]
    read = office.get(f"{HOUSEHOLDS}/{shown['household_id']}")
    assert (read.status_code, read.json()) == (200, shown)
    assert office.get(HOUSEHOLDS).json() == {"items": [shown], "next_after": None}


def test_an_office_that_repeats_a_household_changes_nothing(office: Visitor) -> None:
    office.post(HOUSEHOLDS, json=household(1))

    again = office.post(HOUSEHOLDS, json=household(1))

    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")


def test_an_office_that_corrects_a_household_is_told_200(office: Visitor) -> None:
    first = office.post(HOUSEHOLDS, json=household(1)).json()["household"]

    second = office.post(HOUSEHOLDS, json=household(1, source_version=2, main_cause="ILLNESS"))

    assert (second.status_code, second.json()["outcome"]) == (200, "accepted")
    assert second.json()["household"]["household_id"] == first["household_id"]
    assert second.json()["household"]["main_cause"] == "ILLNESS"


def test_a_first_push_is_201_whatever_its_version(office: Visitor) -> None:
    pushed = office.post(HOUSEHOLDS, json=household(1, source_version=2018))

    assert (pushed.status_code, pushed.json()["outcome"]) == (201, "accepted")


def test_an_office_whose_version_is_older_hears_superseded_and_sees_the_newer(
    office: Visitor,
) -> None:
    office.post(HOUSEHOLDS, json=household(1, source_version=2, main_cause="ILLNESS"))

    older = office.post(HOUSEHOLDS, json=household(1, source_version=1))

    assert (older.status_code, older.json()["outcome"]) == (200, "superseded")
    assert older.json()["household"]["main_cause"] == "ILLNESS"


def test_an_office_that_contradicts_a_version_is_refused(office: Visitor) -> None:
    office.post(HOUSEHOLDS, json=household(1))

    conflict = office.post(HOUSEHOLDS, json=household(1, main_cause="ILLNESS"))

    assert (conflict.status_code, conflict.json()["code"]) == (409, "version-conflict")


def test_an_office_cannot_push_into_another_county(office: Visitor) -> None:
    refused = office.post(HOUSEHOLDS, json=household(1, village_code="230230100201"))

    assert (refused.status_code, refused.json()["code"]) == (422, "not-your-division")
    assert refused.json()["errors"][0]["pointer"] == "/village_code"


def test_an_office_cannot_take_a_household_that_another_office_keeps(
    office: Visitor, visit: Callable[..., Visitor]
) -> None:
    office.post(HOUSEHOLDS, json=household(1))
    neighbour = visit("poverty_office", divisions=["230230"])

    taken = neighbour.post(HOUSEHOLDS, json=household(1, village_code="230230100201"))

    assert (taken.status_code, taken.json()["code"]) == (422, "household-elsewhere")


def test_a_household_that_moved_belongs_to_the_office_of_its_new_village(
    office: Visitor, visit: Callable[..., Visitor]
) -> None:
    province = visit("poverty_office", divisions=["230000"])
    neighbour = visit("poverty_office", divisions=["230230"])
    there = {"village_code": "230230100201", "as_at": "2018-12-31", "source_version": 2}
    office.post(HOUSEHOLDS, json=household(1))

    moved = province.post(HOUSEHOLDS, json=household(1, **there))
    assert moved.json()["outcome"] == "accepted"

    later = {**there, "as_at": "2019-12-31", "source_version": 3}
    assert neighbour.post(HOUSEHOLDS, json=household(1, **later)).status_code == 200
    again = office.post(HOUSEHOLDS, json=household(1, as_at="2020-12-31", source_version=4))
    assert again.json()["code"] == "household-elsewhere"
    assert office.get(HOUSEHOLDS).json()["items"] == []


def test_two_offices_that_push_one_new_household_at_once_push_one_household(
    office: Visitor, visit: Callable[..., Visitor], sql: Callable[..., list[Any]]
) -> None:
    province = visit("poverty_office", divisions=["230000"])
    assert office.token
    assert province.token

    with ThreadPoolExecutor(2) as pool:
        for number in range(1, 9):
            pushes = [
                pool.submit(who.post, HOUSEHOLDS, json=household(number, source_version=version))
                for version, who in enumerate((office, province), start=1)
            ]
            assert {push.result().status_code for push in pushes} <= {200, 201}

    ids = sql(
        "registry",
        "select household_no from household_report group by 1 having count(distinct id) > 1",
    )
    assert ids == []


def test_another_countys_office_sees_nothing(
    office: Visitor, visit: Callable[..., Visitor]
) -> None:
    shown = office.post(HOUSEHOLDS, json=household(1)).json()["household"]
    neighbour = visit("poverty_office", divisions=["230230"])

    assert neighbour.get(HOUSEHOLDS).json()["items"] == []
    assert neighbour.get(f"{HOUSEHOLDS}/{shown['household_id']}").status_code == 404


def test_the_provinces_supervisor_sees_every_household_masked(
    office: Visitor, visit: Callable[..., Visitor]
) -> None:
    office.post(HOUSEHOLDS, json=household(1))
    supervisor = visit("supervisor", divisions=["230000"])

    [seen] = supervisor.get(HOUSEHOLDS).json()["items"]

    assert seen["members"][0]["name"] == "王*"
    assert seen["members"][0]["born_on"] is None
    assert id_number(1) not in str(seen)


@pytest.mark.parametrize("role", ["bank", "insurer"])
def test_a_bank_or_insurer_sees_the_households_of_its_places_without_health_or_income(
    office: Visitor, visit: Callable[..., Visitor], role: str
) -> None:
    ill = member(1, health=["CHRONIC"], labour_skill="LOST", id_number=id_number(1) + "61")
    pushed = household(
        1,
        members=[ill],
        attribute="DIBAO",
        main_cause="ILLNESS",
        other_causes=["DISABILITY"],
        per_capita_income="3000.00",
    )
    office.post(HOUSEHOLDS, json=pushed)
    here, elsewhere = visit(role, divisions=["230231"]), visit(role, divisions=["230230"])

    [seen] = here.get(HOUSEHOLDS).json()["items"]

    assert seen["statuses"][0]["status"] == "REGISTERED"
    assert seen["members"][0]["name"] == "王*"
    assert seen["members"][0]["id_number"] == "2" + "*" * 16 + id_number(1)[-1]
    hidden = ["attribute", "main_cause", "per_capita_income"]
    assert [seen[name] for name in hidden] == [None] * 3
    assert seen["other_causes"] == []
    assert seen["members"][0]["labour_skill"] is None
    assert not {"health", "disability_category", "person_key"} & set(seen["members"][0])
    assert elsewhere.get(HOUSEHOLDS).json()["items"] == []


@pytest.mark.parametrize("role", ["bank", "insurer", "supervisor", "finance_bureau"])
def test_nobody_but_an_office_pushes_households(visit: Callable[..., Visitor], role: str) -> None:
    refused = visit(role).post(HOUSEHOLDS, json=household(1))

    assert refused.status_code == 403


def test_an_office_finds_a_household_by_its_number_and_its_place(office: Visitor) -> None:
    office.post(HOUSEHOLDS, json=household(1))
    office.post(HOUSEHOLDS, json=household(2, village_code="230231100202"))

    def numbers(**filters: str) -> list[str]:
        items = office.get(HOUSEHOLDS, params=filters).json()["items"]
        return [item["household_no"] for item in items]

    assert numbers(household_no="230231100002") == ["230231100002"]
    assert numbers(division="230231100202") == ["230231100002"]
    assert numbers(division="230231") == ["230231100001", "230231100002"]


@pytest.mark.parametrize(
    "wrong", [{"nobody": "1"}, {"household_no": "1\x00"}, {"division": "2302"}, {"limit": "201"}]
)
def test_an_office_that_filters_by_nonsense_is_told_400(
    office: Visitor, wrong: dict[str, Any]
) -> None:
    assert office.get(HOUSEHOLDS, params=wrong).status_code == 400


def test_an_office_pages_through_its_households(office: Visitor) -> None:
    for number in (1, 2, 3):
        office.post(HOUSEHOLDS, json=household(number))

    first = office.get(HOUSEHOLDS, params={"limit": 2}).json()
    rest = office.get(HOUSEHOLDS, params={"limit": 2, "after": first["next_after"]}).json()

    numbers = [item["household_no"] for item in first["items"] + rest["items"]]
    assert numbers == ["230231100001", "230231100002", "230231100003"]
    assert rest["next_after"] is None
