"""Reading facts back: lists with filters on a fact's own fields, and one by its id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import FromClause, Select, and_, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import span, spans
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.readers import note_reader
from kernel.roles import May, Role

Show = Callable[[Keys, Caller, Mapping[str, Any]], BaseModel]


@dataclass(frozen=True, slots=True)
class Reads:
    """How one kind of fact is read: its table, what may be filtered, and how a row is shown."""

    table: FromClause
    """The fact's table, or a subquery that adds columns to it."""
    out: type[BaseModel]
    may: May
    filters: Sequence[str]
    show: Show
    shared: bool = False
    """Whether banks and insurers see it by the divisions they serve, and not only their own."""
    everywhere: bool = False
    """Whether offices see it wherever they serve: it tells of no person and no place."""
    own_page: bool = False
    """Whether one of them is read at an address that its service adds, which shows more."""


async def listed(
    session: AsyncSession,
    reads: Reads,
    keys: Keys,
    caller: Caller,
    wanted: WantedPage,
    filters: Mapping[str, Any],
) -> dict[str, Any]:
    """A page of current facts the caller may see; who reads what is shared is noted."""
    statement = _visible(reads, caller).order_by(reads.table.c.id).limit(wanted.limit + 1)
    if wanted.after:
        statement = statement.where(reads.table.c.id > wanted.after)
    for name, value in filters.items():
        column = reads.table.c[name]
        if value is not None and name == "division":
            lo, hi = span(value)
            statement = statement.where(column >= lo, column < hi)
        elif value is not None:
            statement = statement.where(column == value)
    rows = (await session.execute(statement)).mappings().all()
    if reads.shared:
        await note_reader(session, caller, None)
    page = page_of(rows, wanted, "id")
    return {**page, "items": [reads.show(keys, caller, row) for row in page["items"]]}


async def one(
    session: AsyncSession, reads: Reads, keys: Keys, caller: Caller, fact_id: UUID
) -> BaseModel:
    """One fact by its id; NotFound if there is none the caller may see."""
    return reads.show(keys, caller, await row_of(session, reads, caller, fact_id))


async def row_of(
    session: AsyncSession, reads: Reads, caller: Caller, fact_id: UUID
) -> Mapping[str, Any]:
    """The newest version of one fact as it is stored; NotFound if the caller may see none."""
    statement = _visible(reads, caller).where(reads.table.c.id == fact_id)
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


async def versions(session: AsyncSession, reads: Reads, fact_id: UUID) -> int:
    """How many versions of one fact are on record."""
    counted = select(func.count()).where(reads.table.c.id == fact_id)
    return int((await session.execute(counted)).scalar_one())


def _visible(reads: Reads, caller: Caller) -> Select[Any]:
    """The newest version of each fact in the caller's rows. No divisions, no rows."""
    table = reads.table
    newest: list[Any] = [table.c.superseded_at.is_(None)]
    if "counts_to" in table.c:
        newest.append(table.c.counts_to == literal_column("date 'infinity'"))
    return select(table).where(*newest, _seen(reads, caller))


def _seen(reads: Reads, caller: Caller) -> Any:
    table = reads.table
    if caller.role in (Role.BANK, Role.INSURER) and not reads.shared:
        return table.c.agency == caller.agency
    if reads.everywhere:
        return true()
    ranges = [
        and_(table.c.division >= lo, table.c.division < hi)
        for lo, hi in zip(*spans(caller.divisions), strict=True)
    ]
    return or_(table.c.agency == caller.agency, *ranges)
