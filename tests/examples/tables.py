"""Rows as files: a line of NDJSON each, or a table whose headings are the fields' names."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

Row = dict[str, Any]


def as_ndjson(rows: Sequence[Row]) -> bytes:
    """One row a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_csv(rows: Sequence[Row]) -> bytes:
    """One row a line; what is nested is dotted, and lists are numbered: `covered.1.name`."""
    flat = [dict(_cells(row)) for row in rows]
    headings = list(dict.fromkeys(name for row in flat for name in row))
    table = io.StringIO()
    writer = csv.DictWriter(table, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return table.getvalue().encode()


def _cells(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for step, each in value.items():
            yield from _cells(each, f"{name}.{step}" if name else step)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _cells(each, f"{name}.{number}")
    elif value is not None:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
