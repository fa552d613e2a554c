"""From what was asked to what the document shows: by operation, a request and its answers."""

import json
from collections.abc import Iterable
from typing import Any

import httpx

from kernel.clock import today
from tests.examples.plain import Plain, cut
from tests.examples.teller import NDJSON, Asked

Json = dict[str, Any]


def recorded(asked: Iterable[Asked]) -> Json:
    """`operations`: by operation its first request, with a body of each media type, and the first
    answer of each status; `problems`: the first of each kind."""
    plain = Plain(today())
    operations: dict[str, Json] = {}
    problems: dict[str, Any] = {}
    for each in asked:
        plain.at(each.operation)
        told = plain.of(told_by(each.answer))
        if each.refused:
            problems.setdefault(each.refused, told)
            continue
        request = plain.of(
            {"by": each.by, "path": each.path, "query": each.query, "headers": each.headers}
        )
        found = operations.setdefault(each.operation, {**request, "bodies": {}, "answers": {}})
        if each.body is not None:
            found["bodies"].setdefault(each.media_type, plain.of(each.body))
        if told is not None:
            answers = found["answers"].setdefault(str(each.answer.status_code), {})
            answers.setdefault(kind_of(each.answer), shortened(each.operation, told))
    return {
        "operations": dict(sorted(operations.items())),
        "problems": dict(sorted(problems.items())),
    }


def kind_of(answer: httpx.Response) -> str:
    """The media type of an answer, without its parameters."""
    return answer.headers.get("content-type", "").partition(";")[0]


def told_by(answer: httpx.Response) -> Any:
    """What an answer says: JSON, a list of what its lines say, or text; None for a file or none."""
    kind = kind_of(answer)
    if not answer.content:
        return None
    if kind == NDJSON:
        return [json.loads(line) for line in answer.text.splitlines()]
    if kind.endswith(("/json", "+json")):
        return answer.json()
    return answer.text if kind.startswith("text/") else None


_PARTS = {"read_openapi": ("openapi", "info", "servers")}
"""What is shown of answers that nobody wants to read twice."""


def shortened(operation: str, told: Any) -> Any:
    """An answer as it is shown: only how its long lists begin."""
    if operation in _PARTS:
        return {name: told[name] for name in _PARTS[operation]}
    return cut(told)
