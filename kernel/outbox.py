"""The outbox: an event is written with its cause; the relay gives it its place in the feed.

Services write `insert into outbox … select …` in their `queries.py`, one statement for a whole
push. Whoever writes events of a household holds that household's lock, so that the order of the
outbox is the order of its facts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

_ANNOUNCE = text("""
    insert into outbox (type, household_key, agency, division, places, data)
    values (:type, :household_key, :agency, :division, cast(:places as text[]),
            cast(:data as json))
    returning event_id
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
