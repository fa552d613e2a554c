"""Pushes too large for one answer: kept encrypted, worked chunk by chunk, resumed after a kill.

A chunk and its result commit together. So a killed worker starts again at the first chunk that has
no result, and nothing acknowledged is lost or done twice.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.bulk.declarations import DeclarationIn, file_declaration
from kernel.bulk.record import record, validated
from kernel.bulk.resource import Outcome, Push, Raw, Resource, Verdict, count
from kernel.database import is_unreachable
from kernel.division import canonical
from kernel.ids import new_id
from kernel.problems import Invalid
from kernel.roles import Kind, Role
from kernel.service import Service, log

CHUNK = 2_000
"""Rows that are stored in one transaction."""

ATOMIC_LIMIT = 50_000
"""Rows of the largest push that may be all or nothing."""


@dataclass(frozen=True, slots=True)
class Covers:
    """The declaration that a push files if no row is rejected."""

    valid_from: date
    valid_to: date
    division: str | None
    control_total: Decimal | None


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants a push to be done."""

    mode: str
    dry_run: bool
    covers: Covers | None
    generation: int | None = None
    """Which generation of national codes an XLSX uses where bare codes changed meaning."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a whole push."""

    verdicts: list[Verdict]
    declaration_id: UUID | None
    detail: str | None


async def push_now(
    push: Push, resource: Resource, raws: Sequence[Raw], wish: Wish, *, strict: bool
) -> Done:
    """Do a push in the caller's transaction: per row, or all or nothing, or only for show."""
    savepoint = await push.session.begin_nested()
    verdicts = await record(push, resource, raws, strict=strict)
    rejected = any(verdict.outcome == Outcome.REJECTED for verdict in verdicts)
    if wish.mode == "atomic" and rejected:
        await savepoint.rollback()
        return Done([_withdrawn(verdict) for verdict in verdicts], None, _ATOMIC)
    if wish.dry_run:
        await savepoint.rollback()
        return Done([replace(verdict, id=None) for verdict in verdicts], None, _DRY)
    await savepoint.commit()
    total = _total(resource, raws, strict=strict) if wish.covers else None
    declared, detail = await _declare(
        push, resource.name, wish.covers, len(verdicts), total, rejected
    )
    return Done(verdicts, declared, detail)


_ATOMIC = "A row was rejected, so the whole push was withdrawn; nothing of it is stored."
_DRY = "This was a dry run; nothing of it is stored."


def _withdrawn(verdict: Verdict) -> Verdict:
    if verdict.outcome == Outcome.REJECTED:
        return verdict
    return Verdict(
        verdict.line,
        Outcome.REJECTED,
        code="withdrawn",
        pointer="",
        message="Another row of this atomic push was rejected.",
    )


def _total(resource: Resource, raws: Sequence[Raw], *, strict: bool) -> Decimal | None:
    if resource.amount is None:
        return None
    rows, _ = validated(resource, raws, strict=strict)
    return sum((resource.amount(row.value) for row in rows), Decimal(0))


async def _declare(
    push: Push,
    kind: str,
    covers: Covers | None,
    rows: int,
    total: Decimal | None,
    rejected: bool,
) -> tuple[UUID | None, str | None]:
    """File the declaration a push asked for, or say why it was not filed."""
    if covers is None:
        return None, None
    if rejected:
        return None, "Rows were rejected, so no declaration was filed; mend and push them again."
    if covers.control_total is not None and covers.control_total != total:
        return None, "The control total is not the sum of the rows, so nothing was declared."
    declaration = DeclarationIn(
        kind=kind,
        division=covers.division,
        valid_from=covers.valid_from,
        valid_to=covers.valid_to,
        rows=rows,
        control_total=covers.control_total,
    )
    return await file_declaration(push.session, push.caller, declaration), None


_OPEN = text("""
    insert into job (job_id, agency, client_id, role, divisions, resource, mode, dry_run, covers,
                     state, counts, created_at)
    values (:job_id, :agency, :client_id, :role, cast(:divisions as jsonb), :resource, :mode,
            :dry_run, cast(:covers as jsonb), 'queued', cast(:counts as jsonb), :created_at)
""")
_ADD_CHUNK = text("""
    insert into job_chunk (job_id, chunk_no, sealed) values (:job_id, :chunk_no, :sealed)
""")
_NEXT_JOB = text("select * from job where state = 'queued' order by job_id limit 1")
_NEXT_CHUNK = text("""
    select chunk_no, sealed from job_chunk where job_id = :job_id and sealed is not null
    order by chunk_no limit 1
""")
_FINISH_CHUNK = text("""
    update job_chunk set sealed = null, counts = cast(:counts as jsonb), total = :total,
                         results = cast(:results as jsonb)
    where job_id = :job_id and chunk_no = :chunk_no
""")
_SUMS = text("""
    select key, sum(value::int)::int as n from job_chunk, jsonb_each_text(counts)
    where job_id = :job_id group by key
""")
_TOTAL = text("select sum(total) from job_chunk where job_id = :job_id")
_FORGET = text("update job_chunk set sealed = null where job_id = :job_id and sealed is not null")
_FINISH = text("""
    update job set state = :state, counts = cast(:counts as jsonb), detail = :detail,
                   declaration_id = :declaration_id, finished_at = :finished_at
    where job_id = :job_id
""")


async def open_job(
    push: Push, resource: Resource, raws: Iterable[Raw], wish: Wish, *, strict: bool
) -> UUID:
    """Keep a push for the worker, encrypted; returns the job's id. Rows are read as they come."""
    job_id = new_id()
    covers = (
        {
            "valid_from": str(wish.covers.valid_from),
            "valid_to": str(wish.covers.valid_to),
            "division": wish.covers.division,
            "control_total": None
            if wish.covers.control_total is None
            else str(wish.covers.control_total),
        }
        if wish.covers
        else None
    )
    caller = push.caller
    received = 0
    for number, chunk in enumerate(_chunks(raws), start=1):
        received += len(chunk)
        packed = gzip.compress(
            json.dumps({"strict": strict, "rows": [_kept(raw) for raw in chunk]}).encode(), 1
        )
        await push.session.execute(
            _ADD_CHUNK,
            {
                "job_id": job_id,
                "chunk_no": number,
                "sealed": push.keys.seal_bytes("job", job_id, packed),
            },
        )
    if wish.mode == "atomic" and received > ATOMIC_LIMIT:
        raise Invalid(
            f"An atomic push takes at most {ATOMIC_LIMIT} rows; this one has {received}.",
            code="too-many-rows",
        )
    await push.session.execute(
        _OPEN,
        {
            "job_id": job_id,
            "agency": caller.agency,
            "client_id": caller.client_id,
            "role": caller.role.value,
            "divisions": json.dumps(caller.divisions),
            "resource": resource.name,
            "mode": wish.mode,
            "dry_run": wish.dry_run,
            "covers": json.dumps(covers) if covers else None,
            "counts": json.dumps(count([]) | {"received": received}),
            "created_at": push.now,
        },
    )
    return job_id


def _kept(raw: Raw) -> list[Any]:
    """A row as JSON can hold it. Bytes that are no UTF-8 are kept, to be refused as they are."""
    return [raw.line, raw.json.decode("utf-8", "surrogateescape"), raw.fault, raw.lines]


def _chunks(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    rows = iter(raws)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


WAITING = "exists (select from job where state = 'queued')"
"""SQL: whether `work` may find a job."""


async def work(service: Service, session: AsyncSession) -> int:
    """Do the next chunk of the oldest job, or the whole job if it is atomic or a dry run.

    Returns how many rows were done. The caller's transaction makes chunk and result one.
    """
    job = (await session.execute(_NEXT_JOB)).mappings().first()
    if job is None:
        return 0
    resource: Resource = service.resources[job["resource"]]
    push = Push(session, _caller_of(job), service.keys, clock.now(), clock.today())
    savepoint = await session.begin_nested()
    try:
        if job["mode"] == "atomic" or job["dry_run"]:
            return await _whole(push, resource, job)
        return await _one_chunk(push, resource, job)
    except Exception as failure:
        if is_unreachable(failure):
            raise
        await savepoint.rollback()
        log.error("job %s failed with %s", job["job_id"], type(failure).__name__)
        await _finish(push, resource, job, state="failed", detail=_FAILED)
        return 1


_FAILED = "The exchange failed on this job and stored no further row; push what is missing again."


async def _one_chunk(push: Push, resource: Resource, job: Any) -> int:
    chunk = (await push.session.execute(_NEXT_CHUNK, {"job_id": job["job_id"]})).first()
    if chunk is None:
        await _finish(push, resource, job, state="done", detail=None)
        return 1
    raws, strict = _unpacked(push, job["job_id"], chunk.sealed)
    verdicts = await record(push, resource, raws, strict=strict)
    total = _total(resource, raws, strict=strict) if job["covers"] else None
    await _keep(push, job, chunk.chunk_no, verdicts, total)
    return len(verdicts)


async def _whole(push: Push, resource: Resource, job: Any) -> int:
    """All chunks in one transaction; withdrawn again if one row was rejected, or if for show."""
    done: list[tuple[int, list[Verdict], Decimal | None]] = []
    savepoint = await push.session.begin_nested()
    chunks = await push.session.execute(
        text("select chunk_no, sealed from job_chunk where job_id = :job_id order by chunk_no"),
        {"job_id": job["job_id"]},
    )
    for chunk in chunks.all():
        raws, strict = _unpacked(push, job["job_id"], chunk.sealed)
        verdicts = await record(push, resource, raws, strict=strict)
        total = _total(resource, raws, strict=strict) if job["covers"] else None
        done.append((chunk.chunk_no, verdicts, total))
    rejected = any(v.outcome == Outcome.REJECTED for _, verdicts, _ in done for v in verdicts)
    withdrawn = job["mode"] == "atomic" and rejected
    if withdrawn or job["dry_run"]:
        await savepoint.rollback()
    for chunk_no, verdicts, total in done:
        shown = [_withdrawn(v) for v in verdicts] if withdrawn else verdicts
        if job["dry_run"]:
            shown = [replace(v, id=None) for v in shown]
        await _keep(push, job, chunk_no, shown, total)
    detail = _ATOMIC if withdrawn else _DRY if job["dry_run"] else None
    await _finish(push, resource, job, state="done", detail=detail)
    return sum(len(verdicts) for _, verdicts, _ in done)


def _unpacked(push: Push, job_id: UUID, sealed: bytes) -> tuple[list[Raw], bool]:
    kept = json.loads(gzip.decompress(push.keys.open_bytes("job", job_id, sealed)))
    rows = [
        Raw(line, row.encode("utf-8", "surrogateescape"), fault, lines)
        for line, row, fault, lines in kept["rows"]
    ]
    return rows, kept["strict"]


async def _keep(
    push: Push, job: Any, chunk_no: int, verdicts: Sequence[Verdict], total: Decimal | None
) -> None:
    counts = count(verdicts)
    told = [v.shown() for v in verdicts if v.outcome != Outcome.ACCEPTED]
    await push.session.execute(
        _FINISH_CHUNK,
        {
            "job_id": job["job_id"],
            "chunk_no": chunk_no,
            "counts": json.dumps(counts),
            "total": total,
            "results": json.dumps(told),
        },
    )


async def _finish(
    push: Push, resource: Resource, job: Any, *, state: str, detail: str | None
) -> None:
    key = {"job_id": job["job_id"]}
    sums = {row.key: row.n for row in await push.session.execute(_SUMS, key)}
    counts = count([]) | sums | {"received": job["counts"]["received"]}
    undone = counts["received"] - sum(counts[outcome] for outcome in Outcome)
    counts[Outcome.REJECTED] += undone  # of a failed job; their lines are not kept
    await push.session.execute(_FORGET, key)
    declared = None
    if state == "done" and detail is None and job["covers"]:
        total = (await push.session.execute(_TOTAL, key)).scalar()
        declared, detail = await _declare(
            push,
            resource.name,
            _covers_of(job["covers"]),
            counts["received"],
            total or Decimal(0),
            counts[Outcome.REJECTED] > 0,
        )
    await push.session.execute(
        _FINISH,
        {
            **key,
            "state": state,
            "counts": json.dumps(counts),
            "detail": detail,
            "declaration_id": declared,
            "finished_at": push.now,
        },
    )


def _covers_of(kept: Any) -> Covers:
    total = kept["control_total"]
    return Covers(
        date.fromisoformat(kept["valid_from"]),
        date.fromisoformat(kept["valid_to"]),
        canonical(kept["division"]) if kept["division"] else None,
        None if total is None else Decimal(total),
    )


def _caller_of(job: Any) -> Caller:
    return Caller(
        client_id=job["client_id"],
        sub=job["client_id"],
        agency=job["agency"],
        role=Role(job["role"]),
        kind=Kind.SYSTEM,
        divisions=tuple(job["divisions"]),
        scope=frozenset(),
    )
