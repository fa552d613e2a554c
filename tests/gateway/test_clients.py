"""Clients: registered by an operator, rotated, disabled; a secret is shown once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.clients import OLD_SECRET_LIVES, Disabled
from kernel import clock
from kernel.roles import ROLE_OF_AGENCY, Role
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]
Sql = Callable[..., list[Any]]


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let time pass at once."""
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + by)


def with_secret(bank: Visitor, send: Send, secret: str) -> int:
    return Visitor(send, bank.agency, bank.client_id, secret).ask_token().status_code


def test_a_client_is_registered_and_its_secret_shown_once(visit: Visit, operator: Visitor) -> None:
    bank = visit("bank", kind="OFFICER", scopes=["contracts:write", "contracts:read"])

    listed = operator.get("/v1/clients", params={"agency": bank.agency})
    alone = operator.get(f"/v1/clients/{bank.client_id}")

    assert listed.json()["items"] == [alone.json()]
    assert alone.json()["scopes"] == ["contracts:read", "contracts:write"]
    assert alone.json()["disabled_at"] is None
    assert not {name for name in alone.json() if "secret" in name}


def test_a_list_of_clients_is_read_page_by_page(visit: Visit, operator: Visitor) -> None:
    made = {visit("bank", agency="B").client_id for _ in range(5)}

    found, after = [], None
    for _ in range(3):
        params = {"limit": 2, "agency": "B", **({"after": after} if after else {})}
        page = operator.get("/v1/clients", params=params).json()
        found += [client["client_id"] for client in page["items"]]
        after = page["next_after"]

    assert after is None
    assert set(found) == made
    assert len(found) == 5


@pytest.mark.parametrize("role", sorted(Role))
def test_a_client_has_the_role_of_its_agencys_type(
    visit: Visit, operator: Visitor, role: Role
) -> None:
    bank = visit("bank")
    client = {"agency": bank.agency, "kind": "SYSTEM", "role": role}

    answer = operator.post("/v1/clients", json=client)

    if role == Role.BANK:
        assert answer.status_code == 201
    else:
        assert answer.status_code == 422
        assert answer.json()["code"] == "role-not-of-agency"
        assert answer.json()["errors"][0]["pointer"] == "/role"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agency": "NOBODY"}, "unknown-agency"),
        ({"scopes": ["contracts:read", "agencies:write"]}, "scope-not-of-role"),
        ({"scopes": ["clients:write"]}, "scope-not-of-role"),
        ({"kind": "OFFICER", "name": None}, "nameless-officer"),
        ({"scopes": []}, "invalid-body"),
        ({"scopes": ["contracts:everything"]}, "invalid-body"),
        ({"name": "x\ny"}, "invalid-body"),
        ({"client_id": "mine"}, "invalid-body"),
    ],
)
def test_a_client_that_cannot_be_is_refused(
    visit: Visit, operator: Visitor, change: dict[str, Any], code: str
) -> None:
    bank = visit("bank")
    client = {"agency": bank.agency, "kind": "SYSTEM", "role": "bank", "name": "核心系统"}

    answer = operator.post("/v1/clients", json=client | change)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("role", sorted({*ROLE_OF_AGENCY.values()} - {Role.OPERATOR}))
def test_only_operators_touch_clients_and_agencies(visit: Visit, role: Role) -> None:
    visitor = visit(role)
    client = f"/v1/clients/{visitor.client_id}"

    answers = [
        visitor.get("/v1/clients"),
        visitor.get(client),
        visitor.post("/v1/clients", json={}),
        visitor.post(f"{client}/rotate"),
        visitor.post(f"{client}/disable"),
        visitor.post("/v1/agencies", json={}),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)


def test_no_client_can_be_a_service() -> None:
    assert Role.SERVICE not in ROLE_OF_AGENCY.values()


def test_a_rotated_secret_works_for_another_day(
    visit: Visit, operator: Visitor, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = visit("bank")

    fresh = operator.post(f"/v1/clients/{bank.client_id}/rotate").json()["client_secret"]

    assert fresh != bank.secret
    assert with_secret(bank, send, fresh) == with_secret(bank, send, bank.secret) == 200
    later(monkeypatch, OLD_SECRET_LIVES)
    assert with_secret(bank, send, fresh) == 200
    assert with_secret(bank, send, bank.secret) == 401


def test_a_secret_ends_with_the_second_rotation(
    visit: Visit, operator: Visitor, send: Send
) -> None:
    bank = visit("bank")

    for _ in range(2):
        operator.post(f"/v1/clients/{bank.client_id}/rotate")

    assert with_secret(bank, send, bank.secret) == 401


def test_a_disabled_client_is_turned_away_at_once_and_for_good(
    visit: Visit, operator: Visitor
) -> None:
    bank, other = visit("bank", agency="B"), visit("bank", agency="B")
    assert bank.get("/v1/loans/contracts").status_code == 200
    assert other.get("/v1/loans/contracts").status_code == 200

    disabled = operator.post(f"/v1/clients/{bank.client_id}/disable")
    again = operator.post(f"/v1/clients/{bank.client_id}/disable")
    rotated = operator.post(f"/v1/clients/{bank.client_id}/rotate")

    assert bank.get("/v1/loans/contracts").status_code == 401
    assert bank.get("/v1/agencies").status_code == 401
    assert other.get("/v1/loans/contracts").status_code == 200
    assert disabled.json() == again.json()
    assert (rotated.status_code, rotated.json()["code"]) == (409, "client-disabled")


def test_a_client_that_another_process_disabled_is_turned_away_within_a_minute(
    visit: Visit, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = visit("bank")
    assert bank.get("/v1/loans/contracts").status_code == 200

    sql("gateway", "update client set disabled_at = now() where agency = :a", a=bank.agency)
    later(monkeypatch, Disabled.MAX_AGE + timedelta(seconds=1))

    assert timedelta(minutes=1) > Disabled.MAX_AGE
    assert bank.get("/v1/loans/contracts").status_code == 401


def test_an_operator_cannot_lock_everybody_out(operator: Visitor) -> None:
    answer = operator.post(f"/v1/clients/{operator.client_id}/disable")

    assert (answer.status_code, answer.json()["code"]) == (409, "not-oneself")
    assert operator.get("/v1/clients").status_code == 200


@pytest.mark.parametrize("act", ["", "/rotate", "/disable"])
def test_a_client_that_is_not_there_is_not_found(operator: Visitor, act: str) -> None:
    for client_id in ("00000000-0000-7000-8000-000000000000", "no-id"):
        method = operator.post if act else operator.get
        assert method(f"/v1/clients/{client_id}{act}").status_code == 404
