"""What every operation has in common, said once: who answers, what can go wrong, what tags mean."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.problems import MEDIA_TYPE

Document = dict[str, Any]

SCHEMAS = "#/components/schemas/"
RESPONSES = "#/components/responses/"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

DESCRIPTION = """\
金桥, the exchange through which poverty offices, banks, finance bureaus and insurers hold their
records against each other and the law. Money is a decimal string in yuan, a division a code of 12
digits, an error a problem (RFC 9457) that never repeats what was sent; its `type` leads to a page
that says what to do next.
"""

TAGS: dict[str, str] = tomllib.loads(
    (Path(__file__).parent / "tags.toml").read_text(encoding="utf-8")
)

FAULT = {
    "type": "object",
    "description": "One fault of what was sent; it never repeats the value.",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "Where, as a JSON pointer."},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "line": {"type": "integer", "description": "On which line of a bulk body."},
    },
}

PROBLEM = {
    "type": "object",
    "description": "What went wrong, about which thing, and what to do next (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "layer", "retryable"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The page of this problem, served by the exchange.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "urn:uuid: and the request's id."},
        "code": {"type": "string", "description": "Stable; programs decide by it."},
        "layer": {"type": "string", "description": "Who refused: gateway or a service."},
        "retryable": {"type": "boolean"},
        "errors": {"type": "array", "items": {"$ref": SCHEMAS + "Fault"}},
    },
    "examples": [
        {
            "type": "/problems/unauthenticated",
            "title": "No valid token",
            "status": 401,
            "detail": "Send a bearer token that this exchange issued and that has not expired.",
            "instance": "urn:uuid:01890000-0000-7000-8000-000000000001",
            "code": "unauthenticated",
            "layer": "loans",
            "retryable": False,
        }
    ],
}

_SAID = {
    "BadRequest": "A query parameter or header means nothing here.",
    "Unauthenticated": "No valid token.",
    "Forbidden": "The token lacks the scope, or the act is another's.",
    "NotFound": "There is nothing here that this token may see.",
    "Conflict": "It contradicts what is on record, or cannot be done in this state.",
    "Gone": "It was there, and is not to be had any more; the problem says what to do.",
    "Stale": "It has changed since it was read.",
    "TooLarge": "The body is larger than this address takes.",
    "OtherMediaType": "The body is in none of the media types this address takes.",
    "Invalid": "The body cannot be used; `errors` points to each fault.",
    "Unconditional": "There is one already; replacing it needs If-Match.",
    "TooMany": "Enough for now; Retry-After says until when.",
    "Unavailable": "The exchange cannot answer at the moment; try again shortly.",
}

_AGAIN = {
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    }
}
_HEADERS: dict[str, Document] = {
    "Unauthenticated": {
        "WWW-Authenticate": {
            "description": "How to prove who is asking.",
            "schema": {"type": "string"},
        }
    },
    "TooMany": _AGAIN,
    "Unavailable": _AGAIN,
}

RESPONSES_OF_PROBLEMS: Document = {
    name: {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS + "Problem"}}},
        **({"headers": _HEADERS[name]} if name in _HEADERS else {}),
    }
    for name, said in {"Problem": "A problem.", **_SAID}.items()
}


def operations(paths: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, method and operation, of every operation."""
    for path, item in paths.items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def describe(paths: Document) -> None:
    """Say of every operation, in place, who may call it and what can go wrong."""
    for path, method, operation in operations(paths):
        operation.setdefault("security", [])
        for status, name in _possible(path, method, operation):
            operation["responses"].setdefault(status, {"$ref": RESPONSES + name})
        operation["responses"]["default"] = {"$ref": RESPONSES + "Problem"}
        for parameter in operation.get("parameters", []):
            parameter["schema"] = _without_null(parameter["schema"])


def _possible(path: str, method: str, operation: Document) -> Iterator[tuple[str, str]]:
    yield "400", "BadRequest"
    if operation["security"]:
        yield "401", "Unauthenticated"
        yield "403", "Forbidden"
    if operation.get("parameters"):
        yield "404", "NotFound"
    if path.endswith("/feed") or "/manifests/" in path:
        yield "410", "Gone"
    if method != "get":
        yield "409", "Conflict"
    if any(each["name"] == "If-Match" for each in operation.get("parameters", [])):
        yield "412", "Stale"
        yield "428", "Unconditional"
    if "requestBody" in operation:
        yield "413", "TooLarge"
        yield "415", "OtherMediaType"
        yield "422", "Invalid"
    yield "429", "TooMany"
    yield "503", "Unavailable"


def _without_null(schema: Document) -> Document:
    """A parameter is left out; nobody can send null in an address."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**kinds[0], **rest}
