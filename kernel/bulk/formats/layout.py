"""What the columns of a resource's tables are called, and what their cells hold.

Both follow from the resource's model; Chinese headings and words come from a service's
headings.toml, in which a `#` stands where a list's items are numbered: `covered.#.name`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from kernel.bulk.formats.cells import plain

REASON = ("行号 line", "位置 pointer", "代码 code", "原因 reason")
"""What a file of refused rows adds; pushed again with the rows mended, these are passed over."""


class Holds(Enum):
    """What a column holds, so far as it decides how a cell is read."""

    TEXT = auto()
    NUMBER = auto()
    DAY = auto()
    YES_OR_NO = auto()
    ID_NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a column may fill: the steps to it, `#` for an item of a list."""

    steps: tuple[str, ...]
    holds: Holds
    words: Mapping[str, str]
    """What an office may write for a code, by its plain form."""


class Heading(NamedTuple):
    """A heading: its column, and the steps to what its cells fill.

    `#` stays in the steps where the item is not numbered: then each line adds one.
    """

    column: Column
    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a resource's tables by their spellings, digits as `#`."""

    columns: Mapping[str, Column]

    def heading(self, cell: str) -> Heading | None:
        """What a heading means; None if nothing here is called so."""
        spelled = plain(cell)
        column = self.columns.get(spelled)
        if column is not None:
            return Heading(column, column.steps)
        column = self.columns.get(_DIGITS.sub("#", spelled))
        numbers = iter(_DIGITS.findall(spelled))
        if column is None or column.steps.count("#") != len(_DIGITS.findall(spelled)):
            return None
        steps = (int(next(numbers)) if step == "#" else step for step in column.steps)
        return Heading(column, tuple(steps))


_DIGITS = re.compile(r"[0-9]+")


def read_headings(file: Path) -> Mapping[str, Any]:
    """A service's headings.toml: by resource its headings, and under `words` its code lists."""
    with file.open("rb") as source:
        return tomllib.load(source)


def layout_of(model: type[BaseModel], headings: Mapping[str, Any], things: str) -> Layout:
    """The layout of the tables of some things, whose Chinese headings may stand in `headings`."""
    lists = headings.get("words", {})
    return _layout(
        model,
        tuple(headings.get(things, {}).items()),
        tuple((name, tuple(words.items())) for name, words in lists.items()),
    )


@lru_cache(maxsize=64)
def _layout(
    model: type[BaseModel],
    headings: tuple[tuple[str, str], ...],
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...],
) -> Layout:
    schema = model.model_json_schema()
    chinese, lists = dict(headings), {name: dict(said) for name, said in words}
    columns: dict[str, Column] = {}
    for column in _columns(schema, schema.get("$defs", {}), lists, ()):
        name = ".".join(column.steps)
        for spelling in [name, *chinese.get(name, "").split()]:
            columns[plain(spelling)] = column
            if column.steps.count("#") == 1 and column.steps[1] == "#":
                columns[plain(spelling.replace(".#", "").replace("#", ""))] = column
    return Layout(columns)


def fields_of(model: type[BaseModel]) -> list[str]:
    """The names of all columns that a model's tables may have, a list's item as `#`."""
    schema = model.model_json_schema()
    found = _columns(schema, schema.get("$defs", {}), {}, ())
    return [".".join(column.steps) for column in found]


def code_lists_of(model: type[BaseModel]) -> Mapping[str, Sequence[Any]]:
    """The code lists that a model's fields are of, by name."""
    parts = model.model_json_schema().get("$defs", {})
    return {name: part["enum"] for name, part in parts.items() if "enum" in part}


def _columns(
    schema: Mapping[str, Any],
    parts: Mapping[str, Any],
    words: Mapping[str, Mapping[str, str]],
    steps: tuple[str, ...],
) -> Iterator[Column]:
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = parts[name] if name else schema
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if choices:
        yield from _columns(choices[0], parts, words, steps)
    elif "properties" in schema:
        for field, inner in schema["properties"].items():
            yield from _columns(inner, parts, words, (*steps, field))
    elif schema.get("type") == "array":
        yield from _columns(schema["items"], parts, words, (*steps, "#"))
    else:
        spellings = words.get(name, {}) if "enum" in schema else {}
        said = {
            plain(spelling): code for code, many in spellings.items() for spelling in many.split()
        }
        yield Column(steps, _holds(schema), said)


def _holds(schema: Mapping[str, Any]) -> Holds:
    if schema.get("format") == "id-number":
        return Holds.ID_NUMBER
    if schema.get("format") == "date":
        return Holds.DAY
    if schema.get("type") == "boolean":
        return Holds.YES_OR_NO
    is_amount = str(schema.get("pattern", "")).startswith(("^[0-9]{1,", "^-?[0-9]{1,"))
    return Holds.NUMBER if is_amount or schema.get("type") in ("integer", "number") else Holds.TEXT
