"""A chunk of a job: made ready ahead, stored, and kept with what became of its rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.bulk.ahead import Ahead
from kernel.bulk.preparing import Prepared, prepared
from kernel.bulk.record import store
from kernel.bulk.refusals import sealed_refusals
from kernel.bulk.resource import Outcome, Push, Raw, Resource, Verdict, count
from kernel.bulk.upload import unsealed

_NEXT_CHUNKS = text("""
    select chunk_no, sealed from job_chunk
    where job_id = :job_id and sealed is not null and chunk_no > :after
    order by chunk_no limit 2
""")
_FINISH_CHUNK = text("""
    update job_chunk set sealed = null, counts = cast(:counts as jsonb), total = :total,
                         results = cast(:results as jsonb), last_line = :last_line,
                         refused = :refused
    where job_id = :job_id and chunk_no = :chunk_no
""")


@dataclass(frozen=True, slots=True)
class Worked:
    """A chunk that has been worked on."""

    chunk_no: int
    counts: dict[str, int]
    verdicts: Sequence[Verdict]
    total: Decimal
    refused: bytes | None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A chunk that can be stored."""

    raws: Sequence[Raw]
    rows: Prepared


_AHEAD = Ahead[_Ready]()


async def work_on_next(
    push: Push, resource: Resource, job: Any, after: int
) -> tuple[Worked | None, bool]:
    """Store the next chunk after one, while that behind it is made ready; and whether it was the
    last. None if there is no more."""
    job_id = job["job_id"]
    make = partial(_made_ready, push, resource, job_id)
    asked = {"job_id": job_id, "after": after}
    chunks = (await push.session.execute(_NEXT_CHUNKS, asked)).all()
    if not chunks:
        return None, True
    chunk, *behind = chunks
    ready = await _AHEAD.take(job_id, chunk.chunk_no, partial(make, chunk.sealed))
    for each in behind:
        _AHEAD.begin(job_id, each.chunk_no, partial(make, each.sealed))
    verdicts, total = await store(push, resource, ready.rows)
    refused = sealed_refusals(push.keys, job_id, ready.raws, verdicts)
    done = Worked(chunk.chunk_no, count(verdicts), verdicts, total, refused)
    return done, not behind


def _made_ready(push: Push, resource: Resource, job_id: UUID, sealed: bytes) -> _Ready:
    raws, strict = unsealed(push.keys, job_id, sealed)
    return _Ready(raws, prepared(push, resource, raws, strict=strict))


async def keep(session: AsyncSession, job: Any, done: Worked) -> None:
    """Keep what became of a chunk, and forget its rows but for those that were refused."""
    told = [v.shown() for v in done.verdicts if v.outcome != Outcome.ACCEPTED]
    values = {
        "job_id": job["job_id"],
        "chunk_no": done.chunk_no,
        "counts": json.dumps(done.counts),
        "total": done.total,
        "results": json.dumps(told),
        "last_line": max((each["line"] for each in told), default=0),
        "refused": done.refused,
    }
    await session.execute(_FINISH_CHUNK, values)
