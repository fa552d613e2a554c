"""Tokens given back before their time, and what a token is still good for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.clients import Disabled
from gateway.proving import ASSERTION_TYPE
from kernel import clock
from kernel.tokens import SigningKey
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]

REVOKE, INTROSPECT = "/oauth2/revoke", "/oauth2/introspect"
KEY = SigningKey(SigningKey.new_pem())


@pytest.fixture
def tells(send: Send) -> Callable[..., httpx.Response]:
    """`tells(visitor, path, token)`: posts a token as this client, by its secret."""

    def tells(who: Visitor, path: str, token: str, **more: str) -> httpx.Response:
        form = {"token": token, **more}
        return send("POST", path, data=form, auth=(who.client_id, who.secret))

    return tells


def test_a_bank_gives_a_token_back_and_that_one_alone_works_no_longer(
    visit: Visit, send: Send, tells: Any
) -> None:
    bank = visit("bank")
    given_back, kept = bank.token, bank.ask_token().json()["access_token"]
    assert bank.get("/v1/agencies").status_code == 200

    answers = [tells(bank, REVOKE, given_back, token_type_hint="access_token") for _ in range(2)]

    assert [(each.status_code, each.content) for each in answers] == [(200, b"")] * 2
    assert answers[0].headers["cache-control"] == "no-store"
    refused = bank.get("/v1/agencies")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    other = send("GET", "/v1/agencies", headers={"Authorization": f"Bearer {kept}"})
    assert other.status_code == 200


def test_a_token_that_another_process_heard_of_is_turned_away_within_a_minute(
    visit: Visit, sql: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch, exchange: Any
) -> None:
    bank = visit("bank")
    assert bank.get("/v1/agencies").status_code == 200
    claims = exchange.services["loans"].verifier.read(bank.token, now=clock.now())
    sql(
        "gateway",
        """insert into revoked_token (jti, client_id, revoked_by, revoked_at, until)
           values (:jti, '', '', now(), now() + interval '10 minutes')""",
        jti=claims.jti,
    )

    assert timedelta(minutes=1) > Disabled.MAX_AGE
    monkeypatch.setattr(Disabled, "MAX_AGE", timedelta())

    assert bank.get("/v1/agencies").status_code == 401


def test_whoever_asks_about_a_token_of_his_agency_is_told_what_it_says(
    visit: Visit, tells: Any
) -> None:
    bank = visit("bank", divisions=["230231"])
    colleague = visit("bank", agency=bank.agency)

    told = tells(colleague, INTROSPECT, bank.token).json()

    assert told["active"] is True
    assert (told["client_id"], told["sub"]) == (bank.client_id, bank.client_id)
    assert (told["agency"], told["role"], told["kind"]) == (bank.agency, "bank", "SYSTEM")
    assert told["divisions"] == ["230231000000"]
    assert told["scope"] == bank.ask_token().json()["scope"]
    assert 0 < told["exp"] - clock.now().timestamp() <= 600
    assert "purposes" not in told
    assert tells(colleague, REVOKE, bank.token).status_code == 200
    assert tells(colleague, INTROSPECT, bank.token).json() == {"active": False}


def test_nothing_is_said_of_a_token_that_is_wrong_or_expired_or_foreign_or_of_a_disabled_client(
    visit: Visit, operator: Visitor, tells: Any, exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, other, gone = visit("bank"), visit("bank"), visit("bank", agency="BANK-1")
    foreign, of_gone, mine = other.token, gone.token, bank.token
    operator.post(f"/v1/clients/{gone.client_id}/disable")
    head, body, signature = mine.split(".")
    wrong = ["x", "a.b.c", "é", f"{head}.{body}.{signature[::-1]}", mine[:-4], "a" * 5000]

    for token in (*wrong, foreign, of_gone):
        assert tells(bank, INTROSPECT, token).json() == {"active": False}
    for token in wrong:
        assert tells(bank, REVOKE, token).status_code == 200
    refused = tells(bank, REVOKE, foreign)
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert other.get("/v1/agencies").status_code == 200

    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert tells(bank, INTROSPECT, mine).json() == {"active": False}
    assert tells(bank, REVOKE, mine).status_code == 200


@pytest.mark.parametrize("path", [REVOKE, INTROSPECT])
def test_nobody_asks_about_tokens_who_has_not_proven_himself(
    visit: Visit, operator: Visitor, send: Send, path: str
) -> None:
    bank, disabled = visit("bank"), visit("bank")
    mine = {"token": bank.token}
    operator.post(f"/v1/clients/{disabled.client_id}/disable")

    def refusal(**more: Any) -> tuple[int, str]:
        answer = send("POST", path, **more)
        assert set(answer.json()) == {"error", "error_description"}
        return answer.status_code, answer.json()["error"]

    assert refusal(data=mine) == (401, "invalid_client")
    assert refusal(data=mine, auth=(bank.client_id, "wrong")) == (401, "invalid_client")
    nobody = (disabled.client_id, disabled.secret)
    assert refusal(data=mine, auth=nobody) == (401, "invalid_client")
    by_itself = {"Authorization": f"Bearer {bank.token}"}
    assert refusal(data=mine, headers=by_itself) == (401, "invalid_client")
    itself = (bank.client_id, bank.secret)
    assert refusal(data={"hint": "x"}, auth=itself) == (400, "invalid_request")
    assert refusal(json=mine, auth=itself) == (400, "invalid_request")
    assert refusal(data={"token": [bank.token, "x"]}, auth=itself) == (400, "invalid_request")
    assert bank.get("/v1/agencies").status_code == 200


def test_a_client_with_keys_gives_its_token_back_by_an_assertion(
    operator: Visitor, visit: Visit, send: Send
) -> None:
    bank = visit("bank")
    said = {"agency": bank.agency, "kind": "SYSTEM", "role": "bank"}
    keys = {"keys": [KEY.public_jwk]}
    client = operator.post("/v1/clients", json={**said, "jwks": keys}).json()["client_id"]
    found = send("GET", "/.well-known/oauth-authorization-server").json()

    def post(endpoint: str, **form: str) -> httpx.Response:
        assert "private_key_jwt" in found[f"{endpoint}_endpoint_auth_methods_supported"]
        assertion = KEY.assertion(client, issuer="http://exchange", now=clock.now())
        proof = {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}
        return send("POST", found[f"{endpoint}_endpoint"], data={**form, **proof})

    token = post("token", grant_type="client_credentials").json()["access_token"]

    assert post("introspection", token=token).json()["client_id"] == client
    assert post("revocation", token=token).status_code == 200
    assert post("introspection", token=token).json() == {"active": False}


def test_what_has_expired_is_forgotten(
    visit: Visit, drain: Callable[[], None], sql: Callable[..., list[Any]], tells: Any
) -> None:
    bank = visit("bank")
    tells(bank, REVOKE, bank.token)
    drain()
    [kept] = sql("gateway", "select client_id, revoked_by from revoked_token")
    assert (kept["client_id"], kept["revoked_by"]) == (bank.client_id, bank.client_id)

    sql("gateway", "update revoked_token set until = now() - interval '1 second'")
    drain()

    assert sql("gateway", "select * from revoked_token") == []
