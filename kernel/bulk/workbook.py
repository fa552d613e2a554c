"""Reads the first visible sheet of an XLSX from standard input, in a process of its own.

`kernel.bulk.formats` starts it. A workbook of 3 kB whose only two cells stand in opposite corners
asks for 512 GiB and aborts the process that reads it (seen with calamine 0.9.1), so this one may
take only so much memory, imports nothing of ours, and holds nothing that others need.

Days and times come out as text. A cell that holds an error (#N/A) is blank.
"""

import io
import marshal
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY = 3 * 1024**3
"""Bytes that reading one workbook may take; about ten million cells."""


def cells_of(body: bytes) -> list[list[Any]]:
    """The sheet line by line, from its first line and column on, each cell text or a number."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    name = next(
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    )
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    marshal.dump(cells_of(sys.stdin.buffer.read()), sys.stdout.buffer)
