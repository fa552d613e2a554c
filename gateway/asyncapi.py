"""One AsyncAPI 3.0 document of what the feeds announce, made from the code that tells it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.roles import GRANTS, Role
from kernel.sharing.events import PARTNERS, EventType
from kernel.sharing.reading import CloudEvent

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"

DESCRIPTION = """\
Each service has one feed, read with `GET /v1/{service}/feed?after=` as pages of CloudEvents 1.0
(JSON). Positions grow and never change; a reader sees those events that are his to see, each once
and in order. People and households appear as `subject_ref`, which differs from agency to agency.
Snapshots tell the same payloads as they stand. Dates are days in the province, amounts decimal
strings in yuan.
"""


def announced(services: Mapping[str, Mapping[str, EventType]]) -> Document:
    """The document of these services' event types."""
    schemas: Document = {}
    _add_schema(schemas, "", CloudEvent)
    messages = {
        f"{service}.{each.name}": _message(service, each, schemas)
        for service, each in _told(services)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "金桥 Jinqiao events",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            service: _channel(service, catalogue) for service, catalogue in services.items()
        },
        "operations": {
            f"tell_{service}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{service}"},
                "summary": f"Read with read_{service}_feed (OpenAPI).",
            }
            for service in services
        },
        "components": {
            "messages": messages,
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _told(services: Mapping[str, Mapping[str, EventType]]) -> Iterator[tuple[str, EventType]]:
    for service, catalogue in services.items():
        yield from ((service, each) for each in catalogue.values() if each.payload)


def _channel(service: str, catalogue: Mapping[str, EventType]) -> Document:
    inner = [each for each in catalogue.values() if not each.payload]
    lines = "\n".join(f"- `{each.name}`: {each.says}" for each in inner)
    return {
        "address": f"/v1/{service}/feed",
        "description": f"Besides, for sister services only:\n\n{lines}",
        "messages": {
            each.name: {"$ref": f"#/components/messages/{service}.{each.name}"}
            for each in catalogue.values()
            if each.payload
        },
    }


def _message(service: str, event: EventType, schemas: Document) -> Document:
    assert event.payload is not None
    data = _add_schema(schemas, service.title(), event.payload)
    said = " ".join((event.payload.__doc__ or "").split())
    return {
        "name": event.name,
        "title": event.name,
        "summary": said,
        "description": f"Scope `{event.may}`. {_audience(event)}",
        "contentType": "application/json",
        "payload": {
            "allOf": [
                {"$ref": _SCHEMAS + "CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "source": {"const": f"/v1/{service}"},
                        "type": {"const": event.name},
                        "data": {"$ref": _SCHEMAS + data},
                    },
                },
            ]
        },
    }


def _audience(event: EventType) -> str:
    """Who is told, in a sentence for each kind of reader."""
    may = [role for role in Role if event.may in GRANTS[role] and role != Role.SERVICE]
    if event.everyone:
        return f"Told to {_named(may)}, whatever they serve."
    if event.to_sender:
        return "Told to the agency that it names alone."
    offices = [role for role in may if role not in PARTNERS]
    partners = [role for role in may if role in PARTNERS]
    parts = [f"Told to {_named(offices)} by the divisions they serve"] if offices else []
    if partners:
        which = "by the divisions they serve" if event.shared else "of their own only"
        parts.append(f"to {_named(partners)} {which}")
    return f"{', '.join(parts)}."


def _named(roles: Sequence[Role]) -> str:
    return " and ".join(f"`{role}`" for role in roles)


def _add_schema(schemas: Document, prefix: str, model: Any) -> str:
    """Add a model's schema and what it refers to; the name under which it stands."""
    made = model.model_json_schema(ref_template=f"{_SCHEMAS}{prefix}{{model}}")
    for name, schema in made.pop("$defs", {}).items():
        schemas[prefix + name] = schema
    schemas[prefix + model.__name__] = made
    return str(prefix + model.__name__)
