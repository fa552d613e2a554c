"""One OpenAPI 3.1 document for the gateway and all services behind it."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from gateway.addresses import PUBLISHED_AT
from gateway.openapi.described import (
    DESCRIPTION,
    FAULT,
    PROBLEM,
    RESPONSES_OF_PROBLEMS,
    TAGS,
    Document,
    describe,
    operations,
)
from gateway.openapi.described import SCHEMAS as _PREFIX
from gateway.openapi.examples import problems_with_examples, show_examples
from kernel.service import describe_bodies

_PAGE = re.compile(r"Page_(\w+?)(?:Out)?_")
"""What pydantic makes of `Page[HouseholdOut]`: HouseholdPage reads better in a client."""


class NameTaken(Exception):
    """Two models of different services have one name: the newer one needs a name of its own."""


def merged(apps: Mapping[str, FastAPI]) -> Document:
    """The documents of several apps, by the path each stands at, as one.

    A schema is called as its class is, in whichever service. Those of one name are one and the
    same, such as the kernel's; raises NameTaken if they are not.
    """
    documents = {prefix: _document_of(app) for prefix, app in apps.items()}
    _refuse_namesakes(documents)
    paths: Document = {}
    schemas: Document = {"Problem": dict(PROBLEM), "Fault": dict(FAULT)}
    security: Document = {}
    for prefix, document in documents.items():
        at = {prefix + path: item for path, item in document["paths"].items()}
        paths |= {PUBLISHED_AT.get(path, path): item for path, item in at.items()}
        schemas |= document["components"]["schemas"]
        security |= document["components"].get("securitySchemes", {})
    describe(paths)
    show_examples(paths)
    for name, schema in schemas.items():
        schema["title"] = name  # generators call their classes so, and two of a name are lost
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jinqiao",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "contact": {"name": "The operator of this exchange"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The exchange that serves this document."}],
        "tags": [{"name": tag, "description": TAGS.get(tag, tag)} for tag in _tags(paths)],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": problems_with_examples(RESPONSES_OF_PROBLEMS),
            "securitySchemes": security,
        },
    }


def _document_of(app: FastAPI) -> Document:
    document = copy.deepcopy(app.openapi())
    describe_bodies(app, document)
    for _, _, operation in operations(document["paths"]):
        # FastAPI promises its own 422 for every parameter; what we answer is a problem.
        if "HTTPValidationError" in json.dumps(operation["responses"].get("422", {})):
            del operation["responses"]["422"]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _rename(document, {name: _PAGE.sub(r"\1Page", name) for name in schemas})
    return document


def _tags(paths: Document) -> list[str]:
    return sorted(
        {tag for _, _, operation in operations(paths) for tag in operation.get("tags", [])}
    )


def _refuse_namesakes(documents: Mapping[str, Document]) -> None:
    """Raise NameTaken if a schema's name means two things: nobody else's name is ever changed for
    a new schema, since other people's programs are written with it."""
    said: dict[str, str] = {}
    for prefix, document in documents.items():
        for name, schema in document["components"]["schemas"].items():
            this = json.dumps(schema, sort_keys=True)
            if said.setdefault(name, this) != this or not name.isalnum():
                raise NameTaken(f"{prefix or 'gateway'}: another schema is called {name} as well.")


def _rename(document: Document, names: Mapping[str, str]) -> None:
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    _repoint(document, {_PREFIX + old: _PREFIX + new for old, new in names.items()})


def _repoint(node: Any, pointers: Mapping[str, str]) -> None:
    if isinstance(node, list):
        for item in node:
            _repoint(item, pointers)
    elif isinstance(node, dict):
        if node.get("$ref") in pointers:
            node["$ref"] = pointers[node["$ref"]]
        for item in node.values():
            _repoint(item, pointers)
