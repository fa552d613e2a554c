"""What was published stays: integrators have written programs against it."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

from jinqiao.exchange import document
from tests.house.tree import ROOT

PUBLISHED = json.loads(gzip.decompress((ROOT / "docs/openapi/jinqiao.json.gz").read_bytes()))
NOW = document()


def operations(contract: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            yield operation["operationId"], method, path


def test_an_operation_keeps_its_name_and_address() -> None:
    assert set(operations(PUBLISHED)) - set(operations(NOW)) == set()


def test_a_body_keeps_its_fields_and_asks_for_no_more() -> None:
    for name, was in PUBLISHED["components"]["schemas"].items():
        schema = NOW["components"]["schemas"][name]
        assert schema.get("properties", {}).keys() >= was.get("properties", {}).keys(), name
        if name.endswith("In"):
            assert set(schema.get("required", [])) <= set(was.get("required", [])), name
