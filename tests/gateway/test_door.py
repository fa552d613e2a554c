"""The door: numbers, headers, unknown addresses, health; nobody passes without a token."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import OperationalError

from gateway import queries
from jinqiao.exchange import Exchange
from kernel.problems import MEDIA_TYPE
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]

PUBLIC = {
    "/problems/{code}",
    "/v1/rulebook",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/start.js",
    "/docs/{name}",
}


def addresses(exchange: Exchange) -> list[tuple[str, str]]:
    """Every method and path of every app behind the door."""
    return [
        (method, prefix + (route.path_format or ""))
        for prefix, app in exchange.apps.items()
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]


def test_no_address_is_open_without_a_token_but_those_that_should_be(
    exchange: Exchange, send: Send
) -> None:
    asked = [address for address in addresses(exchange) if address[1] not in PUBLIC]
    assert len(asked) > 50

    for method, path in asked:
        filled = re.sub(r"\{[^}]*\}", "01a20735-5f63-7fc6-acf6-2f216cdaa0aa", path)
        answer = send(method, filled, json={})
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "unauthenticated"


def test_a_token_with_no_scope_of_use_opens_nothing(exchange: Exchange, visit: Visit) -> None:
    auditor = visit("auditor", scopes=["agencies:read"])

    open_to_auditor = set()
    for method, path in addresses(exchange):
        filled = re.sub(r"\{[^}]*\}", "01a20735-5f63-7fc6-acf6-2f216cdaa0aa", path)
        if path not in PUBLIC and auditor._with_token(method, filled, json={}).status_code != 403:
            open_to_auditor.add((method, path))

    assert {path for _, path in open_to_auditor} >= {"/v1/agencies", "/v1/agencies/{agency_id}"}
    assert {method for method, _ in open_to_auditor} == {"GET"}


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x.y.z", "Basic eDp5", "bearer\tx", "Token abc", "x" * 9000],
)
def test_what_is_no_token_opens_nothing(send: Send, header: str) -> None:
    for path in ("/v1/agencies", "/v1/loans/contracts", "/v1/gateway/feed"):
        answer = send("GET", path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert header not in answer.text or header == "Bearer"


def test_a_scheme_is_known_however_it_is_written(visit: Visit, send: Send) -> None:
    headers = {"Authorization": f"bearer  {visit('bank').token} "}

    assert send("GET", "/v1/agencies", headers=headers).status_code == 200


def test_every_request_has_a_number(send: Send) -> None:
    answers = [send("GET", path) for path in ("/healthz", "/v1/loans/contracts", "/nowhere")]

    numbers = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(numbers)) == 3
    assert all(UUID(number).version == 7 for number in numbers)
    assert [answer.json().get("instance") for answer in answers[1:]] == [
        f"urn:uuid:{number}" for number in numbers[1:]
    ]


def test_a_callers_own_number_is_kept_if_it_is_one(send: Send) -> None:
    own = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"

    kept = send("GET", "/healthz", headers={"X-Request-Id": own})
    replaced = send("GET", "/healthz", headers={"X-Request-Id": "230199199001011234"})

    assert kept.headers["x-request-id"] == own.lower()
    assert UUID(replaced.headers["x-request-id"]).version == 7


def test_answers_of_the_exchange_are_kept_by_nobody(visit: Visit, send: Send) -> None:
    bank = visit("bank")

    for answer in (
        bank.get("/v1/agencies"),
        bank.get("/v1/loans/contracts"),
        bank.get("/v1/nothing"),
        bank.ask_token(),
    ):
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("/", "gateway"),
        ("/nowhere", "gateway"),
        ("/v1", "gateway"),
        ("/v1/", "gateway"),
        ("/v1/loans", "gateway"),
        ("/v1/weather/today", "gateway"),
        ("/v1/agencies/x/y", "gateway"),
        ("/v1/agencies/", "gateway"),
        ("/v1/gateway/agencies", "gateway"),
        ("/v1/loans/", "loans"),
        ("/v1/loans/nothing", "loans"),
        ("/v1/loans/openapi.json", "loans"),
        ("/v1/loans/docs", "loans"),
        ("/v1//loans/contracts", "gateway"),
        ("/docs/../../pyproject.toml", "gateway"),
        ("/docs/redoc.standalone.js", "gateway"),
        ("/docs/..%2Fcore.py", "gateway"),
    ],
)
def test_an_unknown_address_is_a_problem(visit: Visit, path: str, layer: str) -> None:
    answer = visit("operator").get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (answer.json()["code"], answer.json()["layer"]) == ("not-found", layer)


@pytest.mark.parametrize("path", ["/v1/agencies", "/v1/loans/contracts", "/healthz"])
def test_a_method_that_is_not_taken_is_a_problem(operator: Visitor, path: str) -> None:
    answer = operator.delete(path)

    assert answer.status_code == 405
    allowed = {"/healthz": "GET"}.get(path, "GET, POST")
    assert answer.headers["allow"] == allowed
    assert answer.json()["code"] == "method-not-allowed"


def test_health_and_readiness(send: Send) -> None:
    assert send("GET", "/healthz").json() == {"status": "up"}
    assert send("GET", "/readyz").json() == {"status": "ready"}


async def away(*_: Any) -> None:
    raise OperationalError("select 1", {}, OSError("the network is down"))


def test_without_a_database_the_exchange_is_up_but_not_ready(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "answer", away)

    answer = send("GET", "/readyz")

    assert send("GET", "/healthz").status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["retryable"]
    assert answer.headers["retry-after"] == "1"
    assert "network" not in answer.text


def test_nobody_passes_while_the_list_of_the_disabled_cannot_be_read(
    visit: Visit, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, operator: Visitor
) -> None:
    bank, other = visit("bank"), visit("bank")
    assert bank.get("/v1/agencies").status_code == 200
    operator.post(f"/v1/clients/{other.client_id}/disable")  # so that the list is read again
    monkeypatch.setattr(queries, "lately_disabled", away)

    answer = bank.get("/v1/agencies")

    assert (answer.status_code, answer.json()["layer"]) == (503, "gateway")
    monkeypatch.undo()
    assert bank.get("/v1/agencies").status_code == 200


def test_a_defect_is_told_without_its_values(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def defect(*_: Any) -> None:
        raise KeyError("230199199001011234")

    bank = visit("bank")
    monkeypatch.setattr(queries, "agencies", defect)

    answer = bank.get("/v1/agencies")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["x-request-id"] in caplog.text
    assert "gateway/routes.py" in caplog.text
    assert "230199199001011234" not in answer.text + caplog.text
