"""Following a push that became a job: how far it is, what became of its rows, and which of them to
mend."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kernel import clock
from kernel.access import Caller, allowed_to_any
from kernel.bulk.formats import CSV, NDJSON, XLSX, errors
from kernel.bulk.refusals import refused_rows
from kernel.bulk.resource import Outcome, count
from kernel.bulk.upload import file_digest
from kernel.database import Transaction
from kernel.fields import Line
from kernel.paging import Page, Wanted, page_of
from kernel.problems import NotFound
from kernel.roles import May


class RowResult(BaseModel):
    """What became of one row."""

    line: int
    outcome: Outcome
    id: UUID | None = None
    code: str | None = None
    pointer: str | None = None
    message: str | None = None


class Asked(BaseModel):
    """How a push was asked to be done."""

    mode: Literal["per_row", "atomic"]
    dry_run: bool
    covers: str | None
    covers_division: str | None
    control_total: str | None


class JobOut(BaseModel):
    """A push that is being worked on, or its result."""

    job_id: UUID
    resource: str
    state: Literal["queued", "done", "failed"]
    counts: dict[str, int]
    """While it is queued, rows not yet done count as pending."""
    declaration_id: UUID | None
    detail: str | None
    asked: Asked
    created_at: datetime
    finished_at: datetime | None


def job_routes(service: str, mays: Sequence[May]) -> APIRouter:
    """`GET jobs`, `GET jobs/{id}` and its errors, for those who push to this service."""
    router = APIRouter(tags=["jobs"])
    any_writer = allowed_to_any(mays)

    @router.get("/jobs", operation_id=f"list_{service}_jobs")
    async def list_jobs(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, any_writer],
        wanted: Wanted,
        resource: Annotated[Line | None, Query()] = None,
        state: Annotated[Literal["queued", "done", "failed"] | None, Query()] = None,
        collected: Annotated[
            bool | None, Query(description="Whether somebody has read how it ended.")
        ] = None,
        sha256: Annotated[
            str | None,
            Query(pattern="^[0-9a-f]{64}$", description="Of the pushed file, before gzip."),
        ] = None,
    ) -> Page[JobOut]:
        """The agency's jobs, oldest first. Who lost the answer to a push finds its job by the file,
        and may go on following it instead of pushing again.
        """
        digest = file_digest(request.app.state.service.keys, sha256) if sha256 else None
        values = {
            "agency": caller.agency,
            "after": wanted.after,
            "limit": wanted.limit + 1,
            "resource": resource,
            "state": state,
            "collected": collected,
            "digest": digest,
        }
        rows = (await session.execute(_JOBS, values)).mappings().all()
        return Page[JobOut].model_validate(page_of([_told(row) for row in rows], wanted, "job_id"))

    @router.get("/jobs/{job_id}", operation_id=f"read_{service}_job")
    async def read_job(
        session: Transaction, caller: Annotated[Caller, any_writer], job_id: UUID
    ) -> JobOut:
        """How far a push is, and its result when it is done."""
        job = await job_of(session, caller, job_id)
        if job.state != "queued":
            await session.execute(_COLLECT, {"job_id": job_id, "now": clock.now()})
        return job

    @router.get(
        "/jobs/{job_id}/errors",
        operation_id=f"list_{service}_job_errors",
        response_model=list[RowResult],
        responses={200: {"content": {kind: {"schema": _FILE} for kind in _FILES}}},
    )
    async def read_errors(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, any_writer],
        job_id: UUID,
        after_line: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        outcome: Annotated[Outcome | None, Query(description="Only these.")] = None,
        format_: Annotated[
            Literal["json", "ndjson", "csv", "xlsx"],
            Query(alias="format", description="json: this page; else a file of refused rows."),
        ] = "json",
    ) -> Any:
        """Rows of a push that were not simply accepted, by line, without what they said.

        With `format` a file of all rows that were refused for a fault of their own, each with the
        reason beside what was pushed, for seven days after the job's end and for the agency that
        pushed it. Mended it can be pushed again; nothing in it is a formula.
        """
        await job_of(session, caller, job_id)
        if format_ != "json":
            service = request.app.state.service
            rows = partial(refused_rows, service.database, service.keys, job_id)
            return await _file(format_, rows, f"errors-{job_id}.{format_}")
        values = {
            "job_id": job_id,
            "after_line": after_line,
            "limit": limit,
            "outcome": outcome.value if outcome else None,
        }
        found = (await session.execute(_ERRORS, values)).scalars().all()
        return [RowResult.model_validate(row) for row in found]

    return router


_FILES = (NDJSON, CSV, XLSX)
_FILE = {"type": "string", "format": "binary"}


async def _file(kind: str, rows: errors.Refusals, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "xlsx":
        return Response(await errors.as_xlsx(rows), 200, headers, XLSX)
    if kind == "csv":
        return StreamingResponse(errors.as_csv(rows), 200, headers, f"{CSV}; charset=utf-8")
    return StreamingResponse(errors.as_ndjson(rows), 200, headers, NDJSON)


_COLUMNS = """
    job_id, resource, state, counts, declaration_id, detail, mode, dry_run, covers, created_at,
    finished_at,
    (select coalesce(jsonb_object_agg(key, n), '{}') from (
        select key, sum(value::int) as n from job_chunk c, jsonb_each_text(c.counts)
        where c.job_id = job.job_id and job.state = 'queued' group by key) so_far) as so_far
"""
_JOB = text(f"""
    select {_COLUMNS} from job
    where job_id = :job_id and agency = :agency and state <> 'arriving'
""")
_JOBS = text(f"""
    select {_COLUMNS} from job
    where agency = :agency and state <> 'arriving'
      and (cast(:after as uuid) is null or job_id > :after)
      and (cast(:resource as text) is null or resource = :resource)
      and (cast(:state as text) is null or state = :state)
      and (cast(:collected as boolean) is null or (collected_at is not null) = :collected)
      and (cast(:digest as uuid) is null or digest = :digest)
    order by job_id limit :limit
""")
_COLLECT = text("""
    update job set collected_at = :now where job_id = :job_id and collected_at is null
""")
# Enough chunks to fill the page: each has a row to tell, but for the first, whose may be behind.
_ERRORS = text("""
    select result
    from (select results from job_chunk
          where job_id = :job_id and last_line > :after_line
            and (cast(:outcome as text) is null or (counts ->> :outcome)::int > 0)
          order by chunk_no limit :limit + 1) told,
         jsonb_array_elements(results) as result
    where (result ->> 'line')::int > :after_line
      and (cast(:outcome as text) is null or result ->> 'outcome' = :outcome)
    order by (result ->> 'line')::int limit :limit
""")


async def job_of(session: AsyncSession, caller: Caller, job_id: UUID) -> JobOut:
    """A job of the caller's agency, or NotFound. Undone rows count as pending, so sums hold."""
    values = {"job_id": job_id, "agency": caller.agency}
    row = (await session.execute(_JOB, values)).mappings().first()
    if row is None:
        raise NotFound
    return JobOut.model_validate(_told(row))


def _told(row: Any) -> dict[str, Any]:
    counts = dict(row["counts"])
    if row["state"] == "queued":
        received = counts["received"]
        counts = count([]) | dict(row["so_far"]) | {"received": received}
        counts["pending"] += received - sum(counts[outcome] for outcome in Outcome)
    covers = row["covers"] or {}
    asked = {
        "mode": row["mode"],
        "dry_run": row["dry_run"],
        "covers": f"{covers['valid_from']}/{covers['valid_to']}" if covers else None,
        "covers_division": covers.get("division"),
        "control_total": covers.get("control_total"),
    }
    return {**row, "counts": counts, "asked": asked}
