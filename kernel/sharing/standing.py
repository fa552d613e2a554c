"""Whether a reader may go on from where he is: 410 `snapshot-required` when his grants have grown.

A reader is a client with the types it asks for. Who is granted more (a division, a member bank, a
scope) does not hear from the feed what happened there before he was: he must begin anew, with a
snapshot or at position 0. The grants he last read under are kept. Fewer grants are taken over at
once, so that whoever loses a division and gets it back has missed something, and is told so.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.division import contains
from kernel.problems import Gone
from kernel.sharing.months import floor_of
from kernel.sharing.visibility import Grants


class SnapshotRequired(Gone):
    """The feed alone would leave gaps: what you may see has grown since you read last, or what
    comes after this position is no longer kept. Take a snapshot and go on from the position it
    ends at; while the whole feed is kept you may also read again from position 0."""

    code = "snapshot-required"


_HELD = text("""
    select held, reached, must_reach from reader_grant
    where client_id = :client_id and types = :types
""")
_HOLD = text("""
    insert into reader_grant (client_id, types, agency, held, reached, must_reach)
    values (:client_id, :types, :agency, cast(:held as jsonb), :reached,
            case when cast(:reached as bigint) is not null
                 then (select position from feed_head) end)
    on conflict (client_id, types) do update
    set held = excluded.held, reached = excluded.reached, must_reach = excluded.must_reach
""")
_SHRINK = text("""
    update reader_grant set held = cast(:held as jsonb)
    where client_id = :client_id and types = :types
""")
# A reader who began anew may ask again for what he has had, until he has passed where the feed
# was when he began; from then on he is a reader like any other.
_COVER = text("""
    update reader_grant
    set reached = case when :position < must_reach then greatest(reached, :position) end,
        must_reach = case when :position < must_reach then must_reach end
    where client_id = :client_id and types = :types and must_reach is not null
      and reached >= :after
""")
_HAS_ALL = text("""
    update reader_grant set held = cast(:held as jsonb), reached = null, must_reach = null
    where client_id = :client_id and (cast(:types as text) = '' or types = :types)
""")


async def check_standing(
    session: AsyncSession, caller: Caller, grants: Grants, types: list[str] | None, after: int
) -> None:
    """Let a reader go on from a position under his present grants, or raise SnapshotRequired."""
    if after < await floor_of(session):
        raise SnapshotRequired
    reader = _reader(caller, types)
    now = {**reader, "agency": caller.agency, "held": json.dumps(asdict(grants))}
    found = (await session.execute(_HELD, reader)).first()
    if found is None:
        await session.execute(_HOLD, now | {"reached": None})
        return
    if has_grown(found.held, grants):
        if after > 0:
            raise SnapshotRequired
        await session.execute(_HOLD, now | {"reached": 0})
        return
    if found.reached is not None and after > found.reached:
        raise SnapshotRequired
    if found.held != json.loads(now["held"]):
        await session.execute(_SHRINK, reader | {"held": now["held"]})


async def has_read(
    session: AsyncSession, caller: Caller, types: list[str] | None, after: int, position: int
) -> None:
    """Note how far a reader has come who had to begin anew."""
    reached = {"after": after, "position": position}
    await session.execute(_COVER, _reader(caller, types) | reached)


async def has_snapshot(
    session: AsyncSession, caller: Caller, types: list[str] | None, held: Mapping[str, Any]
) -> None:
    """A client has a snapshot that was made under these grants: it may go on from there."""
    has = {**_reader(caller, types), "held": json.dumps(held)}
    await session.execute(_HAS_ALL, has)


def has_grown(held: dict[str, Any], grants: Grants) -> bool:
    """Whether something may be seen now that could not be seen under the grants held then."""
    more = any(
        set(getattr(grants, name)) - set(held[name])
        for name in ("agencies", "to_all", "to_owner", "by_place", "overlapping")
    )
    return more or not all(contains(held["divisions"], each) for each in grants.divisions)


def _reader(caller: Caller, types: list[str] | None) -> dict[str, Any]:
    return {"client_id": caller.client_id, "types": ",".join(types or [])}
