"""Outbox and relay: an event is written with its cause, then gets a dense position in the feed.

Services write `insert into outbox … select …` in their `queries.py`, one statement for a whole
push. Whoever writes events of a household holds that household's lock, so that the order of the
outbox is the order of its facts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock

_ANNOUNCE = text("""
    insert into outbox (type, household_key, agency, division, places, data)
    values (:type, :household_key, :agency, :division, cast(:places as text[]),
            cast(:data as json))
    returning event_id
""")

# Three statements on purpose: locking, moving and advancing the head in one clever CTE emptied the
# outbox and left the feed as it was (design/speed.md, pitfall 2).
_LOCK_HEAD = text("select position from feed_head for update")
_MOVE = text("""
    with moved as (
        delete from outbox where seq in (select seq from outbox order by seq limit :batch)
        returning *
    )
    insert into feed (position, event_id, type, household_key, agency, division, places, data,
                      recorded_at, ends_write)
    select :head + row_number() over (order by seq), event_id, type, household_key, agency,
           division, places, data, recorded_at, ends_write
    from moved
""")
_ADVANCE = text("update feed_head set position = position + :moved")
_NOTE_DAY = text("""
    insert into feed_day (day, until) values (:day, :until)
    on conflict (day) do update set until = excluded.until
""")


def announcing(told: str, *outcomes: str, rows: str = "pushed") -> TextClause:
    """The statement that announces what a push has changed.

    `told` selects type, household_key, agency, division and data `from {rows}`; `outcomes` are
    those of the rows to announce, without any accepted and superseded ones.
    """
    chosen = ", ".join(f"'{each}'" for each in outcomes or ("accepted", "superseded"))
    pushed = f"{rows} where outcome in ({chosen}) order by line"
    return text(f"""
        insert into outbox (type, household_key, agency, division, data)
        {told.format(rows=pushed)}
    """)


async def announce(
    session: AsyncSession,
    kind: str,
    data: str,
    *,
    agency: str | None = None,
    division: str | None = None,
    household_key: Any = None,
    places: Sequence[str] | None = None,
) -> Any:
    """Record one event in the transaction that causes it; returns its id. `data` is JSON.

    `places` are divisions that it concerns besides `division`.
    """
    values: Mapping[str, Any] = {
        "type": kind,
        "household_key": household_key,
        "agency": agency,
        "division": division,
        "places": None if places is None else list(places),
        "data": data,
    }
    return (await session.execute(_ANNOUNCE, values)).scalar_one()


async def relay(session: AsyncSession, *, batch: int = 10_000) -> int:
    """Move up to a batch of events from outbox to feed; returns how many.

    Positions have no gaps and follow the outbox's order. The row lock on the head makes a second
    relay wait, so it may run in any number of processes.
    """
    head = (await session.execute(_LOCK_HEAD)).scalar_one()
    moved = (await session.execute(_MOVE, {"batch": batch, "head": head})).rowcount  # type: ignore[attr-defined]
    if moved:
        await session.execute(_ADVANCE, {"moved": moved})
        await session.execute(_NOTE_DAY, {"day": clock.today(), "until": head + moved})
    return int(moved)
