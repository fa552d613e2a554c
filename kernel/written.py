"""Read your writes: a write answers Event-Id, a read with `?after_event=` waits until it is here.

The last event of a write is a mark whose id the writer is told. Events of one transaction come into
the feed together and in their order, so whoever has applied a mark has applied all that was written
before it; marks are compared by identity and not by number, since writers commit in any order.
Readers remember the marks they have applied for some days.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from kernel.access import caller_of
from kernel.ids import new_id
from kernel.problems import BadRequest, Unavailable

MARKS = ("write.marked", "agency.recorded")
"""Types of events that are the last of their write; the gateway's are one event each."""

HEADER = "Event-Id"

KEPT_DAYS = 7
"""How long it is remembered that a mark was applied."""

_LOOKS, _PAUSE = 40, 0.05
"""Two seconds at most, in looks and seconds between them."""

_MARK = text("""
    insert into outbox (event_id, type, data) values (:event_id, 'write.marked', '{}')
""")
_APPLIED = [
    text("""
        insert into event_applied (event_id)
        select * from unnest(cast(:marks as uuid[])) on conflict do nothing
    """),
    text("""
        delete from event_applied
        where applied_at < clock_timestamp() - make_interval(days => :kept)
    """),
]
# The service's own writes are here from their commit on, in the outbox and then in the feed.
_IS_HERE = text("""
    select exists (select from event_applied where event_id = :event_id)
        or exists (select from outbox where type = 'write.marked' and event_id = :event_id)
        or exists (select from feed where type = 'write.marked' and event_id = :event_id)
""")


async def mark(session: AsyncSession, event_id: UUID | None = None) -> str:
    """Mark the end of what this transaction writes; returns the id to answer as Event-Id."""
    chosen = event_id or new_id()
    await session.execute(_MARK, {"event_id": chosen})
    return str(chosen)


async def remember_marks(session: AsyncSession, events: list[dict[str, Any]]) -> None:
    """Remember, with a page of a neighbour's feed, the marks that stood in it."""
    marks = [UUID(event["id"]) for event in events if event["type"] in MARKS]
    if marks:
        for statement in _APPLIED:
            await session.execute(statement, {"marks": marks, "kept": KEPT_DAYS})


async def wait_until_here(request: Request) -> None:
    """Let a request with `?after_event=` pass when that write is here; for all of a service.

    Raises Unavailable (503 not-caught-up) after two seconds, BadRequest for what is no Event-Id.
    """
    wanted = request.query_params.get("after_event")
    if wanted is None:
        return
    caller_of(request)  # nobody waits, and looks forty times, without a token
    try:
        event_id = UUID(wanted)
    except ValueError:
        raise BadRequest("after_event is an Event-Id that a write answered.") from None
    for _ in range(_LOOKS):
        async with request.app.state.service.database.begin() as session:
            if (await session.execute(_IS_HERE, {"event_id": event_id})).scalar_one():
                return
        await asyncio.sleep(_PAUSE)
    raise Unavailable(
        "What that write changed has not arrived here yet; ask again in a moment.",
        code="not-caught-up",
    )


async def after_event_named(
    after_event: Annotated[
        UUID | None,
        Query(description="An Event-Id: answer only when that write is here, else 503."),
    ] = None,
) -> None:
    """Names the parameter on a route that rests on copies; waiting is `wait_until_here`'s."""
