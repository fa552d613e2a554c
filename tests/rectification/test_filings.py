"""Contacts and submissions: who files for whom, who is late, and who is missing."""

from typing import Any

import pytest

from tests.rectification.ledger import Drain, Visit
from tests.visitor import Visitor

CONTACTS, SUBMISSIONS = "/v1/rectification/contacts", "/v1/rectification/submissions"
HASH = "a" * 64


def a_contact(unit: str, **said: Any) -> dict[str, Any]:
    return {
        "unit": unit,
        "stage": "2019-06-06",
        "filed_on": "2019-06-05",
        "name": "赵示例",
        "phone": "0452-0000000",
    } | said


def a_submission(unit: str, **said: Any) -> dict[str, Any]:
    return {
        "unit": unit,
        "stage": "2019-06-20",
        "filed_on": "2019-06-20",
        "document_hash": HASH,
    } | said


def missing(visitor: Visitor, stage: str, **query: str) -> dict[str, Any]:
    answer = visitor.get(f"{SUBMISSIONS}/missing", params={"stage": stage, **query})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_supervisor_sees_who_has_not_filed(visit: Visit, drain: Drain) -> None:
    supervisor = visit("supervisor", agency="SV23", divisions=["230000"])
    province = visit("poverty_office", agency="PO23", divisions=["230000"])
    city = visit("poverty_office", agency="PO2302", divisions=["230200"])
    county = visit("poverty_office", agency="PO230231")
    union = visit("bank", agency="RCU23", divisions=["230000"])
    member = visit("bank", agency="RCU230231", parent="RCU23")
    insurer = visit("insurer", agency="INA23")
    visit("finance_bureau", agency="FB230231")
    drain()

    contacts = missing(supervisor, "2019-06-06")
    assert (contacts["expected"], contacts["filed"]) == (23, 0)
    assert {each["kind"] for each in contacts["items"]} == {"city", "county"}
    assert county.post(CONTACTS, json=a_contact("PO230231")).status_code == 201
    assert city.post(CONTACTS, json=a_contact("230200")).status_code == 201
    assert city.post(CONTACTS, json=a_contact("230230", filed_on="2019-06-07")).status_code == 201
    after = missing(supervisor, "2019-06-06")
    assert (after["filed"], after["late"], len(after["items"])) == (3, 1, 20)
    assert missing(supervisor, "2019-06-06", on="2019-06-06")["filed"] == 2
    assert missing(supervisor, "2019-06-06", on="2019-06-06")["items"][0]["overdue"] is False
    of_city = {each["unit"] for each in missing(city, "2019-06-06")["items"]}
    assert of_city == {"230227000000", "230229000000"}

    reports = missing(supervisor, "2019-06-20")
    units = {each["unit"]: each["kind"] for each in reports["items"] if each["unit"][0] != "2"}
    assert units == {"PO23": "member", "SV23": "member", "RCU23": "bank", "INA23": "insurer"}
    for visitor in (supervisor, province, union, insurer):
        answer = visitor.post(SUBMISSIONS, json=a_submission(visitor.agency))
        assert answer.status_code == 201, answer.text
    member.post(SUBMISSIONS, json=a_submission(member.agency))
    assert missing(supervisor, "2019-06-20")["filed"] == 4
    assert missing(supervisor, "2019-11-20")["filed"] == 0, "each stage is its own"
    assert union.get(f"{SUBMISSIONS}/missing", params={"stage": "2019-06-20"}).status_code == 403


def test_a_unit_files_for_itself_and_for_what_lies_below_it(visit: Visit, drain: Drain) -> None:
    county = visit("poverty_office", agency="PO230231")
    bank = visit("bank", agency="ABC23", divisions=["230000"])
    union = visit("bank", agency="RCU23", divisions=["230000"])
    visit("bank", agency="RCU230231", parent="RCU23")
    drain()

    def filed(visitor: Visitor, unit: str) -> tuple[int, str | None]:
        answer = visitor.post(SUBMISSIONS, json=a_submission(unit))
        return answer.status_code, answer.json().get("code")

    assert filed(county, "230231") == (201, None)
    assert filed(county, "ABC23") == (403, "not-your-unit"), "it serves more than the county"
    assert filed(county, "230200") == (403, "not-your-unit")
    assert filed(bank, "230231") == (403, "not-your-unit")
    assert filed(bank, "RCU230231") == (403, "not-your-unit")
    assert filed(union, "RCU230231") == (201, None)
    assert filed(union, "无此单位") == (422, "unknown-unit")
    assert filed(county, "230299") == (422, "unknown-unit")


@pytest.mark.parametrize("path", [CONTACTS, SUBMISSIONS])
def test_a_filing_told_twice_is_one_and_a_change_is_one_more(visit: Visit, path: str) -> None:
    insurer = visit("insurer")
    supervisor = visit("supervisor", divisions=["230000"])
    row = (a_contact if path == CONTACTS else a_submission)(insurer.agency)

    first = insurer.post(path, json=row)
    again = insurer.post(path, json=row)
    changed = insurer.post(path, json=row | {"name": "钱示例"})

    assert [each.status_code for each in (first, again, changed)] == [201, 200, 201]
    assert again.json() == first.json()
    [newest] = supervisor.get(path, params={"unit": insurer.agency}).json()["items"]
    assert newest["name"] == "钱示例"
    assert supervisor.get(first.headers["Location"]).json()["name"] == row.get("name")
    for wrong, pointer in (
        ({"stage": "2019-06-30"}, "/stage"),
        ({"stage": "2019-06-20" if path == CONTACTS else "2019-06-06"}, "/stage"),
        ({"filed_on": "2999-01-01"}, "/filed_on"),
        ({"phone": "call me"}, "/phone"),
    ):
        answer = insurer.post(path, json=row | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    unknown = supervisor.get(f"{SUBMISSIONS}/missing", params={"stage": "2019-06-30"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-stage")


def test_a_name_and_phone_show_to_supervisors_and_to_who_filed_them(visit: Visit, sql: Any) -> None:
    county = visit("poverty_office", agency="PO230231")
    supervisor = visit("supervisor", divisions=["230000"])
    province = visit("poverty_office", divisions=["230000"])
    bank = visit("bank")
    where = county.post(CONTACTS, json=a_contact("230231")).headers["Location"]

    def told(visitor: Visitor) -> list[str | None]:
        row = visitor.get(where).json()
        return [row["name"], row["phone"], row["unit_name"]]

    assert told(supervisor) == told(county) == ["赵示例", "0452-0000000", "拜泉县"]
    assert told(province) == [None, None, "拜泉县"]
    assert bank.get(where).status_code == 404
    assert bank.get(CONTACTS).json()["items"] == []
    [stored] = sql("rectification", "select name, phone from filing")
    assert "赵".encode() not in stored["name"] + stored["phone"]
    without = county.post(CONTACTS, json={**a_contact("230231"), "phone": None})
    assert without.status_code == 422
