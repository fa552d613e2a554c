"""Examples of what is sent: data in one place, shown in the document and sent by a test."""

import json
import tomllib
from pathlib import Path
from typing import Any

from gateway.openapi.described import Document, operations

EXAMPLES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
"""By operation: who sends it (`role`, and `kind` if an officer), `body`, `path` if filled."""


def show_examples(paths: Document) -> None:
    """Put each example beside the body it is one of, in place."""
    for _, _, operation in operations(paths):
        example = EXAMPLES.get(operation["operationId"])
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if example and kind == "application/json":
                content["example"] = json.loads(example["body"])
