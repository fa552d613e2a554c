"""Names and ID numbers in clear: under a purpose, and on record before they leave."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from anyio.from_thread import BlockingPortal
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from jinqiao.exchange import Exchange
from jinqiao.migration import engine_for
from kernel.purposes import GIVEN_BY, Purpose
from kernel.roles import Role
from tests.registry.households import household, id_number, member
from tests.story import a_contract, a_household, a_person, push
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
Visit = Callable[..., Visitor]
Sql = Callable[..., list[Any]]


@pytest.fixture
def owner(portal: BlockingPortal, database_url: str) -> Callable[[str], None]:
    """`owner(statement)`: what only the owner of the tables may do."""

    async def do(statement: str) -> None:
        async with engine_for(database_url) as engine, engine.begin() as connection:
            await connection.execute(text(statement))

    return lambda statement: portal.call(do, statement)


@pytest.fixture
def records(sql: Sql) -> Callable[[], list[Any]]:
    """`records()`: what has been put on record, oldest first."""
    return lambda: sql("registry", "select * from access_record order by record_id")


@pytest.fixture
def wangs(office: Visitor) -> dict[str, Any]:
    """A household of two, one of them ill."""
    ill = member(2, health=["CHRONIC"], labour_skill="LOST", id_number=id_number(2) + "61")
    pushed = office.post(HOUSEHOLDS, json=household(1, members=[member(1), ill]))
    shown: dict[str, Any] = pushed.json()["household"]
    return shown


def read(visitor: Visitor, shown: dict[str, Any], purpose: str, **headers: str) -> Any:
    path = f"{HOUSEHOLDS}/{shown['household_id']}"
    return visitor.get(path, headers={"X-Purpose": purpose, **headers})


@pytest.mark.parametrize(
    ("role", "purpose"),
    [("bank", "LENDING"), ("insurer", "COVER"), ("poverty_office", "ASSISTANCE")],
)
def test_who_states_his_purpose_reads_names_and_numbers_and_is_put_on_record(
    visit: Visit, wangs: dict[str, Any], records: Any, exchange: Exchange, role: str, purpose: str
) -> None:
    reader, request_id = visit(role), str(uuid4())

    answer = read(reader, wangs, purpose, **{"X-Request-Id": request_id})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [each["name"] for each in told["members"]] == ["王二", "王三"]
    assert [each["id_number"] for each in told["members"]] == [id_number(1), id_number(2)]
    assert told["members"][0]["born_on"] == "1970-01-01"
    assert not {"health", "disability_category", "phone", "person_key"} & set(told["members"][1])
    assert (told["members"][1]["labour_skill"] == "LOST") == (role == "poverty_office")
    [record] = records()
    keys = exchange.keys
    assert (record["agency"], record["client_id"]) == (reader.agency, reader.client_id)
    assert (record["sub"], record["agency_type"]) == (reader.client_id, role.upper())
    assert (record["operation"], record["purpose"]) == ("read_household", purpose)
    assert record["fields"] == ["name", "id_number", "born_on"]
    assert str(record["request_id"]) == request_id
    assert record["household_key"] == keys.household_key(wangs["household_no"])
    assert record["division"] == wangs["village_code"]
    assert set(record["person_keys"]) == {keys.person_key(id_number(n)) for n in (1, 2)}
    assert "王" not in str(record)
    assert "230199" not in str(record)


def test_a_bank_without_a_purpose_reads_masks_and_leaves_no_record(
    visit: Visit, wangs: dict[str, Any], records: Any
) -> None:
    bank = visit("bank")
    path = f"{HOUSEHOLDS}/{wangs['household_id']}"

    masked = bank.get(path)
    listed = bank.get(HOUSEHOLDS, headers={"X-Purpose": "LENDING"})
    head = bank._with_token("HEAD", path, headers={"X-Purpose": "LENDING"})

    assert masked.json()["members"][0]["name"] == "王*"
    assert listed.json()["items"] == [masked.json()]
    assert (head.status_code, head.content) == (405, b"")
    assert records() == []


def test_a_role_gives_its_own_purposes_and_no_other(
    visit: Visit, wangs: dict[str, Any], records: Any
) -> None:
    given = []

    for role in set(Role) - {Role.SERVICE}:
        reader = visit(role.value)
        for purpose in Purpose:
            status = read(reader, wangs, purpose).status_code
            assert status == (200 if purpose in GIVEN_BY.get(role, ()) else 403), (role, purpose)
            given += [(role.upper(), purpose)] if status == 200 else []

    assert [(each["agency_type"], each["purpose"]) for each in records()] == given
    assert len(given) == sum(map(len, GIVEN_BY.values()))


def test_a_client_gives_the_purposes_it_was_registered_with(
    operator: Visitor, send: Any, visit: Visit, wangs: dict[str, Any], records: Any
) -> None:
    insurer = visit("insurer")
    said = {"agency": insurer.agency, "kind": "SYSTEM", "role": "insurer", "purposes": ["CLAIM"]}
    made = operator.post("/v1/clients", json=said).json()
    desk = Visitor(send, insurer.agency, made["client_id"], made["client_secret"])

    assert made["purposes"] == ["CLAIM"]
    assert read(desk, wangs, "CLAIM").status_code == 200
    refused = read(desk, wangs, "COVER")
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
    assert len(records()) == 1
    wrong = operator.post("/v1/clients", json={**said, "purposes": ["LENDING"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "purpose-not-of-role")
    narrow = visit("bank", scopes=["households:read"])
    assert read(narrow, wangs, "LENDING").status_code == 403


def test_a_purpose_that_is_none_is_told_where_it_stands(
    visit: Visit, wangs: dict[str, Any], records: Any
) -> None:
    bank = visit("bank")

    for word in ("CURIOSITY", "lending", "", "LENDING, COVER"):
        answer = read(bank, wangs, word)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
        assert answer.json()["errors"][0]["pointer"] == "/header/X-Purpose"

    assert records() == []


def test_a_bank_that_serves_no_more_reads_no_names_even_with_an_old_token(
    visit: Visit, operator: Visitor, drain: Callable[[], None], wangs: dict[str, Any], records: Any
) -> None:
    bank, elsewhere = visit("bank"), visit("bank", divisions=["230230"])
    assert read(bank, wangs, "LENDING").status_code == 200
    assert read(elsewhere, wangs, "LENDING").status_code == 404
    moved = {
        "code": bank.agency,
        "name": "机构",
        "agency_type": "BANK",
        "divisions": ["230230"],
        "source_version": 2,
    }
    assert operator.post("/v1/agencies", json=moved).status_code == 200
    drain()

    old = read(bank, wangs, "LENDING")
    bank._token = ""
    new = read(bank, wangs, "LENDING")

    assert [old.status_code, new.status_code] == [404, 404]
    assert "王二" not in old.text + new.text
    assert bank.get("/v1/registry/feed?types=household.recorded").status_code in (200, 410)
    assert len(records()) == 1


@pytest.fixture
def unrecordable(owner: Callable[[str], None], sql: Sql) -> Iterator[None]:
    """Nothing can be put on record in the registry."""
    [role] = sql("registry", "select quote_ident(current_user) as name")
    owner(f"revoke insert on registry.access_record from {role['name']}")
    yield
    owner(f"grant insert on registry.access_record to {role['name']}")


@pytest.mark.usefixtures("unrecordable")
def test_what_cannot_be_put_on_record_is_not_shown(
    visit: Visit, wangs: dict[str, Any], records: Any
) -> None:
    bank = visit("bank")

    answer = read(bank, wangs, "LENDING")

    assert (answer.status_code, answer.json()["code"]) == (503, "access-not-recorded")
    assert "王二" not in answer.text
    assert bank.get(f"{HOUSEHOLDS}/{wangs['household_id']}").status_code == 200
    assert records() == []


def test_whatever_is_asked_no_name_or_number_leaves_without_a_record(
    visit: Visit, drain: Callable[[], None], exchange: Exchange, sql: Sql, records: Any
) -> None:
    office, bank = visit("poverty_office"), visit("bank")
    canary = a_person(name="金丝雀")
    push(office, "households", a_household(canary))
    drain()
    push(bank, "contracts", a_contract(canary))
    drain()
    asked = {"X-Purpose": "RECTIFICATION", "If-None-Match": "*", "Range": "bytes=0-9"}
    addresses = sorted(
        (path.count("{"), path)
        for prefix, app in exchange.apps.items()
        if prefix.startswith("/v1/")
        for route in iter_route_contexts(app.routes)
        for path in [prefix + (route.path_format or "")]
        if "GET" in (route.methods or ())
    )
    told: list[str] = []
    found: dict[str, str] = {}

    for _, path in addresses:
        start = path.partition("/{")[0]
        filled = re.sub(r"\{[^}]*\}", found.get(start, str(uuid4())), path)
        answer = bank.get(filled, headers=asked)
        assert answer.status_code != 500, path
        told.append(answer.text)
        first = re.search(r'_id":"([0-9a-f-]{36})"', answer.text)
        if first and "{" not in path:
            found[start] = first[1]

    clear = [each for each in told if canary.name in each or canary.id_number in each]
    assert len(clear) == len(records()) == 1
    [row] = sql("registry", "select members from household_report")
    garbled = json.dumps([{**row["members"][0], "personal": "AAAA"}])
    sql("registry", "update household_report set members = cast(:m as jsonb)", m=garbled)
    broken = bank.get(f"{HOUSEHOLDS}/{found[HOUSEHOLDS]}", headers={"X-Purpose": "LENDING"})
    assert broken.status_code == 500
    assert canary.name not in broken.text
    assert len(records()) == 1
