"""A file of rows as it arrives: unpacked, cut into rows and counted while it is still coming.

Nothing but the part in hand is held, an XLSX excepted, whose parts only its end explains.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Protocol

from starlette.requests import ClientDisconnect, Request

from kernel.bulk import formats
from kernel.bulk.formats import CSV, NDJSON, XLSX, sheets
from kernel.bulk.formats.columns import Rows
from kernel.bulk.formats.layout import Layout
from kernel.bulk.formats.lines import CsvLines, Ndjson
from kernel.bulk.formats.unpacking import Gzip, Plain
from kernel.bulk.resource import Raw, Sheet
from kernel.problems import BadRequest, PayloadTooLarge, UnsupportedMediaType

_AT_ONCE = 1000
"""Rows that are taken from a workbook at once."""

_WORKBOOKS = asyncio.Semaphore(2)
"""How many workbooks are read at once: each may take a few GiB for a moment. Who waits holds no
thread, since who reads needs one."""


class _Reader(Protocol):
    def read(self, part: bytes) -> Iterator[Raw]: ...

    def end(self) -> Iterator[Raw]: ...


class _Csv:
    """CSV as rows."""

    def __init__(self, layout: Layout) -> None:
        self._lines = CsvLines()
        self._rows = Rows(layout)

    def read(self, part: bytes) -> Iterator[Raw]:
        for number, cells in self._lines.read(part):
            yield from self._rows.line(number, cells)

    def end(self) -> Iterator[Raw]:
        for number, cells in self._lines.read(b"", last=True):
            yield from self._rows.line(number, cells)
        yield from self._rows.end()


class Arrival:
    """The rows of one request's body, in the order of the file.

    Raises UnsupportedMediaType at once; `some()` raises PayloadTooLarge, and Invalid for a file
    that cannot be read.
    """

    def __init__(
        self,
        request: Request,
        layout: Layout,
        *,
        sheet: Sheet | None = None,
        generation: int | None = None,
    ) -> None:
        self._request = request
        self._layout = layout
        self._sheet = sheet
        self._generation = generation
        self._sum = hashlib.sha256()
        headers = request.headers
        self.media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.media_type not in (NDJSON, CSV, XLSX):
            raise UnsupportedMediaType(f"Send bulk rows as {NDJSON}, {CSV} or {XLSX}.")
        encoding = headers.get("content-encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip"):
            raise UnsupportedMediaType("Of content encodings only gzip is taken.")
        self._unpacking: Callable[[], Gzip | Plain] = Gzip if encoding == "gzip" else Plain

    @property
    def strict(self) -> bool:
        """Whether the rows say which values are numbers."""
        return formats.is_typed(self.media_type)

    @property
    def sha256(self) -> str:
        """Of what has arrived, unpacked."""
        return self._sum.hexdigest()

    def some(self) -> AsyncGenerator[Sequence[Raw], None]:
        """The rows, some at a time."""
        return self._of_workbook() if self.media_type == XLSX else self._of_text()

    async def _of_text(self) -> AsyncGenerator[Sequence[Raw], None]:
        reader: _Reader = Ndjson() if self.media_type == NDJSON else _Csv(self._layout)
        unpacking = self._unpacking()
        size = 0
        async for part in self._parts():
            size += len(part)
            if size > formats.BODY_LIMIT:
                raise PayloadTooLarge(f"The body is larger than {formats.BODY_LIMIT} bytes.")
            steps = unpacking.read(part)
            while (rows := await asyncio.to_thread(self._step, steps, reader)) is not None:
                yield rows
        unpacking.end()
        yield await asyncio.to_thread(lambda: list(reader.end()))

    async def _parts(self) -> AsyncGenerator[bytes, None]:
        try:
            async for part in self._request.stream():
                yield part
        except ClientDisconnect:  # nobody hears this, but it is no failure of ours
            raise BadRequest("The body was cut short; send it again.") from None

    def _step(self, steps: Iterator[bytes], reader: _Reader) -> list[Raw] | None:
        """The rows of the next step of unpacking; None if the part is used up."""
        piece = next(steps, None)
        if piece is None:
            return None
        self._sum.update(piece)
        return list(reader.read(piece))

    async def _of_workbook(self) -> AsyncGenerator[Sequence[Raw], None]:
        body = await self._whole()
        self._sum.update(body)
        async with _WORKBOOKS:
            rows = self._rows_of_workbook(body)
            try:
                while some := await asyncio.to_thread(lambda: list(islice(rows, _AT_ONCE))):
                    yield some
            finally:
                with suppress(ValueError):  # a thread of a request that was cancelled still reads
                    await asyncio.to_thread(rows.close)

    async def _whole(self) -> bytearray:
        """The whole body, unpacked; PayloadTooLarge as soon as it passes the limit."""
        unpacking, whole, sent = self._unpacking(), bytearray(), 0

        def take(part: bytes) -> None:
            for step in unpacking.read(part):
                whole.extend(step)
                if len(whole) > formats.WORKBOOK_LIMIT:
                    raise PayloadTooLarge(f"The body is more than {formats.WORKBOOK_LIMIT} bytes.")

        async for part in self._parts():
            sent += len(part)
            if sent > formats.WORKBOOK_LIMIT:
                raise PayloadTooLarge(f"The body is larger than {formats.WORKBOOK_LIMIT} bytes.")
            await asyncio.to_thread(take, part)
        unpacking.end()
        return whole

    def _rows_of_workbook(self, body: bytearray) -> Generator[Raw, None, None]:
        with sheets.opened(body) as cells:
            if self._sheet:
                yield from self._sheet(cells, self._generation)
                return
            rows = Rows(self._layout, from_1904=cells.from_1904)
            for number, line in enumerate(cells.lines, start=1):
                yield from rows.line(number, line)
            yield from rows.end()
