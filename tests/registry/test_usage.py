"""Who looked at this person, when and why: told to his office, and to an auditor."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.registry.households import household, id_number, member
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
ASK = "/v1/audit/usage-queries"
Visit = Callable[..., Visitor]
Json = dict[str, Any]


SOMEONE = member(1)


def registered(office: Visitor, **more: Any) -> Json:
    pushed = office.post(HOUSEHOLDS, json=household(1, members=[SOMEONE], **more))
    shown: Json = pushed.json()["household"]
    return shown


def look(who: Visitor, shown: Json, purpose: str) -> str:
    path = f"{HOUSEHOLDS}/{shown['household_id']}"
    answer = who.get(path, headers={"X-Purpose": purpose})
    assert answer.status_code == 200, answer.text
    return answer.headers["x-request-id"]


def usage(who: Visitor, **asked: Any) -> list[Json]:
    answer = who.post(ASK, json=asked)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


def test_an_office_learns_who_looked_at_its_person_and_why_newest_first(
    visit: Visit, office: Visitor, drain: Callable[[], None]
) -> None:
    bank, insurer = visit("bank"), visit("insurer")
    drain()
    shown = registered(office)
    assert usage(office, id_number=SOMEONE["id_number"]) == []
    bank.get(f"{HOUSEHOLDS}/{shown['household_id']}")
    looked = [
        look(bank, shown, "LENDING"),
        look(insurer, shown, "COVER"),
        look(bank, shown, "RECTIFICATION"),
    ]

    answer = office.post(ASK, json={"id_number": SOMEONE["id_number"], "name": "王二"})
    items = answer.json()["items"]

    assert [each["request_id"] for each in items] == looked[::-1]
    newest = items[0]
    assert (newest["receiver"], newest["receiver_name"]) == (bank.agency, f"机构 {bank.agency}")
    assert (newest["receiver_type"], newest["receiver_client"]) == ("BANK", bank.client_id)
    assert (newest["service"], newest["action"]) == ("registry", "read_household")
    assert (newest["purpose"], newest["purpose_text"]) == ("RECTIFICATION", "排查整改")
    assert newest["fields"] == ["name", "id_number", "born_on"]
    assert SOMEONE["name"] not in answer.text
    assert SOMEONE["id_number"] not in answer.text
    of_household = usage(office, household_id=shown["household_id"])
    assert [each["request_id"] for each in of_household] == looked[::-1]

    first = office.post(f"{ASK}?limit=2", json={"id_number": SOMEONE["id_number"]}).json()
    rest = office.post(
        f"{ASK}?limit=2&after={first['next_after']}",
        json={"id_number": SOMEONE["id_number"]},
        headers={"Accept-Language": "en"},
    ).json()
    assert first["items"] == items[:2]
    assert rest["items"][0]["purpose_text"] == "lending, and looking after the loan"
    assert rest["items"][0]["record_id"] == items[2]["record_id"]


def test_people_of_other_places_and_people_who_are_nobody_are_the_same_to_an_office(
    visit: Visit, office: Visitor
) -> None:
    neighbour = visit("poverty_office", divisions=["230230"])
    shown = registered(office)
    look(visit("bank"), shown, "LENDING")
    number = SOMEONE["id_number"]

    def refused(who: Visitor, **asked: str) -> tuple[int, Any]:
        answer = who.post(ASK, json=asked)
        told = answer.json()
        told.pop("instance")
        return answer.status_code, told

    nobody = refused(office, id_number=id_number(999, "19110101"))
    assert nobody[0] == 404
    assert refused(neighbour, id_number=number) == nobody
    assert refused(neighbour, id_number=number, name=SOMEONE["name"]) == nobody
    assert refused(office, id_number=number, name="李四") == nobody
    assert refused(neighbour, household_id=shown["household_id"]) == nobody
    assert refused(office, household_id=str(uuid4())) == nobody

    there = {"village_code": "230230100201", "as_at": "2018-12-31", "source_version": 2}
    registered(visit("poverty_office", divisions=["230000"]), **there)
    assert usage(neighbour, id_number=number)[0]["purpose"] == "LENDING"
    assert refused(office, id_number=number) == nobody


def test_an_auditor_learns_who_looked_not_whether_there_is_somebody_and_others_nothing(
    visit: Visit, office: Visitor
) -> None:
    auditor = visit("auditor", divisions=[])
    shown = registered(office)
    request_id = look(visit("bank"), shown, "LENDING")

    assert usage(auditor, id_number=SOMEONE["id_number"])[0]["request_id"] == request_id
    assert usage(auditor, household_id=shown["household_id"])[0]["request_id"] == request_id
    assert usage(auditor, id_number=id_number(999, "19110101")) == []
    assert usage(auditor, household_id=str(uuid4())) == []
    for role in ("bank", "insurer", "finance_bureau", "supervisor", "operator"):
        refused = visit(role).post(ASK, json={"id_number": SOMEONE["id_number"]})
        assert refused.status_code == 403


def test_a_question_about_nobody_or_about_two_is_none(office: Visitor) -> None:
    number, one = SOMEONE["id_number"], str(uuid4())

    for wrong in ({}, {"name": "王二"}, {"id_number": number, "household_id": one}):
        answer = office.post(ASK, json=wrong)
        assert answer.status_code == 422
        assert number not in answer.text
    named = {"household_id": one, "name": "王二"}
    assert office.post(ASK, json=named).status_code == 422
    assert office.post(f"{ASK}?id_number=x", json={"id_number": number}).status_code == 400
    assert office.get(ASK).status_code == 405
