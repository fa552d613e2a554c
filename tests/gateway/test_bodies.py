"""Bodies that are none: always a problem, never a 500, and never an echo of what was sent."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from kernel.service import JSON_BODY_LIMIT
from tests.visitor import Visitor

Visit = Callable[..., Visitor]

ID_NUMBER = "230199199001011234"
JSON = "application/json"

AGENCY: dict[str, Any] = {
    "code": "B",
    "name": "行",
    "agency_type": "BANK",
    "divisions": ["230231"],
}


def agency(**changes: Any) -> bytes:
    return json.dumps({**AGENCY, **changes}).encode()


BODIES: dict[str, tuple[str, bytes, int]] = {
    "nothing": (JSON, b"", 422),
    "no JSON": (JSON, ID_NUMBER.encode() + b"x", 422),
    "half of it": (JSON, agency()[:-5], 422),
    "two of them": (JSON, agency() * 2, 422),
    "a list": (JSON, json.dumps([ID_NUMBER]).encode(), 422),
    "text": (JSON, json.dumps(ID_NUMBER).encode(), 422),
    "null": (JSON, b"null", 422),
    "NaN": (JSON, agency(source_version=float("nan")), 422),
    "infinity": (JSON, agency(source_version=float("inf")), 422),
    "a huge number": (JSON, agency(source_version=10**400), 422),
    "a huge exponent": (JSON, b'{"source_version": 1e99999}', 422),
    "deep nesting": (JSON, b"[" * 100_000, 422),
    "deep nesting that ends": (JSON, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 422),
    "nesting inside a field": (JSON, b'{"name": ' + b"[" * 9_000 + b"]" * 9_000 + b"}", 422),
    "NUL in text": (JSON, agency(name=f"{ID_NUMBER}\x00"), 422),
    "a raw NUL": (JSON, agency().replace(b'"B"', b'"B\x00"'), 422),
    "half a character": (JSON, agency().replace(b'"B"', b'"\\ud800"'), 422),
    "half a character as name": (JSON, agency(**{"\ud800": 1}), 422),
    "no UTF-8": (JSON, agency().replace(b'"B"', b'"\xff\xfe"'), 422),
    "UTF-16": (JSON, agency().decode().encode("utf-16"), 422),
    "an ID number as a field's name": (JSON, agency(**{ID_NUMBER: 1}), 422),
    "an ID number as a field's value": (JSON, agency(code=f"{ID_NUMBER}/"), 422),
    "an ID number as a type": (JSON, agency(agency_type=ID_NUMBER), 422),
    "an ID number as a division": (JSON, agency(divisions=[ID_NUMBER]), 422),
    "an ID number as a day": (JSON, agency(valid_from=ID_NUMBER), 422),
    "an ID number as a number": (JSON, agency(source_version=int(ID_NUMBER)), 422),
    "numbers as text": (JSON, agency(source_version="1"), 422),
    "too large": (JSON, b" " * JSON_BODY_LIMIT + agency(), 413),
    "too large by its text": (JSON, agency(name=ID_NUMBER * 60_000), 413),
    "no content type": ("", agency(), 415),
    "a form": ("application/x-www-form-urlencoded", b"code=" + ID_NUMBER.encode(), 415),
    "plain text": ("text/plain", agency(), 415),
    "JSON by another name": ("application/jsonp", agency(), 415),
    "gzip": (JSON, gzip.compress(agency()), 422),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/v1/agencies", "/v1/clients"])
def test_a_body_that_is_none_is_refused_without_an_echo(
    operator: Visitor, name: str, path: str
) -> None:
    kind, body, status = BODIES[name]

    answer = operator.post(path, content=body, headers={"Content-Type": kind})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ID_NUMBER not in answer.text
    assert len(answer.content) < 5_000


@pytest.mark.parametrize("name", BODIES)
def test_services_behind_the_door_do_the_same(visit: Visit, name: str) -> None:
    kind, body, status = BODIES[name]

    answer = visit("bank").post("/v1/loans/contracts", content=body, headers={"Content-Type": kind})

    assert answer.status_code == status, answer.text
    assert ID_NUMBER not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=NaN",
        "limit=99999999999999999999999999",
        f"limit={ID_NUMBER}",
        f"after={ID_NUMBER}",
        "after=%00",
        f"agency_type={ID_NUMBER}",
        f"code={ID_NUMBER}/",
        "code=%00",
        "code=%ED%A0%80",
        f"{ID_NUMBER}=1",
        "limit=1&limit=x",
    ],
)
def test_a_useless_query_is_refused_without_an_echo(operator: Visitor, query: str) -> None:
    answer = operator.get(f"/v1/agencies?{query}")

    assert answer.status_code == 400, answer.text
    assert ID_NUMBER not in answer.text


@pytest.mark.parametrize("value", ["%00", "a%00b", "%ED%A0%80", "x" * 5_000])
@pytest.mark.parametrize(
    "path", ["/v1/loans/contracts?contract_no=", "/v1/insurance/policies?policy_no="]
)
def test_a_filter_that_no_text_can_equal_is_no_defect(visit: Visit, path: str, value: str) -> None:
    answer = visit("bank" if "loans" in path else "insurer").get(path + value)

    assert answer.status_code in (200, 400), answer.text


def test_a_well_formed_body_is_taken_whatever_its_content_type_adds(operator: Visitor) -> None:
    answer = operator.post(
        "/v1/agencies",
        content=agency(),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )

    assert answer.status_code == 201
