r"""Manifests: how many events a reader should have of one day, and a root of their ids.

A day's events are those that the feed took in on it (the calendar day in the province). They stand
in the feed after the position `after` and up to the position `until`.

How to recompute the root: take the ids of the events that you have with
`after < position <= until`, in order of position, as lower-case UUIDs with hyphens; join them with
a line feed (0x0A) between two and none at the end; SHA-256 over these ASCII bytes, in lower-case
hex. Of no event at all: SHA-256 of nothing.

    mine = sorted((e["position"], e["id"]) for e in events
                  if manifest["after"] < e["position"] <= manifest["until"])
    root = hashlib.sha256("\n".join(id for _, id in mine).encode()).hexdigest()
    assert (len(mine), root) == (manifest["count"], manifest["root"])
"""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.problems import NotFound
from kernel.sharing.months import floor_of
from kernel.sharing.standing import SnapshotRequired
from kernel.sharing.visibility import SEEN, Grants

_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Manifest(BaseModel):
    """What a reader should have of one day, under his present grants."""

    day: date
    is_final: bool
    """False while the day lasts: then it speaks of what there was when it was asked for."""
    after: int
    """The position before the first; that of the day, or the one asked for."""
    until: int
    """The last position, included."""
    count: int
    root: str = Field(pattern="^[0-9a-f]{64}$", examples=[_EMPTY])
    """SHA-256 of the ids in order of position, joined with line feeds."""


# A relay that is at work may still add to a day that is just over: wait for it.
_WAIT = text("select from feed_head for share")
_DAY = text("""
    select coalesce((select until from feed_day where day < :day order by day desc limit 1), 0)
               as after,
           (select until from feed_day where day = :day) as until
""")
_COUNT = text(rf"""
    select count(*) as events, encode(sha256(convert_to(coalesce(
        string_agg(cast(event_id as text), E'\n' order by position), ''), 'UTF8')), 'hex') as root
    from feed where position > :after and position <= :until and {SEEN}
""")


async def manifest_of(
    session: AsyncSession,
    caller: Caller,
    grants: Grants,
    day: date,
    types: list[str] | None,
    part: tuple[int | None, int | None],
) -> Manifest:
    """What a reader should have of a day, or of the part between two positions of it.

    Raises NotFound for a day to come, SnapshotRequired for one that is no longer kept, and NotFound
    for positions that are not the day's.
    """
    today = clock.today()
    if day > today:
        raise NotFound
    await session.execute(_WAIT)
    bounds = (await session.execute(_DAY, {"day": day})).one()
    after, until = bounds.after, max(bounds.after, bounds.until or 0)
    first, last = (
        given if given is not None else own for given, own in zip(part, (after, until), strict=True)
    )
    if after < await floor_of(session) and until > after:
        raise SnapshotRequired
    if not after <= first <= last <= until:
        raise NotFound(f"This day's events stand after position {after} and up to {until}.")
    asked: dict[str, Any] = {"after": first, "until": last, **grants.sees(types)}
    counted = (await session.execute(_COUNT, asked)).one()
    return Manifest(
        day=day,
        is_final=day < today,
        after=first,
        until=last,
        count=counted.events,
        root=counted.root,
    )
