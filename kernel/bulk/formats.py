"""NDJSON, CSV and XLSX as numbered rows of JSON.

CSV uses field names as headings, nested ones dotted, lists numbered (`covered.1.name`). XLSX does
the same unless a resource reads its own sheet. A cell is passed on as text; what cannot be text
without loss, an ID number that became a number, stays a number and is refused by its field.
"""

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from kernel.bulk.resource import Raw, Sheet
from kernel.problems import Fault, Invalid, PayloadTooLarge, UnsupportedMediaType

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of one bulk body as sent."""

INFLATED_LIMIT = 256 * 1024 * 1024
"""Bytes of one bulk body after gzip or inside an XLSX."""

NDJSON = "application/x-ndjson"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LONGEST_ROW = 1024 * 1024


def rows_of(
    body: bytes, media_type: str, *, sheet: Sheet | None, generation: int | None
) -> Iterator[Raw]:
    """The rows of a body, blank lines left out; raises Invalid for a file that is none."""
    if media_type == NDJSON:
        return _ndjson_rows(body)
    if media_type == CSV:
        return _csv_rows(body)
    if media_type == XLSX:
        cells = _cells(body)
        return sheet(cells, generation) if sheet else _sheet_rows(cells)
    raise UnsupportedMediaType(f"Send bulk rows as {NDJSON}, {CSV} or {XLSX}.")


def is_typed(media_type: str) -> bool:
    """Whether rows of this type say which values are numbers, so that they are read strictly."""
    return media_type == NDJSON


def inflated(body: bytes) -> bytes:
    """A gzip body unpacked, or PayloadTooLarge before it grows past the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, INFLATED_LIMIT)
    except zlib.error:
        raise _unusable("gzip", "The body says it is gzip but cannot be unpacked.") from None
    if unpacker.unconsumed_tail:
        raise PayloadTooLarge(f"The body is more than {INFLATED_LIMIT} bytes when unpacked.")
    if not unpacker.eof:
        raise _unusable("gzip", "The gzip body is cut short; send it again.")
    if unpacker.unused_data:
        plain = gzip.decompress(body)  # several members; each was within what was sent
    return plain


def _ndjson_rows(body: bytes) -> Iterator[Raw]:
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            yield Raw(number, line)


def _csv_rows(body: bytes) -> Iterator[Raw]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unusable("encoding", "The CSV is not UTF-8; save it as CSV UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        headings = _headings(next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(cells):
                yield _row(line, headings, cells)
            line = reader.line_num + 1
    except csv.Error:
        raise _unusable(
            "csv", f"The CSV cannot be read from line {reader.line_num} on; look at its quotes."
        ) from None


def _cells(body: bytes) -> list[list[Any]]:
    """The first sheet of a workbook, cell by cell with types."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > INFLATED_LIMIT:
                raise PayloadTooLarge(f"The workbook is more than {INFLATED_LIMIT} bytes unpacked.")
        return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    except (zipfile.BadZipFile, CalamineError, IndexError, OSError):
        raise _unusable("xlsx", "The body is not an XLSX workbook that can be read.") from None


def _sheet_rows(cells: Sequence[Sequence[Any]]) -> Iterator[Raw]:
    headings = _headings([text_of(cell) for cell in cells[0]] if cells else [])
    for number, row in enumerate(cells[1:], start=2):
        if any(cell != "" for cell in row):
            yield _row(number, headings, [text_of(cell) for cell in row])


def text_of(cell: Any) -> Any:
    """A cell as the text a person sees; numbers too long to be exact stay numbers."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime | date):
        return (cell.date() if isinstance(cell, datetime) else cell).isoformat()
    if isinstance(cell, int | float):
        if abs(cell) >= 10**15:
            return cell
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return cell.strip()


def _headings(cells: Sequence[str]) -> list[list[str]]:
    if not any(cells):
        raise _unusable("empty", "The file has no headings.")
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(set(names)) < len(names) or not all(names):
        raise _unusable("headings", "A heading is blank or stands twice.")
    return [name.split(".") for name in names]


def _row(line: int, headings: Sequence[Sequence[str]], cells: Sequence[Any]) -> Raw:
    """One row as JSON. Blank cells are left out; cells without a heading are refused by name."""
    found: dict[str, Any] = {}
    for steps, cell in zip(headings, cells, strict=False):
        if cell == "" or cell is None:
            continue
        _put(found, steps, cell)
    if any(cell != "" for cell in cells[len(headings) :]):
        found["cells beyond the headings"] = ""
    return Raw(line, json.dumps(_lists(found), ensure_ascii=False).encode("utf-8", "replace"))


def _put(into: dict[str, Any], steps: Sequence[str], cell: Any) -> None:
    for step in steps[:-1]:
        nested = into.setdefault(step, {})
        if not isinstance(nested, dict):
            return
        into = nested
    into[steps[-1]] = cell


def _lists(value: Any) -> Any:
    """Objects whose names are all numbers are lists."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(item) for name, item in value.items()}


def _unusable(code: str, message: str) -> Invalid:
    return Invalid(message, errors=[Fault(pointer="", code=code, message=message)])
