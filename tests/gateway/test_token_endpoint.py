"""The token endpoint: who gets a token, what it says, and how a refusal reads."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel import clock
from kernel.roles import GRANTS, ROLE_OF_AGENCY, Role
from kernel.tokens import Verifier
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]

FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


def test_a_client_gets_a_token_that_says_who_it_is(visit: Visit, exchange: Any) -> None:
    bank = visit("bank", divisions=["230231", "230221103"], kind="OFFICER")

    answer = bank.ask_token()

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
    verifier: Verifier = exchange.services["loans"].verifier
    claims = verifier.read(token["access_token"], now=clock.now())
    assert claims.sub == claims.client_id == bank.client_id
    assert (claims.agency, claims.agency_type) == (bank.agency, "BANK")
    assert (claims.role, claims.kind) == ("bank", "OFFICER")
    assert claims.divisions == ("230221103000", "230231000000")
    assert set(token["scope"].split()) == claims.scope == GRANTS[Role.BANK]


@pytest.mark.parametrize("role", sorted(set(ROLE_OF_AGENCY.values())))
def test_each_role_gets_what_it_is_granted_and_no_more(visit: Visit, role: Role) -> None:
    assert set(visit(role).ask_token().json()["scope"].split()) == GRANTS[role]


def test_secret_and_id_may_stand_in_the_form(visit: Visit, send: Send) -> None:
    bank = visit("bank")
    form = {**GRANT, "client_id": bank.client_id, "client_secret": bank.secret}

    assert send("POST", "/oauth2/token", data=form).status_code == 200


def test_basic_credentials_are_percent_decoded(visit: Visit, send: Send) -> None:
    bank = visit("bank")
    encoded = "".join(f"%{ord(letter):02X}" for letter in bank.secret)

    answer = send("POST", "/oauth2/token", data=GRANT, headers=basic(bank.client_id, encoded))

    assert answer.status_code == 200


def test_a_scope_is_narrowed_when_asked(visit: Visit, send: Send) -> None:
    bank = visit("bank")

    answer = bank.ask_token(scope="contracts:read").json()

    assert answer["scope"] == "contracts:read"
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert send("GET", "/v1/loans/contracts", headers=headers).status_code == 200
    assert send("GET", "/v1/agencies", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "scope", ["contracts:read agencies:write", "clients:write", "contracts:read  ", "everything"]
)
def test_a_scope_is_never_widened(visit: Visit, scope: str) -> None:
    answer = visit("bank").ask_token(scope=scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_client_with_fewer_scopes_gets_only_those(visit: Visit) -> None:
    clerk = visit("bank", scopes=["contracts:read"])

    assert clerk.ask_token().json()["scope"] == "contracts:read"
    assert clerk.ask_token(scope="contracts:write").json()["error"] == "invalid_scope"


def test_an_unknown_client_and_a_wrong_secret_are_the_same_answer(visit: Visit, send: Send) -> None:
    bank = visit("bank")
    unknown = "00000000-0000-7000-8000-000000000000"

    answers = [
        send("POST", "/oauth2/token", data=GRANT, headers=basic(client_id, secret))
        for client_id, secret in [
            (bank.client_id, "wrong"),
            (unknown, bank.secret),
            ("not an id", bank.secret),
            ("\x00", "\x00"),
        ]
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        (GRANT, {}, 401, "invalid_client"),
        ({**GRANT, "client_id": "x"}, {}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic %%%"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Bearer abc"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic " + b64encode(b"\xff\xfe:x").decode()}, 401, None),
        ({}, basic("x", "y"), 400, "invalid_request"),
        ({"grant_type": "password"}, basic("x", "y"), 400, "unsupported_grant_type"),
        ({**GRANT, "client_secret": "y"}, basic("x", "y"), 400, "invalid_request"),
        ({**GRANT, "client_id": "z"}, basic("x", "y"), 400, "invalid_request"),
        ({**GRANT, "grant_type": ["a", "b"]}, basic("x", "y"), 400, "invalid_request"),
    ],
)
def test_a_refusal_reads_as_the_standard_says(
    send: Send, form: Any, headers: dict[str, str], status: int, error: str | None
) -> None:
    answer = send("POST", "/oauth2/token", data=form, headers=headers)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "error_description"}
    assert error in (None, answer.json()["error"])
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("multipart/form-data; boundary=x", b"--x--"),
        (FORM, b"\xff\xfe"),
        (FORM, b"grant_type=%FF%FE"),
        (FORM, b"a=1&" * 50),
        (FORM, b"a" * 100_000),
        ("", b""),
    ],
)
def test_a_form_that_is_none_is_refused(send: Send, kind: str, body: bytes) -> None:
    answer = send("POST", "/oauth2/token", content=body, headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_disabled_client_gets_no_token(visit: Visit, operator: Visitor) -> None:
    bank = visit("bank")

    operator.post(f"/v1/clients/{bank.client_id}/disable")

    assert bank.ask_token().json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("starts", "ends", "status"), [(-1, 1, 200), (0, None, 200), (1, None, 401), (-9, 0, 401)]
)
def test_an_agency_that_does_not_act_today_gets_no_token(
    visit: Visit, operator: Visitor, starts: int, ends: int | None, status: int
) -> None:
    bank, today = visit("bank"), clock.today()
    agency = {
        "code": bank.agency,
        "name": "已停业",
        "agency_type": "BANK",
        "divisions": ["230231"],
        "valid_from": str(today + timedelta(days=starts)),
        "valid_to": None if ends is None else str(today + timedelta(days=ends)),
        "source_version": 2,
    }

    assert operator.post("/v1/agencies", json=agency).status_code == 200

    assert bank.ask_token().status_code == status


def test_the_metadata_leads_to_a_token(visit: Visit, send: Send) -> None:
    bank = visit("bank")
    found = send("GET", "/.well-known/oauth-authorization-server").json()

    answer = send("POST", found["token_endpoint"], data=GRANT, auth=(bank.client_id, bank.secret))

    assert answer.status_code == 200
    assert found["issuer"] == "http://exchange"


def test_the_key_set_is_public_and_verifies_tokens(visit: Visit, send: Send) -> None:
    answer = send("GET", "/.well-known/jwks.json")

    assert "max-age" in answer.headers["cache-control"]
    keys = answer.json()["keys"]
    assert all("d" not in key for key in keys)
    Verifier(lambda: keys, issuer="http://exchange").read(visit("bank").token, now=clock.now())


def test_a_secret_is_stored_as_a_digest_only(visit: Visit, sql: Callable[..., list[Any]]) -> None:
    bank = visit("bank")

    [row] = sql("gateway", "select * from client where agency = :code", code=bank.agency)

    assert bank.secret not in str(row)
    assert len(row["secret"]) == 32


def test_the_signing_key_is_stored_encrypted(exchange: Any, sql: Callable[..., list[Any]]) -> None:
    [row] = sql("gateway", "select sealed from signing_key")

    assert b"PRIVATE" not in row["sealed"]
