"""Snapshots: what a reader may see as it stands, and the position of the feed to go on from.

A snapshot is made by the worker, chunk by chunk, from what its service stores and not from old
events, so it reaches back further than the feed. Its position is where the feed was when it was
begun: rows that have changed since are told as they were when their chunk was made, and told again
by the feed. Whoever applies all rows and then all events after the position has missed nothing.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zlib import compress, decompress

from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.database import Database
from kernel.ids import new_id
from kernel.paging import WantedPage, page_of
from kernel.problems import Conflict, NotFound
from kernel.readers import note_reader
from kernel.roles import Kind, Role
from kernel.sharing.events import EventType, Towards
from kernel.sharing.standing import SnapshotRequired, has_grown, has_snapshot
from kernel.sharing.visibility import SEEN, Grants, grants_of

KEPT = timedelta(days=7)
"""How long a snapshot can be fetched."""

CHUNK = 1_000
"""Things told in one transaction of the worker."""

_COLUMN = "snapshot"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a service finds what some types of event tell, as it stands."""

    types: Sequence[str]
    table: str
    key: str
    """What tells one thing from another: a UUID with an index."""
    told: str
    """SQL that tells rows as events: type, agency, division and data, `from {rows}`."""
    where: str = "superseded_at is null"
    places: str = "null"


class SnapshotIn(BaseModel):
    """Which snapshot is wanted."""

    model_config = ConfigDict(extra="forbid")

    types: Annotated[list[str], Field(min_length=1, max_length=50)] | None = None
    """Only these; all if left out. Name the types that you read the feed with."""


def snapshot_in(service: str, announced: Sequence[str]) -> type[SnapshotIn]:
    """The same, of a service that announces these types."""
    one: Any = Literal[*announced]
    some = Annotated[list[one], Field(min_length=1, max_length=50)] | None
    return create_model(
        f"{service.title()}SnapshotIn",
        __base__=SnapshotIn,
        __doc__=SnapshotIn.__doc__,
        types=(some, None),
    )


class SnapshotOut(BaseModel):
    """A snapshot and how far it is."""

    snapshot_id: UUID
    state: Literal["queued", "done"]
    types: list[str] | None
    """Those asked for; null: all."""
    tells: list[str]
    """Of these, the types that tell how something stands; others tell what happened, and are in
    the feed alone."""
    asked_at: datetime
    position: int | None
    """Read the feed after this one next. Null until the snapshot is begun."""
    rows: int
    """Rows so far; all when it is done."""
    parts: int
    """Parts so far, each of which can be fetched by itself."""
    made_at: datetime | None
    until: datetime
    """When it is thrown away."""


_SHOWN = """
    snapshot_id, state, types, asked_at, position, rows, chunk_no as parts, made_at,
    asked_at + cast(:kept as interval) as until
"""
_ASK = text(f"""
    insert into snapshot (snapshot_id, client_id, agency, role, divisions, scopes, grants, types,
                          state, rows, asked_at)
    values (:snapshot_id, :client_id, :agency, :role, cast(:divisions as jsonb),
            cast(:scopes as jsonb), cast(:grants as jsonb), cast(:types as text[]), 'queued', 0,
            :now)
    returning {_SHOWN}
""")
_SAME = text(f"""
    select {_SHOWN} from snapshot
    where client_id = :client_id and state = 'queued' and grants = cast(:grants as jsonb)
      and types is not distinct from cast(:types as text[])
    limit 1
""")
_LIST = text(f"""
    select {_SHOWN} from snapshot
    where client_id = :client_id and (cast(:after as uuid) is null or snapshot_id > :after)
      and asked_at > :oldest
    order by snapshot_id limit :limit
""")
_ONE = text(f"""
    select {_SHOWN}, grants, as_at from snapshot
    where client_id = :client_id and snapshot_id = :snapshot_id and asked_at > :oldest
""")


async def ask_snapshot(
    session: AsyncSession,
    caller: Caller,
    catalogue: Mapping[str, EventType],
    types: list[str] | None,
    sources: Sequence[Source],
) -> SnapshotOut:
    """Ask for a snapshot under the caller's present grants; one that waits already is it."""
    grants = await grants_of(session, caller, catalogue.values())
    asked = {
        "client_id": caller.client_id,
        "grants": json.dumps(asdict(grants)),
        "types": types,
        "kept": KEPT,
    }
    found = (await session.execute(_SAME, asked)).mappings().first()
    if found is None:
        new = asked | {
            "snapshot_id": new_id(),
            "agency": caller.agency,
            "role": caller.role.value,
            "divisions": json.dumps(caller.divisions),
            "scopes": json.dumps(sorted(caller.scope)),
            "now": clock.now(),
        }
        found = (await session.execute(_ASK, new)).mappings().one()
    return _shown(found, sources)


async def snapshots_of(
    session: AsyncSession, caller: Caller, wanted: WantedPage, sources: Sequence[Source]
) -> dict[str, Any]:
    """A page of the client's own snapshots, oldest first."""
    asked = _own(caller) | {"after": wanted.after, "limit": wanted.limit + 1}
    rows = (await session.execute(_LIST, asked)).mappings().all()
    return page_of([_shown(row, sources).model_dump() for row in rows], wanted, "snapshot_id")


async def one_snapshot(
    session: AsyncSession, caller: Caller, snapshot_id: UUID, sources: Sequence[Source]
) -> SnapshotOut:
    """One of the client's own snapshots, or NotFound."""
    return _shown(await _own_one(session, caller, snapshot_id), sources)


async def _own_one(session: AsyncSession, caller: Caller, snapshot_id: UUID) -> Mapping[Any, Any]:
    asked = _own(caller) | {"snapshot_id": snapshot_id}
    row = (await session.execute(_ONE, asked)).mappings().first()
    if row is None:
        raise NotFound
    return row


def _shown(row: Mapping[Any, Any], sources: Sequence[Source]) -> SnapshotOut:
    told = {name for source in sources for name in source.types}
    tells = sorted(told if row["types"] is None else told & set(row["types"]))
    return SnapshotOut.model_validate({**row, "tells": tells})


def _own(caller: Caller) -> dict[str, Any]:
    return {"client_id": caller.client_id, "kept": KEPT, "oldest": clock.now() - KEPT}


# --- fetching ---


class NotMadeYet(Conflict):
    """This snapshot is still being made; ask for it again until its state is done."""

    code = "snapshot-not-made"


_CHUNK = text("""
    select sealed from snapshot_chunk where snapshot_id = :snapshot_id and chunk_no = :chunk_no
""")


async def fetch(
    session: AsyncSession,
    service: str,
    caller: Caller,
    catalogue: Mapping[str, EventType],
    snapshot_id: UUID,
) -> dict[str, Any]:
    """The first line of a snapshot that is made. From its position the client may go on reading.

    Raises NotMadeYet, NotFound, or SnapshotRequired for one that shows what the client may not see
    any more.
    """
    found = await _own_one(session, caller, snapshot_id)
    if found["state"] != "done":
        raise NotMadeYet
    present = await grants_of(session, caller, catalogue.values())
    if has_grown(asdict(present), _grants(found["grants"])):
        raise SnapshotRequired
    await has_snapshot(session, caller, found["types"], found["grants"])
    await note_reader(session, caller, found["position"])
    return {
        "snapshot_id": str(snapshot_id),
        "source": f"/v1/{service}",
        "position": found["position"],
        "as_at": found["as_at"].isoformat(),
        "rows": found["rows"],
    }


async def part(database: Database, keys: Keys, snapshot_id: UUID, number: int) -> bytes:
    """The rows of one part of a snapshot, from 0; NotFound if it has no such part."""
    async with database.begin() as session:
        asked = {"snapshot_id": snapshot_id, "chunk_no": number}
        sealed = (await session.execute(_CHUNK, asked)).scalar()
    if sealed is None:
        raise NotFound
    return decompress(keys.open_bytes(_COLUMN, snapshot_id, sealed))


async def lines(
    database: Database, keys: Keys, snapshot_id: UUID, head: Mapping[str, Any]
) -> AsyncIterator[bytes]:
    """A snapshot as NDJSON, chunk by chunk; no connection is held while the reader is slow."""
    yield json.dumps(head).encode() + b"\n"
    chunk_no = 0
    while True:
        async with database.begin() as session:
            asked = {"snapshot_id": snapshot_id, "chunk_no": chunk_no}
            sealed = (await session.execute(_CHUNK, asked)).scalar()
        if sealed is None:
            return
        yield decompress(keys.open_bytes(_COLUMN, snapshot_id, sealed))
        chunk_no += 1


# --- making ---

WAITING = """
    exists (select from snapshot
            where state = 'queued' or asked_at < clock_timestamp() - interval '7 days')
"""

_NEXT = text("""
    select snapshot_id, client_id, agency, role, divisions, scopes, grants, types, position,
           source_no, beyond, chunk_no
    from snapshot where state = 'queued' order by asked_at limit 1 for update
""")
_BEGIN = text("""
    update snapshot set position = (select position from feed_head), as_at = :now
    where snapshot_id = :snapshot_id
""")
_KEEP = text("""
    insert into snapshot_chunk (snapshot_id, chunk_no, sealed)
    values (:snapshot_id, :chunk_no, :sealed)
""")
_GO_ON = text("""
    update snapshot
    set source_no = :source_no, beyond = :beyond, chunk_no = :chunk_no, rows = rows + :more
    where snapshot_id = :snapshot_id
""")
_DONE = text("""
    update snapshot set state = 'done', made_at = :now where snapshot_id = :snapshot_id
""")
_THROW_AWAY = [
    text("""
        delete from snapshot_chunk where snapshot_id in (
            select snapshot_id from snapshot where asked_at < :oldest)
    """),
    text("delete from snapshot where asked_at < :oldest"),
]


async def make_chunk(
    session: AsyncSession,
    keys: Keys,
    catalogue: Mapping[str, EventType],
    sources: Sequence[Source],
) -> int:
    """Make the next chunk of the oldest snapshot that waits; 0 when there is nothing to do."""
    now = clock.now()
    for statement in _THROW_AWAY:
        await session.execute(statement, {"oldest": now - KEPT})
    found = (await session.execute(_NEXT)).first()
    if found is None:
        return 0
    this = {"snapshot_id": found.snapshot_id}
    if found.position is None:
        # What is read from now on holds everything up to this position, and perhaps more.
        await session.execute(_BEGIN, this | {"now": now})
        return 1
    if found.source_no >= len(sources):
        await session.execute(_DONE, this | {"now": now})
        return 1
    towards = Towards(_caller(found), keys)
    upto, rows = await _rows(session, sources[found.source_no], found, towards.caller)
    progress = this | {"source_no": found.source_no, "beyond": upto, "chunk_no": found.chunk_no}
    if upto is None:
        progress["source_no"] += 1
    if rows:
        told = "".join(f"{line}\n" for line in _told(rows, catalogue, towards)).encode()
        sealed = keys.seal_bytes(_COLUMN, found.snapshot_id, compress(told))
        kept = this | {"chunk_no": found.chunk_no, "sealed": sealed}
        await session.execute(_KEEP, kept)
        progress["chunk_no"] += 1
    await session.execute(_GO_ON, progress | {"more": len(rows)})
    return 1


async def _rows(
    session: AsyncSession, source: Source, wanted: Any, caller: Caller
) -> tuple[UUID | None, Sequence[Any]]:
    """The next things of a source that a reader may see, and the last of them that was looked at;
    None when there is none left."""
    if wanted.types is not None and not set(wanted.types) & set(source.types):
        return None, []
    asked: dict[str, Any] = {"beyond": wanted.beyond, "limit": CHUNK}
    chunk = (await session.execute(_keys(source), asked)).scalars().all()
    if not chunk:
        return None, []
    whole = caller.role == Role.SERVICE
    seen = {} if whole else _grants(wanted.grants).sees(wanted.types)
    rows = await session.execute(_statement(source, whole), {"keys": list(chunk), **seen})
    return chunk[-1], rows.all()


def _keys(source: Source) -> Any:
    return text(f"""
        select distinct {source.key} as key from {source.table}
        where (cast(:beyond as uuid) is null or {source.key} > :beyond) and {source.where}
        order by 1 limit :limit
    """)


def _statement(source: Source, whole: bool) -> Any:
    told = source.told.format(
        rows=f"{source.table} where {source.where} and {source.key} in (select key from chunk)",
        changed="select key as household_key from chunk",
    )
    return text(f"""
        with chunk as (select unnest(cast(:keys as uuid[])) as key),
        told as (select t.type, t.agency, t.division, cast({source.places} as text[]) as places,
                        t.data
                 from ({told}) t)
        select type, data from told {"" if whole else f"where {SEEN}"}
    """)


def _told(
    rows: Iterable[Any], catalogue: Mapping[str, EventType], towards: Towards
) -> Iterable[str]:
    whole = towards.caller.role == Role.SERVICE
    for row in rows:
        data = row.data if whole else catalogue[row.type].told(towards, row.data)
        yield json.dumps({"type": row.type, "data": data}, ensure_ascii=False)


def _caller(asked: Any) -> Caller:
    """Whoever asked for the snapshot, with what his token allowed then."""
    return Caller(
        client_id=asked.client_id,
        sub=asked.client_id,
        agency=asked.agency,
        role=Role(asked.role),
        kind=Kind.SYSTEM,
        divisions=tuple(asked.divisions),
        scope=frozenset(asked.scopes),
    )


def _grants(kept: Mapping[str, Any]) -> Grants:
    """Grants as they were kept with a snapshot."""
    told: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in kept.items()
    }
    return Grants(**told)
