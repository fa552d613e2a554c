"""One OpenAPI document for everything, and a page that shows it without the internet."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from gateway.addresses import PUBLISHED_AT
from gateway.openapi import NameTaken, merged
from jinqiao.exchange import Exchange, document
from kernel.roles import May
from tests.visitor import Send

Document = dict[str, Any]
Operation = tuple[str, str, Document]

PUBLIC = {"/v1/rulebook"}
"""Law is public: no token is asked for."""


@pytest.fixture(scope="module")
def published() -> Document:
    return document()


def operations(document: Document) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_the_document_is_valid(published: Document) -> None:
    OpenAPIV31SpecValidator(published).validate()
    assert published["openapi"].startswith("3.1")


def test_the_document_is_served_as_the_command_prints_it(send: Send, published: Document) -> None:
    assert send("GET", "/openapi.json").json() == published


def test_every_address_is_in_the_document(exchange: Exchange, published: Document) -> None:
    served = {
        (method, PUBLISHED_AT.get(path := prefix + (route.path_format or ""), path))
        for prefix, app in exchange.apps.items()
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or ())
        if not (route.path_format or "").startswith("/docs")
    }

    assert served == {(method, path) for method, path, _ in operations(published)}
    assert {path.split("/")[2] for _, path in served if path.startswith("/v1/")} >= {
        *("agencies", "clients", "gateway", "registry", "loans", "subsidy", "insurance"),
        "rectification",
    }


def test_every_operation_can_be_told_from_the_others(published: Document) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(published)]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in ids)
    tags = {tag["name"] for tag in published["tags"]}
    for method, path, operation in operations(published):
        assert operation.get("tags"), (method, path)
        assert tags.issuperset(operation["tags"])
        assert operation.get("summary") or operation.get("description"), (method, path)


def test_every_operation_says_which_scope_it_asks_for(published: Document) -> None:
    flow = published["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(May)

    for _, path, operation in operations(published):
        asked = operation.get("security")
        assert bool(asked) == (path.startswith("/v1/") and path not in PUBLIC), path
        for requirement in asked or []:
            assert set(requirement) == {"token"}
            assert set(May).issuperset(requirement["token"])


def test_every_operation_may_answer_with_a_problem(published: Document) -> None:
    for _, path, operation in operations(published):
        default = operation["responses"]["default"]
        assert default == {"$ref": "#/components/responses/Problem"}, path
    assert "HTTPValidationError" not in published["components"]["schemas"]
    assert "HTTPValidationError" not in str(published["paths"])


def test_every_body_is_described(published: Document) -> None:
    for method, path, operation in operations(published):
        if method in ("POST", "PUT") and not re.search(
            "/(rotate|(dis|en)able|start|complete|close|reopen|resend|withdraw|send-example|snapshots)$",
            path,
        ):
            assert operation["requestBody"]["required"], path
    [body] = published["paths"]["/v1/agencies"]["post"]["requestBody"]["content"].values()
    assert body["schema"] == {"$ref": "#/components/schemas/AgencyIn"}
    assert published["components"]["schemas"]["AgencyIn"]["additionalProperties"] is False


def test_nothing_is_pointed_at_that_is_not_there(published: Document) -> None:
    pointers = set(re.findall(r"'#/components/(\w+)/([^']+)'", str(published)))

    assert pointers
    assert all(name in published["components"][kind] for kind, name in pointers)


def app_that_answers(name: str, fields: dict[str, Any]) -> FastAPI:
    """An app whose one route answers a model called Thing, inside one called Box."""
    thing = type("Thing", (BaseModel,), {"__annotations__": fields})
    box = type("Box", (BaseModel,), {"__annotations__": {"thing": thing}})
    app = FastAPI(openapi_url=None)
    app.get(f"/{name}", response_model=box)(lambda: None)
    return app


def test_schemas_that_say_the_same_are_shared() -> None:
    apps = {f"/v1/{name}": app_that_answers(name, {"n": int}) for name in ("a", "b")}

    schemas = merged(apps)["components"]["schemas"]

    assert set(schemas) == {"Box", "Thing", "Problem", "Fault"}


def test_no_schema_takes_the_name_of_another_services() -> None:
    one, same = app_that_answers("a", {"n": int}), app_that_answers("b", {"n": int})
    other = app_that_answers("b", {"n": str})

    assert set(merged({"/v1/a": one, "/v1/b": same})["components"]["schemas"]) == {
        *("Box", "Thing", "Problem", "Fault")
    }
    with pytest.raises(NameTaken, match="Thing"):
        merged({"/v1/a": one, "/v1/b": other})


def test_the_page_needs_nothing_from_elsewhere(send: Send) -> None:
    page = send("GET", "/docs")

    assert page.status_code == 200
    assert "//" not in page.text
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "http" not in policy
    assert "script-src 'self';" in policy
    for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        part = send("GET", path)
        assert part.status_code == 200, path
        assert len(part.content) > 100
        assert part.headers["x-content-type-options"] == "nosniff"


def test_the_page_starts_with_our_document(send: Send) -> None:
    script = send("GET", "/docs/start.js")

    assert '"/openapi.json"' in script.text
    assert "http" not in script.text
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_the_document_is_readable_without_a_token(send: Send, path: str) -> None:
    assert send("GET", path).status_code == 200
