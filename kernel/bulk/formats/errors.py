"""A file of refused rows, each with the reason beside it, as NDJSON, CSV or XLSX.

Mended, it can be pushed as it is. Nothing in it is a formula, whatever somebody wrote: cells of a
workbook are typed as text, and in CSV an apostrophe stands before what a program might compute.
"""

import csv
import io
import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from kernel.bulk.formats.layout import REASON
from kernel.bulk.refusals import Refusal
from kernel.problems import BadRequest

MOST_IN_A_WORKBOOK = 100_000
"""Lines of the largest workbook of refused rows."""

_MOST_COLUMNS = 1000
"""Columns into which rows of JSON are laid out; what is beyond is left out."""

Refusals = Callable[[], AsyncIterable[Sequence[Refusal]]]
"""Reads the refused rows, each time from the first."""


async def as_ndjson(refusals: Refusals) -> AsyncIterator[bytes]:
    """Line, outcome, pointer, code and message of each row, and the row itself under `row`."""
    async for some in refusals():
        yield b"".join(_line_of_json(each) for each in some)


def _line_of_json(refusal: Refusal) -> bytes:
    row: Any = refusal.json
    if refusal.headings and refusal.lines:
        named = [_named(refusal.headings, cells) for _, cells in refusal.lines]
        row = named[0] if len(named) == 1 else named
    elif isinstance(read := _read(refusal.json), dict):
        row = read
    return (json.dumps({**refusal.verdict, "row": row}, ensure_ascii=False) + "\n").encode()


async def as_csv(refusals: Refusals) -> AsyncIterator[bytes]:
    """CSV in UTF-8 with a byte order mark, by which office programs know it."""
    headings = await _headings(refusals)
    yield b"\xef\xbb\xbf" + _csv_lines([[*REASON, *headings]])
    async for some in refusals():
        yield _csv_lines(line for each in some for line in _table_lines(each, headings))


async def as_xlsx(refusals: Refusals) -> bytes:
    """A workbook; raises BadRequest if there are more lines than one should have."""
    headings = await _headings(refusals)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("errors")
        number = 0
        for column, name in enumerate([*REASON, *headings]):
            sheet.write_string(0, column, name)
        async for some in refusals():
            for line in (line for each in some for line in _table_lines(each, headings)):
                number += 1
                if number > MOST_IN_A_WORKBOOK:
                    raise BadRequest(
                        f"These are more than {MOST_IN_A_WORKBOOK} lines; take CSV or NDJSON."
                    )
                for column, cell in enumerate(line):
                    sheet.write_string(number, column, _text(cell))
    return file.getvalue()


async def _headings(refusals: Refusals) -> list[str]:
    """The table's own headings, or for rows of JSON the names of all their fields."""
    names: dict[str, None] = {}
    async for some in refusals():
        for refusal in some:
            if refusal.headings:
                return [name for name in refusal.headings if name not in REASON]
            names |= dict.fromkeys(_flat(_read(refusal.json)))
    return list(names)[:_MOST_COLUMNS]


def _table_lines(refusal: Refusal, headings: Sequence[str]) -> Iterator[list[Any]]:
    """The lines of a row; the reason stands beside the line in which it lies."""
    told = refusal.verdict
    reason = [told["line"], told.get("pointer", ""), told.get("code", ""), told.get("message", "")]
    if not (refusal.headings and refusal.lines):
        flat = _flat(_read(refusal.json))
        yield [*reason, *(flat.get(name, "") for name in headings)]
        return
    for number, cells in refusal.lines:
        beside = reason if number == told["line"] else [number, "", "", ""]
        named = _named(refusal.headings, cells)
        yield [*beside, *(named.get(name, "") for name in headings)]


def _named(headings: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    return {name: cell for name, cell in zip(headings, cells, strict=False) if name}


def _read(row: str) -> Any:
    try:
        return json.loads(row)
    except (ValueError, RecursionError):
        return row


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """A row of JSON as cells: nested names dotted, lists numbered from 1."""
    parts: Iterable[tuple[str, Any]]
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = ((str(number), item) for number, item in enumerate(value, start=1))
    else:
        return {name or "row": value}
    return {
        inner: cell
        for step, item in parts
        for inner, cell in _flat(item, f"{name}.{step}" if name else str(step)).items()
    }


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)[:32_767]  # the most that a cell of a workbook holds


def _csv_lines(lines: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([_guarded(_text(cell)) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8", "replace")


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(_ACTIVE) and not _NUMBER.fullmatch(text) else text


_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
