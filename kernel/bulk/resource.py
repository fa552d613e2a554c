"""What a service tells the bulk machinery about one kind of fact."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.problems import Fault
from kernel.roles import May
from kernel.service import JSON_BODY_LIMIT


class Outcome(StrEnum):
    """What became of a pushed row. Their counts always add up to the rows received."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the row on one line, and if it was rejected, where and why."""

    line: int
    outcome: Outcome
    id: UUID | None = None
    code: str | None = None
    pointer: str | None = None
    message: str | None = None

    def shown(self) -> dict[str, Any]:
        """The verdict as an answer shows it, without empty fields."""
        fields = {
            "line": self.line,
            "outcome": self.outcome.value,
            "id": str(self.id) if self.id else None,
            "code": self.code,
            "pointer": self.pointer,
            "message": self.message,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in a table a row comes from: the table's headings, and its lines with their cells."""

    headings: Sequence[str]
    lines: Sequence[tuple[int, Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as it came: its line in the file, and its JSON."""

    line: int
    json: bytes
    fault: Fault | None = None
    """Why there is no JSON: what a reader of files found. It may name a line of its own."""
    lines: Mapping[str, int] | None = None
    """The lines of a row's parts, by pointer, if it was put together from several."""
    origin: Origin | None = None
    """Of a row of CSV or XLSX: its cells as they came, to be given back if it is refused."""

    def line_of(self, fault: Fault) -> int:
        """The line on which a fault of this row stands."""
        part = "/".join(fault["pointer"].split("/")[:3])
        return fault.get("line") or (self.lines or {}).get(part, self.line)


@dataclass(frozen=True, slots=True)
class Push:
    """One push in its transaction: who pushes, when, and with which keys."""

    session: AsyncSession
    caller: Caller
    keys: Keys
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a well-formed row cannot be stored: where in the row, and what to do."""

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Cells:
    """A sheet: its lines, each cell text or a number, and whether its days count from 1904."""

    lines: Iterable[Sequence[Any]]
    from_1904: bool = False


Columns = Mapping[str, Any]
Sheet = Callable[[Cells, int | None], Iterator[Raw]]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of fact: how it is written, stored, resolved and announced.

    `resolve` and `after` are set statements over the temporary table `pushed`, which has the
    fact's own columns besides `line`, `outcome`, `code` and `waits_for`. `resolve` fills keys
    and may set an outcome (rejected with a code of `rejections`, or pending with `waits_for`);
    `after` runs once the rows are stored and announces those that were accepted.
    """

    name: str
    thing: str
    model: type[BaseModel]
    table: Table
    number: tuple[str, ...]
    """Columns that identify the fact among its agency's, once resolved."""
    write: May
    columns: Callable[[Push, Any], Columns]
    resolve: Callable[[Push], Awaitable[None]]
    after: Callable[[Push], Awaitable[None]]
    rejections: Mapping[str, Rejection]
    shared_number: bool = False
    """Whether agencies share the numbering, so that two of them may push the same thing."""
    era: str | None = None
    """Column that tells a new report from a correction of an old one (`as_at`), if any."""
    amount: Callable[[Any], Decimal] | None = None
    """What a declaration's control total adds up."""
    sheet: Sheet | None = None
    """Reads an XLSX that is laid out otherwise than one row a line."""
    findings: Callable[[Push, UUID], Awaitable[list[dict[str, Any]]]] | None = None
    """What law says of one fact just pushed, for the answer of a single push."""
    largest: int = JSON_BODY_LIMIT
    """Bytes of a single push: what the longest row that its model takes may have."""


@dataclass(frozen=True, slots=True)
class Row:
    """A valid row: its line, its JSON as it came, and what it says."""

    line: int
    json: bytes
    value: Any


def count(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many rows came to which outcome; all five are named, and they add up."""
    counts = dict.fromkeys(Outcome, 0)
    for verdict in verdicts:
        counts[verdict.outcome] += 1
    return {"received": sum(counts.values()), **{key.value: n for key, n in counts.items()}}
