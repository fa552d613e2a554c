"""Who reads what we share: one row a reader a day, announced when it is made (SHARE-02).

A bank or insurer reads by following a feed, or by asking for a list that is shared with it
(docs/decisions/0016). Sister services are no readers in this sense.
"""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.outbox import announce
from kernel.roles import Role

_FIRST_OF_THE_DAY = text("""
    insert into feed_reader (service, agency, day, position)
    values (current_schema(), :agency, :day, :position)
    on conflict do nothing returning service
""")
_FURTHER = text("""
    update feed_reader set position = :position
    where service = current_schema() and agency = :agency and day = :day
      and coalesce(position, -1) < :position
""")
_COPY = text("""
    insert into feed_reader (service, agency, day, position)
    select r.service, r.agency, r.day, r.position
    from jsonb_to_recordset(cast(:events as jsonb))
        as r(service text, agency text, day date, position bigint)
    on conflict do nothing
""")


async def note_reader(session: AsyncSession, caller: Caller, position: int | None) -> None:
    """Record that a bank or insurer read today, up to a position of the feed or in a list.

    The first time of a day is announced (`feed.read`). Others are not recorded: SHARE-02 asks
    nothing of them.
    """
    if caller.role not in (Role.BANK, Role.INSURER):
        return
    read = {"agency": caller.agency, "day": clock.today(), "position": position}
    service = (await session.execute(_FIRST_OF_THE_DAY, read)).scalar()
    if service:
        data = json.dumps({"service": service, **read}, default=str)
        await announce(session, "feed.read", data, agency=caller.agency)
    elif position is not None:
        await session.execute(_FURTHER, read)


async def copy_readers(session: AsyncSession, events: list[dict[str, Any]]) -> None:
    """Keep who read a neighbour, and on which day."""
    data = json.dumps([event["data"] for event in events])
    await session.execute(_COPY, {"events": data})
