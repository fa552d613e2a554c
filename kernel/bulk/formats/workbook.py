"""Reads the first visible sheet of an XLSX from standard input, in a process of its own.

`kernel.bulk.formats.sheets` starts it. A workbook of 3 kB whose only two cells stand in opposite
corners asks for 512 GiB and aborts the process that reads it (seen with calamine 0.9.1), so this
one may take only so much memory and time, imports nothing of ours, and holds nothing others need.

It writes whether days count from 1904, then lists of lines, then None. Days and times come out as
text. A cell that holds an error (#N/A) is blank.
"""

import io
import marshal
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY = 3 * 1024**3
"""Bytes that reading one workbook may take; about ten million cells."""

SECONDS = 120
"""Of computing; waiting for who reads what is written does not count."""

_AT_ONCE = 1000


def counts_from_1904(body: bytes) -> bool:
    """Whether the days of a workbook that are stored as numbers count from 1904."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            head = archive.read("xl/workbook.xml")
        except KeyError:
            return False
    properties = head.partition(b"workbookPr")[2].partition(b">")[0]
    return b'date1904="1"' in properties or b'date1904="true"' in properties


def lines_of(body: bytes) -> Iterator[list[Any]]:
    """The sheet line by line, from its first line and column on, each cell text or a number."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    name = next(
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    )
    sheet = workbook.get_sheet_by_name(name)
    left = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():  # one by one: as a list they would take a third of the memory
        yield [*left, *map(_plain, row)]


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    body = sys.stdin.buffer.read()
    lines = lines_of(body)
    marshal.dump(counts_from_1904(body), sys.stdout.buffer)
    while some := list(islice(lines, _AT_ONCE)):
        marshal.dump(some, sys.stdout.buffer)
    marshal.dump(None, sys.stdout.buffer)


if __name__ == "__main__":
    main()
