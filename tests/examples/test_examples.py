"""The story is told again: every example of the document is sent, and answered as it shows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from gateway.openapi.described import operations
from gateway.openapi.examples import examples
from jinqiao.exchange import Exchange, document
from tests.examples.chapters import tell
from tests.examples.plain import blank
from tests.examples.recording import kind_of, recorded, told_by
from tests.examples.teller import Teller, teller_for
from tests.visitor import Send, Visitor

Json = dict[str, Any]

FILES = ("pdf", "image/", "officedocument")
"""Media types of which no example can be written down."""


@pytest.fixture(scope="module")
def published() -> Json:
    return document()


def test_every_example_is_taken_and_answered_as_it_shows(
    exchange: Exchange,
    send: Send,
    drain: Callable[[], None],
    operator: Visitor,
    published: Json,
) -> None:
    teller = teller_for(exchange, send, drain, (operator.client_id, operator.secret), published)

    tell(teller)

    assert teller.left_out() == [], "tests/examples/chapters leave these operations out"
    told, shown = recorded(teller.asked), examples()
    assert set(told["operations"]) == set(shown["operations"]), "make examples"
    for operation, now in told["operations"].items():
        was = shown["operations"][operation]
        for part in ("by", "path", "query", "headers", "bodies"):
            assert blank(now[part]) == blank(was[part]), (operation, part, "make examples")
        lost = names_in(was["answers"]) - names_answered(teller, operation)
        assert not lost, (operation, lost, "make examples")
    for name, problem in told["problems"].items():
        assert problem["code"] == shown["problems"][name]["code"], "make examples"
    for each in teller.asked:
        if each.answer.content and kind_of(each.answer) == "application/json":
            response = teller.described(each.operation)["responses"][str(each.answer.status_code)]
            schema = response["content"]["application/json"]["schema"]
            assert_fits(published, schema, each.answer.json(), each.operation)


def test_every_operation_shows_what_may_be_sent_and_what_is_answered(published: Json) -> None:
    for path, method, operation in operations(published["paths"]):
        where = f"{method} {path}"
        for parameter in operation.get("parameters", []):
            assert "example" in parameter or not parameter.get("required"), (where, parameter)
            if "example" in parameter:
                assert_fits(published, parameter["schema"], parameter["example"], where)
        for kind, content in (*sent(operation), *answered(operation)):
            assert "examples" in content or any(each in kind for each in FILES), (where, kind)
            for example in content.get("examples", {}).values():
                assert_fits(published, content["schema"], example["value"], (where, kind))


def test_every_kind_of_problem_has_an_example(published: Json) -> None:
    for name, response in published["components"]["responses"].items():
        [content] = response["content"].values()
        if name != "Problem":  # whichever: its schema has one
            assert_fits(published, content["schema"], content["example"], name)


def test_no_example_holds_a_secret_or_an_hour_at_which_it_was_made() -> None:
    text = json.dumps(examples())

    assert "eyJ" not in text
    assert "whsec_shown-this-once" not in text or text.count("whsec_") == 1
    assert '"client_secret": "a-client-secret"' in text
    assert "T09:00:00Z" in text


def sent(operation: Json) -> Iterator[tuple[str, Json]]:
    yield from operation.get("requestBody", {}).get("content", {}).items()


def answered(operation: Json) -> Iterator[tuple[str, Json]]:
    """What an operation answers when all goes well; of several ways those that are shown."""
    ways = [each for status, each in operation["responses"].items() if status[0] == "2"]
    shown = [way for way in ways if "'examples'" in str(way)]
    for way in shown or ways:
        yield from way.get("content", {}).items()


def names_answered(teller: Teller, operation: str) -> set[str]:
    """Every name in anything that an operation answered, under its status and media type."""
    told = [each.answer for each in teller.asked if each.operation == operation]
    ways = [{str(each.status_code): {kind_of(each): told_by(each)}} for each in told]
    return set().union(*map(names_in, ways))


def names_in(value: Any, at: str = "") -> set[str]:
    """Names of a JSON value, after the names they stand under."""
    if isinstance(value, dict):
        below = [names_in(each, f"{at}/{name}") for name, each in value.items()]
        return {f"{at}/{name}" for name in value}.union(*below)
    if isinstance(value, list):
        return set().union(*(names_in(each, at) for each in value))
    return set()


def assert_fits(published: Json, schema: Json, value: Any, where: object) -> None:
    """A value is what a schema of the document describes."""
    validator = OAS31Validator({**schema, "components": published["components"]})
    faults = [
        f"{list(each.absolute_path)}: {each.message}" for each in validator.iter_errors(value)
    ]
    assert not faults, (where, faults[:3])
