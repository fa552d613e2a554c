"""What was published stays: integrators have written programs against it."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, create_model

from gateway.openapi import NameTaken, merged
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


def test_no_schema_takes_the_name_of_another_services() -> None:
    first, second = FastAPI(), FastAPI()
    first.get("/one")(answering(create_model("ThingOut", amount=(str, ...))))
    second.get("/other")(answering(create_model("ThingOut", amount=(int, ...))))

    with pytest.raises(NameTaken, match="ThingOut"):
        merged({"/v1/first": first, "/v1/second": second})


def answering(model: type[BaseModel]) -> Callable[[], Any]:
    def read() -> Any: ...

    read.__annotations__["return"] = model
    return read
