"""The feed as sister services read it: every event, whole."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.crypto import Keys
from kernel.sharing.months import FLOOR, keys_for_reading
from kernel.sharing.standing import SnapshotRequired

WINDOW = 10_000
"""Positions that one page looks through at most: so a page costs the same however far behind its
reader is. Without an end to look to, the planner sorted all that was left of the feed each time."""

# One statement, one snapshot: an event in neither outbox nor page was not committed yet. Who asks
# for some types goes past the others: after a page that is not full he is where he has looked to.
# He hears which writes ended in what he passes (kernel/written.py); an event that says nothing else
# is in nobody's page. What is sorted is narrow, and the outbox is looked at where it begins: an
# aggregate over all of it read every page that the relay had emptied. A row's number and its time
# are given at once, so out of order are at most as many rows as there are sessions, never 1,000.
_PAGE = text(f"""
    with seen_to as (
        select greatest(:after, least(cast(:after as bigint) + :window, position)) as position
        from feed_head
    ),
    first as (
        select position from feed
        where position > :after and position <= (select position from seen_to)
          and type <> 'write.ended'
          and (cast(:types as text[]) is null or type = any(:types))
        order by position limit :limit
    ),
    upto as (
        select case when (select count(*) from first) = :limit
                    then coalesce((select max(position) from first), :after)
                    else (select position from seen_to) end as position
    ),
    told as (
        select json_build_object(
            'next_after', (select position from upto),
            'writes', (select coalesce(json_agg(event_id), '[]') from feed
                       where ends_write and position > :after
                         and position <= (select position from upto)),
            'head', (select position from feed_head),
            'passed', (select recorded_at from feed
                       where position = (select position from upto)),
            'complete_until', coalesce(
                (select min(recorded_at)
                 from (select recorded_at from outbox order by seq limit 1000) as oldest),
                clock_timestamp())
        )::text as told
    )
    select told, ({FLOOR}) as floor, month, event_id, sealed, data::text as data,
           json_build_object(
               'specversion', '1.0', 'id', event_id, 'source', cast(:source as text),
               'type', type, 'time', recorded_at, 'position', position)::text as envelope
    from told left join feed
        on position > :after and position <= (select position from upto)
        and type <> 'write.ended' and (cast(:types as text[]) is null or type = any(:types))
    order by position
""")


async def whole_page(
    session: AsyncSession,
    keys: Keys,
    service: str,
    after: int,
    limit: int,
    types: list[str] | None,
) -> str:
    """Everything after a position, as JSON text.

    Raises SnapshotRequired when something after it is not to be had any more.
    """
    wanted = {
        "after": after,
        "limit": limit,
        "window": WINDOW,
        "source": f"/v1/{service}",
        "types": types,
    }
    rows = (await session.execute(_PAGE, wanted)).all()
    if limit and after < rows[0].floor:
        raise SnapshotRequired
    found = [row for row in rows if row.event_id is not None]
    opening = await keys_for_reading(session, keys, {row.month for row in found if row.sealed})
    items = ",".join(f'{row.envelope[:-1]},"data":{data_of(row, opening)}}}' for row in found)
    return f'{rows[0].told[:-1]},"items":[{items}]}}'


def data_of(row: Any, opening: Any) -> str:
    """What an event of the feed says, as JSON text; SnapshotRequired if its key is destroyed."""
    if row.sealed is None:
        return str(row.data)
    if row.month not in opening:
        raise SnapshotRequired
    return str(opening[row.month].whole(row.event_id, row.data, row.sealed))
