"""One OpenAPI 3.1 document for the gateway and all services behind it."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

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


def merged(apps: Mapping[str, FastAPI]) -> Document:
    """The documents of several apps, by the path each stands at, as one.

    Schemas of one name that say the same are shared; those that differ get the name of their
    service in front.
    """
    documents = {prefix: _document_of(app) for prefix, app in apps.items()}
    _part_namesakes(documents)
    paths: Document = {}
    schemas: Document = {"Problem": dict(PROBLEM), "Fault": dict(FAULT)}
    security: Document = {}
    for prefix, document in documents.items():
        paths |= {prefix + path: item for path, item in document["paths"].items()}
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
    return document


def _tags(paths: Document) -> list[str]:
    return sorted(
        {tag for _, _, operation in operations(paths) for tag in operation.get("tags", [])}
    )


def _part_namesakes(documents: Mapping[str, Document]) -> None:
    """Rename, in place, the schemas that share a name but not a meaning."""
    differing = _differing(documents)
    for prefix, document in documents.items():
        service = prefix.rpartition("/")[2].title()
        names = {name: service + name for name in differing}
        _rename(document, names)


def _differing(documents: Mapping[str, Document]) -> set[str]:
    """Names with more than one meaning, and names of what refers to them."""
    meanings: dict[str, set[str]] = {}
    refers: dict[str, set[str]] = {}
    for document in documents.values():
        for name, schema in document["components"]["schemas"].items():
            said = json.dumps(schema, sort_keys=True)
            meanings.setdefault(name, set()).add(said)
            refers.setdefault(name, set()).update(re.findall(f'"{_PREFIX}([^"]+)"', said))
    differing = {name for name, said in meanings.items() if len(said) > 1}
    while more := {name for name in refers if refers[name] & differing} - differing:
        differing |= more
    return differing


def _rename(document: Document, names: Mapping[str, str]) -> None:
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {names.get(name, name): schemas[name] for name in schemas}
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
