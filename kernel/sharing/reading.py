"""A page of the feed as an outside reader may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.readers import note_reader
from kernel.sharing.events import EventType, Towards
from kernel.sharing.months import MonthKey, keys_for_reading
from kernel.sharing.standing import check_standing, has_read
from kernel.sharing.visibility import SEEN, grants_of
from kernel.sharing.whole import data_of

WINDOW = 20_000
"""Positions that one page looks through at most: a reader who may see little of a long feed gets
short pages, even empty ones, but none that takes long."""


class CloudEvent(BaseModel):
    """An event in the JSON format of CloudEvents 1.0, with its place in the feed."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(examples=["/v1/registry"])
    type: str = Field(examples=["need.recorded"])
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    position: int
    data: dict[str, Any]
    """What the type says: see the description of events (docs/asyncapi)."""


class FeedPage(BaseModel):
    """Events of a feed, oldest first, and where to go on."""

    items: list[CloudEvent]
    next_after: int
    """Ask after this one next. It also goes past events that are not yours to see."""


# One statement, one snapshot. A page that is full ends at its last event; any other where it has
# looked to, which is where the feed ends unless that is further away than a window.
_PAGE = text(f"""
    with asked as (select cast(:after as bigint) as position),
    upto as (
        select greatest(a.position, least(a.position + {WINDOW}, h.position)) as position
        from asked a, feed_head h),
    page as (
        select position, month, event_id, type, data::text as data, sealed, recorded_at from feed
        where position > (select position from asked)
          and position <= (select position from upto) and {SEEN}
        order by position limit :limit)
    select (select position from upto) as upto, (select position from feed_head) as head, page.*
    from (select) as always left join page on true
    order by page.position
""")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asks for."""

    after: int
    limit: int
    types: list[str] | None


def in_order(types: Iterable[str] | None) -> list[str] | None:
    """The types that a reader names, each once."""
    return None if types is None else sorted(set(types))


async def page_for(
    session: AsyncSession,
    source: str,
    catalogue: Mapping[str, EventType],
    towards: Towards,
    wish: Wish,
) -> tuple[FeedPage, bool]:
    """What a reader may see after a position, and whether the feed ends there.

    Raises SnapshotRequired when his grants have grown since he read last.
    """
    caller = towards.caller
    grants = await grants_of(session, caller, catalogue.values())
    await check_standing(session, caller, grants, wish.types, wish.after)
    asked = {"after": wish.after, "limit": wish.limit, **grants.sees(wish.types)}
    rows = (await session.execute(_PAGE, asked)).all()
    found = [row for row in rows if row.position is not None]
    is_full = len(found) == wish.limit
    next_after = found[-1].position if is_full and found else rows[0].upto
    if wish.limit == 0:
        next_after = wish.after
    await has_read(session, caller, wish.types, wish.after, next_after)
    await note_reader(session, caller, wish.after)
    opening = await keys_for_reading(
        session, towards.keys, {row.month for row in found if row.sealed}
    )
    items = [_told(row, source, catalogue, towards, opening) for row in found]
    page = FeedPage(items=items, next_after=next_after)
    return page, next_after >= rows[0].head


def _told(
    row: Any,
    source: str,
    catalogue: Mapping[str, EventType],
    towards: Towards,
    opening: Mapping[date, MonthKey],
) -> CloudEvent:
    return CloudEvent(
        id=row.event_id,
        source=f"/v1/{source}",
        type=row.type,
        time=row.recorded_at,
        position=row.position,
        data=catalogue[row.type].told(towards, from_json(data_of(row, opening))),
    )
