"""A large push is kept for the worker as it arrives: chunk by chunk, encrypted, each committed.

The job appears, whole and durable, in the transaction of the request that brought its last row;
what a broken upload left behind is dropped. So `202` means that a kill loses nothing.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.bulk.arrival import Arrival
from kernel.bulk.resource import Origin, Push, Raw, Resource, count
from kernel.bulk.wish import ATOMIC_LIMIT, Wish, kept_covers
from kernel.crypto import Keys
from kernel.database import Database
from kernel.ids import new_id
from kernel.problems import Invalid

CHUNK = 2_000
"""Rows that are stored in one transaction."""

CHUNK_BYTES = 8 * 1024 * 1024
"""Bytes of rows beyond which a chunk is closed sooner, so that memory stays flat."""

_ARRIVING = text("""
    insert into job (job_id, agency, client_id, role, divisions, resource, mode, dry_run, covers,
                     state, counts, created_at)
    values (:job_id, :agency, :client_id, :role, cast(:divisions as jsonb), :resource, :mode,
            :dry_run, cast(:covers as jsonb), 'arriving', cast(:counts as jsonb), :created_at)
""")
_ADD_CHUNK = text("""
    insert into job_chunk (job_id, chunk_no, sealed) values (:job_id, :chunk_no, :sealed)
""")
_QUEUE = text("""
    update job set state = 'queued', counts = cast(:counts as jsonb), digest = :digest
    where job_id = :job_id
""")
DROP = [
    text("delete from job_chunk where job_id = :job_id"),
    text("delete from job where job_id = :job_id and state = 'arriving'"),
]


async def open_job(
    push: Push,
    database: Database,
    resource: Resource,
    rows: AsyncIterator[Sequence[Raw]],
    arrival: Arrival,
    wish: Wish,
) -> UUID:
    """Keep a push for the worker while it arrives; returns the job's id.

    Raises Invalid for an atomic push of too many rows, and whatever makes the file unusable.
    """
    job_id = new_id()
    received = 0
    async with database.begin() as session:
        await session.execute(_ARRIVING, _job(push, resource, wish, job_id))
    try:
        number = 0
        async for chunk in _chunks(rows):
            number += 1
            received += len(chunk)
            if wish.mode == "atomic" and received > ATOMIC_LIMIT:
                raise Invalid(
                    f"An atomic push takes at most {ATOMIC_LIMIT} rows; send it in parts.",
                    code="too-many-rows",
                )
            sealed = await asyncio.to_thread(_sealed, push.keys, job_id, chunk, arrival.strict)
            values = {"job_id": job_id, "chunk_no": number, "sealed": sealed}
            async with database.begin() as session:
                await session.execute(_ADD_CHUNK, values)
    except BaseException:  # also when the caller is gone
        await asyncio.shield(_drop(database, job_id))
        raise
    counts = json.dumps(count([]) | {"received": received})
    digest = file_digest(push.keys, arrival.sha256)
    await push.session.execute(_QUEUE, {"job_id": job_id, "counts": counts, "digest": digest})
    return job_id


def file_digest(keys: Keys, sha256: str) -> UUID:
    """What tells whether two files are equal: keyed, since a file may be a single known row."""
    return keys.digest(f"file|{sha256}")


def _job(push: Push, resource: Resource, wish: Wish, job_id: UUID) -> dict[str, Any]:
    caller = push.caller
    return {
        "job_id": job_id,
        "agency": caller.agency,
        "client_id": caller.client_id,
        "role": caller.role.value,
        "divisions": json.dumps(caller.divisions),
        "resource": resource.name,
        "mode": wish.mode,
        "dry_run": wish.dry_run,
        "covers": json.dumps(kept_covers(wish.covers)) if wish.covers else None,
        "counts": json.dumps(count([])),
        "created_at": push.now,
    }


async def _drop(database: Database, job_id: UUID) -> None:
    async with database.begin() as session:
        for statement in DROP:
            await session.execute(statement, {"job_id": job_id})


async def _chunks(rows: AsyncIterator[Sequence[Raw]]) -> AsyncIterator[list[Raw]]:
    chunk: list[Raw] = []
    size = 0
    async for some in rows:
        for raw in some:
            chunk.append(raw)
            size += len(raw.json)
            if len(chunk) == CHUNK or size > CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def _sealed(keys: Keys, job_id: UUID, chunk: Sequence[Raw], strict: bool) -> bytes:
    """A chunk as it is kept. Bytes that are no UTF-8 are kept, to be refused as they are."""
    headings = next((raw.origin.headings for raw in chunk if raw.origin), None)
    rows = [
        [
            raw.line,
            raw.json.decode("utf-8", "surrogateescape"),
            raw.fault,
            raw.lines,
            raw.origin.lines if raw.origin else None,
        ]
        for raw in chunk
    ]
    said = {"strict": strict, "headings": headings, "rows": rows}
    plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(plain.encode("utf-8", "surrogateescape"), 1)
    return keys.seal_bytes("job", job_id, packed)


def unsealed(keys: Keys, job_id: UUID, sealed: bytes) -> tuple[list[Raw], bool]:
    """The rows of a chunk, and whether they are to be read strictly."""
    packed = keys.open_bytes("job", job_id, sealed)
    kept = json.loads(gzip.decompress(packed).decode("utf-8", "surrogateescape"))
    headings = kept.get("headings", [])  # none in a chunk that an older release has kept
    rows = [
        Raw(
            line,
            row.encode("utf-8", "surrogateescape"),
            fault,
            lines,
            Origin(headings, origin[0]) if origin and origin[0] else None,
        )
        for line, row, fault, lines, *origin in kept["rows"]
    ]
    return rows, kept["strict"]
