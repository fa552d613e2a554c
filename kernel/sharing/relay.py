"""The relay: from the outbox to the feed, with dense positions, people's data encrypted.

Positions have no gaps and follow the outbox's order. The row lock on the head makes a second relay
wait, so it may run in any number of processes, and one that is killed leaves everything as it was.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.crypto import Keys
from kernel.database import copy_rows
from kernel.sharing.events import EventType
from kernel.sharing.months import key_for_writing, month_of

# Single statements on purpose: locking, moving and advancing the head in one clever CTE emptied the
# outbox and left the feed as it was (design/speed.md, pitfall 2).
_LOCK_HEAD = text("select position from feed_head for update")
# A range and not a list of what to take: the statistics of a table that is empty most of the time
# make the planner compare each row with each number of a list.
_TAKE = text("""
    delete from outbox where seq <= (
        select max(seq) from (select seq from outbox order by seq limit :batch) as first)
    returning seq, event_id, type, household_key, agency, division, places, recorded_at,
              ends_write, data::text as data
""")
_ADVANCE = text("update feed_head set position = position + :moved")
_NOTE_DAY = text("""
    insert into feed_day (day, until) values (:day, :until)
    on conflict (day) do update set until = excluded.until
""")
_COLUMNS = (
    *("position", "month", "event_id", "type", "household_key", "agency", "division", "places"),
    *("recorded_at", "ends_write", "data", "sealed"),
)


BATCH = 10_000
"""Events that one transaction moves at most."""

_seq = attrgetter("seq")


async def relay(
    session: AsyncSession, keys: Keys, catalogue: Mapping[str, EventType], *, batch: int = BATCH
) -> int:
    """Move up to a batch of events from outbox to feed; returns how many.

    An event of a type that nobody has declared is encrypted whole.
    """
    head = (await session.execute(_LOCK_HEAD)).scalar_one()
    taken = (await session.execute(_TAKE, {"batch": batch})).all()
    if not taken:
        return 0
    today = clock.today()
    month = month_of(today)
    key = await key_for_writing(session, keys, month)
    rows: list[tuple[Any, ...]] = []
    for position, event in enumerate(sorted(taken, key=_seq), start=head + 1):
        _, *columns, data = event
        known = catalogue.get(event.type)
        sealed = key.seal(event.event_id, data, known.personal if known else None)
        rows.append((position, month, *columns, *sealed))
    await copy_rows(session, "feed", _COLUMNS, rows)
    await session.execute(_ADVANCE, {"moved": len(rows)})
    await session.execute(_NOTE_DAY, {"day": today, "until": head + len(rows)})
    return len(rows)
