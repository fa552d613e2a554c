"""Read your writes: a write answers Event-Id, a read with `?after_event=` waits until it is here.

The last event of a write is marked, given an id that tells its time, and told to the writer.
Events of one transaction come into the feed together and in their order, so whoever has passed the
last has applied them all.
Writes are told apart by identity and not by number, since writers commit in any order. Readers
remember for some days which writes they have passed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from kernel import clock
from kernel.access import caller_of
from kernel.ids import made_at, new_id
from kernel.paging import refuse_missing_headers
from kernel.problems import BadRequest, NotFound, Unavailable

HEADER = "Event-Id"

KEPT_DAYS = 7
"""How long a reader remembers."""

_LOOKS, _PAUSE = 40, 0.05
"""Two seconds at most, in looks and seconds between them."""

_END_HERE = text("""
    update outbox set ends_write = true, event_id = :event_id
    where seq = (select seq from outbox where written_in = pg_current_xact_id()::text::bigint
                 order by seq desc limit 1)
    returning event_id
""")
_END = text("""
    insert into outbox (event_id, type, data, ends_write)
    values (:event_id, 'write.ended', '{}', true)
""")
_APPLIED = [
    text("""
        insert into event_applied (event_id)
        select * from unnest(cast(:writes as uuid[])) on conflict do nothing
    """),
    text("""
        delete from event_applied
        where applied_at < clock_timestamp() - make_interval(days => :kept)
    """),
]
# The service's own writes are here from their commit on, in the outbox and then in the feed.
_IS_HERE = text("""
    select exists (select from event_applied where event_id = :event_id)
        or exists (select from outbox where ends_write and event_id = :event_id)
        or exists (select from feed where ends_write and event_id = :event_id)
""")


async def end_of_write(session: AsyncSession, event_id: UUID | None = None) -> str:
    """The id to answer as Event-Id: of the last event that this transaction has written.

    Where it has written none, or where the id was told before, an event that says nothing else is
    its end. Nothing may be announced afterwards.
    """
    if event_id is None:
        found = (await session.execute(_END_HERE, {"event_id": new_id()})).scalar()
        if found is not None:
            return str(found)
    chosen = event_id or new_id()
    await session.execute(_END, {"event_id": chosen})
    return str(chosen)


class TellsItsEnd(APIRoute):
    """A route whose answer to a write bears Event-Id: `APIRouter(route_class=TellsItsEnd)`.

    The end is marked when all else is done and nothing is committed yet, in the transaction that
    the request asked for.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_and_tell(request: Request) -> Response:
            response = await answer(request)
            if request.method not in ("GET", "HEAD"):
                response.headers[HEADER] = await end_of_write(request.state.session)
            return response

        return answer_and_tell


async def remember_writes(session: AsyncSession, writes: Sequence[str]) -> None:
    """Remember, with a page of a neighbour's feed, the writes that ended in it."""
    if writes:
        values = {"writes": [UUID(each) for each in writes], "kept": KEPT_DAYS}
        for statement in _APPLIED:
            await session.execute(statement, values)


async def wait_until_here(request: Request) -> None:
    """Let a request with `?after_event=` pass when that write is here; for all of a service.

    Raises Unavailable (503 not-caught-up) after two seconds, NotFound for what no write can have
    answered, BadRequest for what is no UUID.
    """
    wanted = request.query_params.get("after_event")
    if wanted is None:
        return
    caller_of(request)  # nobody waits, and looks forty times, without a token
    refuse_missing_headers(request)
    event_id = _event_id(wanted)
    if clock.now() - made_at(event_id) > timedelta(days=KEPT_DAYS):
        return  # whatever was written so long ago has long been here
    for _ in range(_LOOKS):
        async with request.app.state.service.database.begin() as session:
            if (await session.execute(_IS_HERE, {"event_id": event_id})).scalar_one():
                return
        await asyncio.sleep(_PAUSE)
    raise Unavailable(
        "What that write changed has not arrived here yet; ask again in a moment.",
        code="not-caught-up",
    )


def _event_id(wanted: str) -> UUID:
    """An id that some write may have answered; raises BadRequest or NotFound for any other.

    We answer UUIDs of version 7, which carry their time: nobody waits for what cannot have been.
    """
    try:
        event_id = UUID(wanted)
    except ValueError:
        raise BadRequest("after_event is an Event-Id that a write answered.") from None
    if event_id.version != 7 or made_at(event_id) > clock.now() + timedelta(minutes=5):
        raise NotFound("No write has answered this Event-Id.", code="no-such-event")
    return event_id


async def after_event_named(
    after_event: Annotated[
        UUID | None,
        Query(description="An Event-Id: answer only when that write is here, else 503."),
    ] = None,
) -> None:
    """Names the parameter on a route that rests on copies; waiting is `wait_until_here`'s."""
