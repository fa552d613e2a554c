"""Examples of what is asked and answered, on every operation: one story, told and recorded.

`make examples` tells it (tests/examples) and writes `examples.json`: by operation the role that
asks, what it sends, and what it was answered; by kind of problem, one. Ids and secrets are made up,
days moved to the story's; of long lists two items are kept.
"""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from gateway.openapi.described import Document, operations
from kernel.problems import MEDIA_TYPE

NDJSON = "application/x-ndjson"

FILE = Path(__file__).with_suffix(".json")


@cache
def examples() -> dict[str, dict[str, Any]]:
    """What was recorded: `operations` and `problems`."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def show_examples(paths: Document) -> None:
    """Put each operation's request and answers where it describes them, in place."""
    for _, _, operation in operations(paths):
        example = examples()["operations"].get(operation["operationId"])
        if example:
            _show_sent(operation, example)
            _show_answered(operation, example)


def problems_with_examples(responses: Document) -> Document:
    """The shared problem answers, each with one that was given."""
    shown: Document = copy.deepcopy(responses)
    for name, problem in examples()["problems"].items():
        shown[name]["content"][MEDIA_TYPE]["example"] = problem
    return shown


def _show_sent(operation: Document, example: dict[str, Any]) -> None:
    sent = {"path": example["path"], "query": example["query"], "header": example["headers"]}
    for parameter in operation.get("parameters", []):
        values = {name.lower(): value for name, value in sent.get(parameter["in"], {}).items()}
        if parameter["name"].lower() in values:
            parameter["example"] = values[parameter["name"].lower()]
    contents = operation.get("requestBody", {}).get("content", {})
    for kind, body in example["bodies"].items():
        if kind in contents:  # what was recorded may be older than the routes
            contents[kind]["examples"] = _by(example["by"], body)


def _show_answered(operation: Document, example: dict[str, Any]) -> None:
    for status, answers in example["answers"].items():
        contents = operation["responses"].get(status, {}).get("content", {})
        for kind in answers.keys() & contents.keys():
            told = answers[kind]
            told = _lines(contents[kind]["schema"], told) if kind == NDJSON else told
            contents[kind]["examples"] = _by(example["by"], told)


def _lines(schema: Document, lines: list[Any]) -> Any:
    """Lines of NDJSON as the document describes them: as one text, or by what a line is."""
    if schema.get("type") != "string":
        return lines[0]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _by(role: str, value: Any) -> Document:
    """One example, under who asks: a reader sees at once whose token it takes."""
    name, _, officer = role.partition(" ")
    who = f"an officer of {_CALLED.get(name)}" if officer else _CALLED.get(name)
    key = re.sub("[ _]", "-", role) or "anybody"
    return {key: {"summary": f"By {who}.", "value": value}}


_CALLED = {
    "": "anybody",
    "bank": "a bank",
    "exchange": "the exchange itself",
    "finance_bureau": "a finance bureau",
    "insurer": "an insurer",
    "operator": "the operator",
    "poverty_office": "a poverty office",
    "supervisor": "a supervisor",
}
