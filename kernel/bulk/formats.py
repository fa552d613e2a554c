"""NDJSON, CSV and XLSX as numbered rows of JSON.

CSV uses field names as headings, nested ones dotted, lists numbered (`covered.1.name`). XLSX does
the same unless a resource reads its own sheet. A cell is passed on as text; what cannot be text
without loss, an ID number that became a number, stays a number and is refused by its field.
"""

import csv
import io
import json
import marshal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from kernel.bulk.resource import Raw, Sheet
from kernel.problems import Fault, Invalid, PayloadTooLarge, UnsupportedMediaType

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of one bulk body as sent."""

INFLATED_LIMIT = 256 * 1024 * 1024
"""Bytes of one bulk body after gzip or inside an XLSX."""

NDJSON = "application/x-ndjson"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LONGEST_ROW = 1024 * 1024
"""Bytes of one row's JSON, as of a single push."""

_DEEPEST = 8
"""Steps of a dotted heading."""

_WORKBOOK_READER = Path(__file__).with_name("workbook.py")
_WORKBOOK_SECONDS = 120
_workbooks = BoundedSemaphore(2)  # each may take a few GiB for a moment


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
    parts: list[bytes] = []
    room = INFLATED_LIMIT
    while body:  # one gzip body may have several members
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(body, room + 1))
        except zlib.error:
            raise _unusable("gzip", "The body says it is gzip but cannot be unpacked.") from None
        room -= len(parts[-1])
        if room < 0:
            raise PayloadTooLarge(f"The body is more than {INFLATED_LIMIT} bytes when unpacked.")
        if not unpacker.eof:
            raise _unusable("gzip", "The gzip body is cut short; send it again.")
        body = unpacker.unused_data.lstrip(b"\0")  # some writers pad the end
    return b"".join(parts)


def _ndjson_rows(body: bytes) -> Iterator[Raw]:
    lines = io.BytesIO(body.removeprefix(b"\xef\xbb\xbf"))
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _sized(number, line.rstrip(b"\r\n"))


def _sized(line: int, row: bytes) -> Raw:
    if len(row) <= LONGEST_ROW:
        return Raw(line, row)
    message = f"This row is longer than {LONGEST_ROW} bytes."
    return Raw(line, b"", fault=Fault(pointer="", code="row-too-long", message=message))


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
            if any(cell.strip() for cell in cells):
                yield _row(line, headings, [cell.strip() for cell in cells])
            line = reader.line_num + 1
    except csv.Error:
        raise _unusable(
            "csv", f"The CSV cannot be read from line {reader.line_num} on; look at its quotes."
        ) from None


def _cells(body: bytes) -> list[list[Any]]:
    """The first visible sheet of a workbook, each cell as text or a number."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > INFLATED_LIMIT:
                raise PayloadTooLarge(f"The workbook is more than {INFLATED_LIMIT} bytes unpacked.")
    except zipfile.BadZipFile:
        raise _unusable("xlsx", "The body is not an XLSX workbook.") from None
    command = [sys.executable, "-I", str(_WORKBOOK_READER)]
    with _workbooks:
        try:
            read = subprocess.run(
                command, input=body, capture_output=True, timeout=_WORKBOOK_SECONDS, check=True
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            raise _unusable(
                "xlsx",
                "The workbook cannot be read; clear what stands far from the table, or send it in "
                "parts.",
            ) from None
    cells: list[list[Any]] = marshal.loads(read.stdout)
    return cells


def _sheet_rows(cells: Sequence[Sequence[Any]]) -> Iterator[Raw]:
    headings = _headings([str(text_of(cell)) for cell in cells[0]] if cells else [])
    for number, row in enumerate(cells[1:], start=2):
        texts = [text_of(cell) for cell in row]
        if any(cell != "" for cell in texts):
            yield _row(number, headings, texts)


def text_of(cell: Any) -> Any:
    """A cell as the text a person sees; numbers too long to be exact stay numbers."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    # A workbook keeps 15 digits; a sum of fen may carry dust behind them.
    return cell if abs(cell) >= 10**15 else f"{Decimal(f'{cell:.15g}'):f}"


def _headings(cells: Sequence[str]) -> list[list[str]]:
    if not any(cells):
        raise _unusable("empty", "The file has no headings.")
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(set(names)) < len(names) or not all(names):
        raise _unusable("headings", "A heading is blank or stands twice.")
    headings = [name.split(".") for name in names]
    inner = {tuple(steps[:n]) for steps in headings for n in range(1, min(len(steps), _DEEPEST))}
    if any(len(steps) > _DEEPEST or tuple(steps) in inner for steps in headings):
        raise _unusable("headings", "A heading is a part of another one, or has too many dots.")
    return headings


def _row(line: int, headings: Sequence[Sequence[str]], cells: Sequence[Any]) -> Raw:
    """One row as JSON. Blank cells are left out; cells without a heading are refused by name."""
    found: dict[str, Any] = {}
    for steps, cell in zip(headings, cells, strict=False):
        if cell == "" or cell is None:
            continue
        _put(found, steps, cell)
    if any(cell != "" for cell in cells[len(headings) :]):
        found["cells beyond the headings"] = ""
    return _sized(line, json.dumps(_lists(found), ensure_ascii=False).encode())


def _put(into: dict[str, Any], steps: Sequence[str], cell: Any) -> None:
    for step in steps[:-1]:
        into = into.setdefault(step, {})
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
