"""What is new in a feed, counted for many readers at once, for whoever tells them that there is.

The exchange's own dispatcher of webhooks asks it: of which subjects a reader may see something new,
from which position to which, and how many events. What they say it does not learn. Only a token
of the exchange itself may ask, because it asks for others.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.problems import Forbidden
from kernel.roles import GRANTS, ROLE_OF_AGENCY, AgencyType, Kind, May, Role
from kernel.sharing.events import EventType
from kernel.sharing.visibility import SEEN, grants_of

MOST_READERS = 500

HELD = timedelta(seconds=60)
"""How long news waits for the end of a push that is still being worked, so that it is told once."""

# A reader without a position is told of what was recorded since he became one.
_NEWS = text(f"""
    select split_part(type, '.', 1) as subject, array_agg(distinct type order by type) as types,
           min(position) as first_position, max(position) as last_position,
           count(*) as events, min(recorded_at) as begun_at, max(recorded_at) as occurred_at
    from feed
    where position > :start and position <= :head and type <> 'write.ended' and {SEEN}
    group by 1 order by 3
""")
_START = text("""
    select position from feed where recorded_at < :since order by position desc limit 1
""")
_HEAD = text("""
    select position, exists (select from job where finished_at is null) as pushing
    from feed_head
""")


class Reader(BaseModel):
    """Somebody who may be told: which agency, of which types, and how far he has heard."""

    id: str
    agency: str
    agency_type: AgencyType
    divisions: list[str]
    types: list[str] | None
    after: int | None
    since: datetime


class Readers(BaseModel):
    """Who may be told."""

    readers: Annotated[list[Reader], Field(max_length=MOST_READERS)]


class Item(BaseModel):
    """News for one reader, of one subject: what the types have in common before the dot."""

    id: str
    subject: str
    types: list[str]
    first_position: int
    last_position: int
    events: int
    occurred_at: datetime


class NewsOut(BaseModel):
    """What is new, and by reader up to which position it was looked for."""

    items: list[Item]
    upto: dict[str, int]


def news_routes(service: str) -> APIRouter:
    """`POST /feed/news` of a service, for the exchange's own dispatcher."""
    router = APIRouter(tags=["sharing"])

    @router.post("/feed/news", operation_id=f"count_{service}_news")
    async def count_news(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, allowed_to(May.FEED_READ)],
        asked: Readers,
    ) -> NewsOut:
        """What is new for some readers, counted by subject: for the exchange's own dispatcher."""
        if caller.role != Role.SERVICE:
            raise Forbidden("Only the exchange itself asks for others.")
        return await news(session, asked.readers, request.app.state.service.shares.events.values())

    return router


async def news(
    session: AsyncSession, readers: Sequence[Reader], catalogue: Iterable[EventType]
) -> NewsOut:
    """What each reader may see between his position and the head, by subject.

    While a push is being worked, news that is younger than a minute is left for the next time, so
    that a push of many chunks is told once.
    """
    head = (await session.execute(_HEAD)).one()
    young = clock.now() - HELD if head.pushing else None
    items: list[Item] = []
    upto: dict[str, int] = {}
    for reader in readers:
        start = await _start_of(session, reader)
        asked = {"start": start, "head": head.position, **await _sees(session, reader, catalogue)}
        found = (await session.execute(_NEWS, asked)).mappings().all()
        if young and any(row["begun_at"] > young for row in found):
            upto[reader.id] = start
            continue
        items += [Item.model_validate({"id": reader.id, **row}) for row in found]
        upto[reader.id] = max(start, head.position)
    return NewsOut(items=items, upto=upto)


async def _start_of(session: AsyncSession, reader: Reader) -> int:
    if reader.after is not None:
        return reader.after
    return int((await session.execute(_START, {"since": reader.since})).scalar() or 0)


async def _sees(
    session: AsyncSession, reader: Reader, catalogue: Iterable[EventType]
) -> dict[str, Any]:
    """What a client of the reader's agency sees in the feed, if it has all scopes of its role."""
    role = ROLE_OF_AGENCY[reader.agency_type]
    caller = Caller(
        client_id="webhooks",
        sub="webhooks",
        agency=reader.agency,
        role=role,
        kind=Kind.SYSTEM,
        divisions=tuple(reader.divisions),
        scope=frozenset(GRANTS[role]),
    )
    return (await grants_of(session, caller, catalogue)).sees(reader.types)
