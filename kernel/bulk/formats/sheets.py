"""XLSX: the lines of a workbook's first visible sheet, from the process that reads it."""

import io
import marshal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any

from kernel.bulk import formats
from kernel.bulk.formats import unusable
from kernel.bulk.resource import Cells
from kernel.problems import PayloadTooLarge

_WORKBOOK_READER = Path(__file__).with_name("workbook.py")


@contextmanager
def opened(body: bytes | bytearray) -> Iterator[Cells]:
    """A workbook's lines, to be read within the block; raises Invalid for what is no workbook."""
    _check_size(body)
    command = [sys.executable, "-I", str(_WORKBOOK_READER)]
    silent, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=silent) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        Thread(target=_hand_over, args=(body, process.stdin), daemon=True).start()
        try:
            from_1904 = _next(process.stdout)
            yield Cells(_lines(process.stdout), from_1904)
        finally:
            process.kill()


def _check_size(body: bytes | bytearray) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise unusable("xlsx", "The body is not an XLSX workbook.") from None
    if size > formats.WORKBOOK_INFLATED_LIMIT:
        raise PayloadTooLarge(
            f"The workbook is more than {formats.WORKBOOK_INFLATED_LIMIT} bytes unpacked."
        )


def _hand_over(body: bytes | bytearray, to: IO[bytes]) -> None:
    try:
        with to:
            to.write(body)
    except OSError:
        pass  # the reader gave up; its silence tells


def _lines(said: IO[bytes]) -> Iterator[list[Any]]:
    while (some := _next(said)) is not None:
        yield from some


def _next(said: IO[bytes]) -> Any:
    try:
        return marshal.load(said)
    except (EOFError, ValueError, TypeError):
        raise unusable(
            "xlsx",
            "The workbook cannot be read; clear what stands far from the table, or send it in "
            "parts.",
        ) from None
