"""Pushes too large for one answer: kept encrypted, worked chunk by chunk, resumed after a kill.

A chunk and its result commit together. So a killed worker starts again at the first chunk that has
no result, and nothing acknowledged is lost or done twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.bulk.chunks import Worked, keep, work_on_next
from kernel.bulk.declarations import DeclarationIn, file_declaration
from kernel.bulk.record import record
from kernel.bulk.refusals import KEPT_FOR, forget
from kernel.bulk.resource import Outcome, Push, Raw, Resource, Verdict, count
from kernel.bulk.wish import Covers, Wish, covers_of
from kernel.database import is_unreachable
from kernel.roles import Kind, Role
from kernel.service import Service, log
from kernel.written import end_of_write


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
    verdicts, total = await record(push, resource, raws, strict=strict)
    rejected = any(verdict.outcome == Outcome.REJECTED for verdict in verdicts)
    if wish.mode == "atomic" and rejected:
        await savepoint.rollback()
        return Done([_withdrawn(verdict) for verdict in verdicts], None, _ATOMIC)
    if wish.dry_run:
        await savepoint.rollback()
        return Done([replace(verdict, id=None) for verdict in verdicts], None, _DRY)
    await savepoint.commit()
    declared, detail = await _declare(push, resource, wish.covers, len(verdicts), total, rejected)
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


async def _declare(
    push: Push,
    resource: Resource,
    covers: Covers | None,
    rows: int,
    total: Decimal,
    rejected: bool,
) -> tuple[UUID | None, str | None]:
    """File the declaration a push asked for, or say why it was not filed."""
    if covers is None:
        return None, None
    if rejected:
        return None, "Rows were rejected, so no declaration was filed; mend and push them again."
    known = total if resource.amount else None
    if covers.control_total is not None and covers.control_total != known:
        return None, "The control total is not the sum of the rows, so nothing was declared."
    declaration = DeclarationIn(
        kind=resource.name,
        division=covers.division,
        valid_from=covers.valid_from,
        valid_to=covers.valid_to,
        rows=rows,
        control_total=covers.control_total,
    )
    return await file_declaration(push.session, push.caller, declaration), None


# The oldest job of the agency that has waited longest since one of its jobs was worked on.
_NEXT_JOB = text("""
    select * from (select distinct on (agency) * from job where state = 'queued'
                   order by agency, job_id) oldest
    order by worked_at nulls first, job_id limit 1
""")
_WORKED = text("update job set worked_at = :now where job_id = :job_id")
_SUMS = text("""
    select key, sum(value::int)::int as n from job_chunk, jsonb_each_text(counts)
    where job_id = :job_id group by key
""")
_TOTAL = text("select sum(total) from job_chunk where job_id = :job_id")
_FORGET_ROWS = text("""
    update job_chunk set sealed = null where job_id = :job_id and sealed is not null
""")
_FINISH = text("""
    update job set state = :state, counts = cast(:counts as jsonb), detail = :detail,
                   declaration_id = :declaration_id, finished_at = :finished_at,
                   kept_until = :kept_until
    where job_id = :job_id
""")


WAITING = """
    exists (select from job where state = 'queued')
    or exists (select from job where kept_until < now())
    or exists (select from job where state = 'arriving' and created_at < now() - interval '1 day')
"""
"""SQL: whether `work` may find something to do."""


async def work(service: Service, session: AsyncSession) -> int:
    """Do the next chunk of a job, or the whole job if it is atomic or a dry run; agencies take
    turns, so that a province of one does not keep a village of another waiting.

    Returns how many rows were done. The caller's transaction makes chunk and result one.
    """
    job = (await session.execute(_NEXT_JOB)).mappings().first()
    if job is None:
        return await forget(session, clock.now())
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
    """The next chunk; with the last one the job ends."""
    done, is_last = await work_on_next(push, resource, job, after=0)
    if done:
        await keep(push.session, job, done)
        await push.session.execute(_WORKED, {"job_id": job["job_id"], "now": push.now})
    if is_last:
        await _finish(push, resource, job, state="done", detail=None)
    return len(done.verdicts) if done else 1


async def _whole(push: Push, resource: Resource, job: Any) -> int:
    """All chunks in one transaction; withdrawn again if one row was rejected, or if for show.

    What became of the rows is held meanwhile, since what withdraws them withdraws it too.
    """
    chunks: list[Worked] = []
    savepoint = await push.session.begin_nested()
    is_last = False
    while not is_last:
        after = chunks[-1].chunk_no if chunks else 0
        done, is_last = await work_on_next(push, resource, job, after)
        if done:
            chunks.append(_for_show(done) if job["dry_run"] else done)
    rejected = any(done.counts[Outcome.REJECTED] for done in chunks)
    withdrawn = job["mode"] == "atomic" and rejected
    if withdrawn or job["dry_run"]:
        await savepoint.rollback()
    for done in chunks:
        await keep(push.session, job, _without_all(done) if withdrawn else done)
    detail = _ATOMIC if withdrawn else _DRY if job["dry_run"] else None
    await _finish(push, resource, job, state="done", detail=detail)
    return 1


def _for_show(done: Worked) -> Worked:
    """Without ids, and without the rows of which nothing is told."""
    told = [replace(v, id=None) for v in done.verdicts if v.outcome != Outcome.ACCEPTED]
    return replace(done, verdicts=told)


def _without_all(done: Worked) -> Worked:
    verdicts = [_withdrawn(verdict) for verdict in done.verdicts]
    return replace(
        done,
        counts=count([])
        | {"received": done.counts["received"], Outcome.REJECTED.value: done.counts["received"]},
        verdicts=verdicts,
    )


async def _finish(
    push: Push, resource: Resource, job: Any, *, state: str, detail: str | None
) -> None:
    key = {"job_id": job["job_id"]}
    sums = {row.key: row.n for row in await push.session.execute(_SUMS, key)}
    counts = count([]) | sums | {"received": job["counts"]["received"]}
    undone = counts["received"] - sum(counts[outcome] for outcome in Outcome)
    counts[Outcome.REJECTED] += undone  # of a failed job; their lines are not kept
    await push.session.execute(_FORGET_ROWS, key)
    declared = None
    if state == "done" and detail is None and job["covers"]:
        total = (await push.session.execute(_TOTAL, key)).scalar()
        declared, detail = await _declare(
            push,
            resource,
            covers_of(job["covers"]),
            counts["received"],
            total or Decimal(0),
            counts[Outcome.REJECTED] > 0,
        )
    await end_of_write(push.session, job["job_id"])
    await push.session.execute(
        _FINISH,
        {
            **key,
            "state": state,
            "counts": json.dumps(counts),
            "detail": detail,
            "declaration_id": declared,
            "finished_at": push.now,
            "kept_until": push.now + KEPT_FOR,
        },
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
