"""Text as it comes, cut into lines: the rows of NDJSON, and the lines of cells of a CSV."""

import codecs
import csv
from collections.abc import Iterator

from kernel.bulk import formats
from kernel.bulk.formats import unusable
from kernel.bulk.resource import Raw
from kernel.problems import Fault, PayloadTooLarge


def counted(number: int) -> int:
    """A line's number; raises PayloadTooLarge beyond the most that one body may have."""
    if number > formats.MOST_LINES:
        raise PayloadTooLarge(f"The file has more than {formats.MOST_LINES} lines.")
    return number


class Ndjson:
    """NDJSON as rows. What is longer than a row may be is refused alone, and not kept."""

    def __init__(self) -> None:
        self._rest = b""
        self._number = 0
        self._too_long = False

    def read(self, part: bytes) -> Iterator[Raw]:
        """The rows that end in this part."""
        *lines, rest = (self._rest + part).split(b"\n")
        for line in lines:
            yield from self._row(line)
        self._too_long = self._too_long or len(rest) > formats.LONGEST_ROW
        self._rest = b"" if self._too_long else rest

    def end(self) -> Iterator[Raw]:
        """The last row, if no newline ends it."""
        if self._rest or self._too_long:
            yield from self._row(self._rest)

    def _row(self, line: bytes) -> Iterator[Raw]:
        self._number = counted(self._number + 1)
        if self._number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if self._too_long:
            self._too_long = False
            yield too_long(self._number)
        elif len(line) > formats.LONGEST_ROW:
            yield too_long(self._number)
        elif line.strip():
            yield Raw(self._number, line.rstrip(b"\r"))


def too_long(line: int) -> Raw:
    """A row that is longer than a row may be."""
    message = f"This row is longer than {formats.LONGEST_ROW} bytes."
    return Raw(line, b"", fault=Fault(pointer="", code="row-too-long", message=message))


class CsvLines:
    """CSV as numbered lines of cells. Raises Invalid where it is no UTF-8 or its quotes fail.

    Lines go to the reader when every quote among them has its fellow; a cell may hold newlines.
    """

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8-sig")()
        self._open: list[str] = []
        self._size = 0
        self._odd = False
        self._rest = ""
        self._read = 0

    def read(self, part: bytes, *, last: bool = False) -> Iterator[tuple[int, list[str]]]:
        """The lines that end in this part; a line's number is that of its first newline."""
        try:
            text = self._rest + self._text.decode(part, last)
        except UnicodeDecodeError:
            raise unusable("encoding", "The CSV is not UTF-8; save it as CSV UTF-8.") from None
        *lines, self._rest = text.split("\n")
        whole: list[str] = []
        for line in lines:
            self._open.append(line + "\n")
            self._size += len(line)
            self._odd ^= bool(line.count('"') % 2)
            if not self._odd:
                whole += self._open
                self._open, self._size = [], 0
        if last:
            whole += [*self._open, *([self._rest] if self._rest else [])]
        elif self._size + len(self._rest) > formats.LONGEST_ROW:
            raise self._broken(self._read + len(whole))
        yield from self._lines(whole)

    def _lines(self, whole: list[str]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(whole, strict=True)
        number = 1
        try:
            for cells in reader:
                yield counted(self._read + number), cells
                number = reader.line_num + 1
        except csv.Error:
            raise self._broken(self._read + reader.line_num) from None
        self._read += len(whole)

    def _broken(self, line: int) -> Exception:
        return unusable("csv", f"The CSV cannot be read from line {line} on; look at its quotes.")
