"""The rows of a job that were refused: kept encrypted for a week, for who pushed them alone.

An answer never repeats a rejected value. But who pushed a file may have back what he must mend,
with the reason beside it; nobody else may, and after a week nobody at all.
"""

import gzip
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.bulk.resource import Outcome, Raw, Verdict
from kernel.crypto import Keys
from kernel.database import Database

KEPT_FOR = timedelta(days=7)
"""How long refused rows can be fetched after the end of their job."""

BROKEN_UPLOAD_KEPT_FOR = timedelta(days=1)
"""How long what arrived of a push may lie whose process was killed."""

_COLUMN = "job.refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused row as it came: lines of a table under their headings, or its JSON."""

    verdict: dict[str, Any]
    headings: Sequence[str] | None
    lines: Sequence[tuple[int, Sequence[Any]]]
    json: str


def sealed_refusals(
    keys: Keys, job_id: UUID, raws: Sequence[Raw], verdicts: Sequence[Verdict]
) -> bytes | None:
    """The refused rows of a chunk, encrypted; None if there are none."""
    rejected = [verdict for verdict in verdicts if verdict.outcome == Outcome.REJECTED]
    if not rejected:
        return None
    by_line = {number: raw for raw in raws for number in _lines(raw)}
    headings = next((raw.origin.headings for raw in raws if raw.origin), None)
    rows = []
    for verdict in rejected:
        raw = by_line[verdict.line]
        lines = raw.origin.lines if raw.origin else None
        row = "" if lines else raw.json.decode("utf-8", "replace")
        rows.append([verdict.shown(), lines, row])
    plain = json.dumps({"headings": headings, "rows": rows}, ensure_ascii=False).encode()
    return keys.seal_bytes(_COLUMN, job_id, gzip.compress(plain, 1))


def _lines(raw: Raw) -> list[int]:
    return [raw.line, *(number for number, _ in raw.origin.lines)] if raw.origin else [raw.line]


_NEXT = text("""
    select chunk_no, refused from job_chunk
    where job_id = :job_id and refused is not null and chunk_no > :after
    order by chunk_no limit 1
""")


async def refused_rows(
    database: Database, keys: Keys, job_id: UUID
) -> AsyncIterator[list[Refusal]]:
    """The refused rows of a job, chunk by chunk, each read in a transaction of its own."""
    after = 0
    while True:
        async with database.begin() as session:
            values = {"job_id": job_id, "after": after}
            chunk = (await session.execute(_NEXT, values)).first()
        if chunk is None:
            return
        after = chunk.chunk_no
        kept = json.loads(gzip.decompress(keys.open_bytes(_COLUMN, job_id, chunk.refused)))
        yield [
            Refusal(told, kept["headings"], lines or [], row) for told, lines, row in kept["rows"]
        ]


_FORGET = [
    text("""
        update job_chunk c set refused = null
        from job j where j.job_id = c.job_id and j.kept_until < :now and c.refused is not null
    """),
    text("update job set kept_until = null where kept_until < :now"),
]
_DROP = [
    text("""
        delete from job_chunk c using job j
        where j.job_id = c.job_id and j.state = 'arriving' and j.created_at < :limit
    """),
    text("delete from job where state = 'arriving' and created_at < :limit"),
]


async def forget(session: AsyncSession, now: datetime) -> int:
    """Drop the refused rows whose week is over, and uploads that broke off with their process."""
    for statement in _FORGET:
        forgotten = await session.execute(statement, {"now": now})
    for statement in _DROP:
        dropped = await session.execute(statement, {"limit": now - BROKEN_UPLOAD_KEPT_FOR})
    return int(forgotten.rowcount + dropped.rowcount)  # type: ignore[attr-defined]
