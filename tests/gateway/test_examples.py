"""The examples of the document are sent as they stand, in their order, and are all taken."""

import json
from collections.abc import Callable

from gateway.openapi.described import operations
from gateway.openapi.examples import EXAMPLES
from jinqiao.exchange import document
from tests.visitor import Visitor


def test_every_example_of_the_document_is_taken(
    visit: Callable[..., Visitor], operator: Visitor, drain: Callable[[], None]
) -> None:
    paths = document()["paths"]
    found = {each["operationId"]: (path, method, each) for path, method, each in operations(paths)}
    visitors: dict[tuple[str, str], Visitor] = {}

    for name, example in EXAMPLES.items():
        role, kind = example["role"], example.get("kind", "SYSTEM")
        if role == "operator":
            visitors[role, kind] = operator
        if (role, kind) not in visitors:
            visitors[role, kind] = visit(role, agency=f"{role.upper()}-EXAMPLE", kind=kind)
        path, method, operation = found[name]
        shown = operation["requestBody"]["content"]["application/json"]["example"]
        assert shown == json.loads(example["body"])
        send = visitors[role, kind].put if method == "put" else visitors[role, kind].post
        headers = {"Idempotency-Key": f"example-{name}"}

        answer = send(example.get("path", path), json=shown, headers=headers)

        assert answer.status_code in (200, 201, 202), (name, answer.text)
        assert str(answer.status_code) in operation["responses"], name
        assert answer.json().get("outcome") != "pending", name
        drain()
