"""The feed: how every fact leaves its owner, and how a neighbour keeps a copy.

A neighbour asks `GET /v1/{service}/feed?after=` with the last position it has seen, and is told
everything; what others are told, `kernel.sharing` says. `complete_until` tells up to which instant
the feed holds everything that was committed, so that a screening can name the positions that its
judges must have reached.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from httpx import AsyncClient
from pydantic_core import from_json, to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.written import remember_writes

_CURSOR = text("select position from reader_cursor where source = :source")
_MOVE_CURSOR = text("""
    insert into reader_cursor (source, position, as_at) values (:source, :position, :as_at)
    on conflict (source) do update set position = excluded.position, as_at = excluded.as_at
""")

Event = dict[str, Any]
Apply = Callable[[AsyncSession, list[Event]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a service keeps of one neighbour: for each type of event, one set statement."""

    source: str
    apply: Mapping[str, Apply]
    forget: Sequence[str] = ()
    """SQL that empties the copy before it is made anew from a snapshot (`jinqiao rebuild`)."""


def said_by(events: Sequence[Event]) -> str:
    """What events say, as one JSON array that a set statement takes apart."""
    return to_json([event["data"] for event in events]).decode()


async def position(session: AsyncSession, source: str) -> int:
    """How far this service's copy of a neighbour has come; 0 before the first event."""
    return int((await session.execute(_CURSOR, {"source": source})).scalar() or 0)


PAGE = 2000
"""Events of a neighbour that are copied in one transaction."""


async def catch_up(
    session: AsyncSession, projection: Projection, feeds: AsyncClient, *, limit: int = PAGE
) -> int:
    """Apply one page of a neighbour's feed to this service's copy; 0 if there was nothing new, and
    `limit` if there is more.

    Only what is kept is asked for; a page looks through so much of a feed and may hold nothing.
    Copy and cursor move in one transaction, so a killed reader neither loses nor repeats.
    """
    after = await position(session, projection.source)
    wanted: dict[str, str | int] = {
        "after": after,
        "limit": limit,
        "types": ",".join(projection.apply),
    }
    answer = await feeds.get(f"/v1/{projection.source}/feed", params=wanted)
    answer.raise_for_status()
    page = from_json(answer.content)
    by_type: dict[str, list[Event]] = {}
    for event in page["items"]:
        by_type.setdefault(event["type"], []).append(event)
    for kind, apply in projection.apply.items():
        if kind in by_type:
            await apply(session, by_type[kind])
    await remember_writes(session, page["writes"])
    if page["next_after"] == after:
        return 0
    is_end = page["next_after"] >= page["head"]
    looked = page["complete_until"] if is_end else page["passed"]
    as_at = page["items"][-1]["time"] if page["items"] else looked
    moved = {
        "source": projection.source,
        "position": page["next_after"],
        "as_at": datetime.fromisoformat(as_at),
    }
    await session.execute(_MOVE_CURSOR, moved)
    return max(1, len(page["items"])) if is_end else limit
