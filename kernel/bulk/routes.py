"""The addresses at which facts are pushed and read. One factory, so that all behave alike."""

import asyncio
from collections.abc import Sequence
from dataclasses import field, make_dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, Field, create_model
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse

from kernel import clock
from kernel.access import Caller, allowed_to, allowed_to_any
from kernel.bulk import formats, reads
from kernel.bulk.declarations import check_declarable
from kernel.bulk.jobs import Covers, Done, Wish, open_job, push_now
from kernel.bulk.resource import Outcome, Push, Raw, Resource, Sheet, count
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.fields import Line
from kernel.money import Yuan
from kernel.paging import Page, Wanted
from kernel.problems import (
    BadRequest,
    Conflict,
    Fault,
    Invalid,
    NotFound,
    Problem,
    UnsupportedMediaType,
)
from kernel.roles import May
from kernel.service import body_of, read_body
from kernel.written import HEADER, end_of_write

INLINE = 1_000
"""Rows of a bulk push that are answered at once."""


class RowResult(BaseModel):
    """What became of one row."""

    line: int
    outcome: Outcome
    id: UUID | None = None
    code: str | None = None
    pointer: str | None = None
    message: str | None = None


class PushResult(BaseModel):
    """What became of a bulk push; received is always the sum of the other five counts."""

    received: int
    accepted: int
    unchanged: int
    superseded: int
    rejected: int
    pending: int
    declaration_id: UUID | None = None
    detail: str | None = None
    results: list[RowResult] = Field(default_factory=list)


class JobOut(BaseModel):
    """A push that is being worked on, or its result."""

    job_id: UUID
    resource: str
    state: Literal["queued", "done", "failed"]
    counts: dict[str, int]
    """While it is queued, rows not yet done count as pending."""
    declaration_id: UUID | None
    detail: str | None


async def _wish(
    covers: Annotated[
        str | None,
        Query(
            description="Days the push declares complete, from/to, such as 2018-01-01/2019-01-01.",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        ),
    ] = None,
    covers_division: DivisionCode | None = None,
    control_total: Yuan | None = None,
    mode: Literal["per_row", "atomic"] = "per_row",
    dry_run: bool = False,
    generation: Annotated[int | None, Query(ge=1, le=2)] = None,
) -> Wish:
    if covers is None:
        if covers_division is not None or control_total is not None:
            raise BadRequest("covers_division and control_total go with covers.")
        return Wish(mode, dry_run, None, generation)
    try:
        first, last = (date.fromisoformat(day) for day in covers.split("/"))
    except ValueError:
        raise BadRequest("Write covers as two days, such as 2018-01-01/2019-01-01.") from None
    return Wish(mode, dry_run, Covers(first, last, covers_division, control_total), generation)


def push_routes(resource: Resource, shown: reads.Reads, *, called: str = "") -> APIRouter:
    """`POST {things}`, `POST bulk/{things}`, `GET {things}` and `GET {things}/{id}`.

    `called`: what operations are named after, where another service pushes things of that name.
    """
    router = APIRouter(tags=[resource.name])
    thing = called or resource.thing
    things = f"{called}s" if called else resource.name.replace("-", "_")
    answer = _answer_model(resource, shown)

    @router.post(
        f"/{resource.name}",
        status_code=201,
        operation_id=f"push_{thing}",
        summary=f"Push one {resource.thing.replace('_', ' ')}",
        response_model=answer,
        responses={
            200: {"model": answer, "description": "Known already; `outcome` says what became."},
            202: {"model": answer, "description": "Waits for a person or contract not known yet."},
        },
    )
    async def push_one(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, allowed_to(resource.write)],
        _: Annotated[Any, body_of(resource.model)],
    ) -> Response:
        """201 if it is new, 200 if it was known, 202 if it waits for a person or contract."""
        push = _push(request, session, caller)
        raw = Raw(1, request.state.body)
        wish = Wish("per_row", dry_run=False, covers=None)
        [verdict] = (await push_now(push, resource, [raw], wish, strict=True)).verdicts
        if verdict.outcome == Outcome.REJECTED:
            raise _refusal(verdict.code, verdict.pointer, verdict.message)
        told: dict[str, Any] = {"outcome": verdict.outcome.value, resource.thing: None}
        if verdict.outcome == Outcome.PENDING or verdict.id is None:
            return JSONResponse(
                {**told, "findings": []}, 202, {HEADER: await end_of_write(session)}
            )
        fact = await reads.one(session, shown, push.keys, caller, verdict.id)
        told[resource.thing] = fact.model_dump(mode="json", by_alias=True)
        found = await resource.findings(push, verdict.id) if resource.findings else []
        is_new = await reads.versions(session, shown, verdict.id) == 1
        created = is_new and verdict.outcome == Outcome.ACCEPTED
        status = 201 if created else 200
        return JSONResponse(
            {**told, "findings": found}, status, {HEADER: await end_of_write(session)}
        )

    @router.post(
        f"/bulk/{resource.name}",
        operation_id=f"push_{things}",
        summary=f"Push many {resource.name.replace('-', ' ')}",
        response_model=PushResult,
        responses={202: {"model": JobOut, "description": "Taken; follow Location"}},
        openapi_extra={"requestBody": bulk_body(resource.model)},
    )
    async def push_many(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, allowed_to(resource.write)],
        wish: Annotated[Wish, Depends(_wish)],
        content_type: Annotated[str, Header()] = "",
        content_encoding: Annotated[str, Header()] = "",
        prefer: Annotated[str, Header()] = "",
    ) -> Response:
        """NDJSON, CSV or XLSX. Up to 1,000 rows are answered at once, more become a job."""
        if wish.covers:
            check_declarable(
                caller, wish.covers.division, wish.covers.valid_from, wish.covers.valid_to
            )
        raws, strict = await rows_sent(
            request, content_type, content_encoding, resource.sheet, wish.generation
        )
        push = _push(request, session, caller)
        if len(raws) > INLINE or "respond-async" in prefer:
            job_id = await open_job(push, resource, raws, wish, strict=strict)
            job = await _job(session, caller, job_id)
            where = f"/v1/{request.app.state.service.name}/jobs/{job_id}"
            # The job's id marks its end: who asks for it is answered when the job is done.
            headers = {"Location": where, HEADER: str(job_id)}
            return JSONResponse(job.model_dump(mode="json"), 202, headers)
        done = await push_now(push, resource, raws, wish, strict=strict)
        headers = {} if wish.dry_run else {HEADER: await end_of_write(session)}
        return JSONResponse(_told(done), 200, headers)

    @router.get(
        f"/{resource.name}",
        operation_id=f"list_{things}",
        summary=f"List {resource.name.replace('-', ' ')}",
        response_model=Page[shown.out],  # type: ignore[name-defined]
    )
    async def read_list(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, allowed_to(shown.may)],
        wanted: Wanted,
        filters: Annotated[Any, Depends(_filters(shown))],
    ) -> Any:
        """Current facts that the caller may see, oldest first."""
        keys = request.app.state.service.keys
        return await reads.listed(session, shown, keys, caller, wanted, filters)

    if shown.own_page:
        return router

    @router.get(
        f"/{resource.name}/{{id}}",
        operation_id=f"read_{thing}",
        summary=f"Read one {resource.thing.replace('_', ' ')}",
        response_model=shown.out,
    )
    async def read_one(
        request: Request,
        session: Transaction,
        caller: Annotated[Caller, allowed_to(shown.may)],
        fact_id: Annotated[UUID, Path(alias="id")],
    ) -> Any:
        """The newest version of one fact; 404 if there is none that the caller may see."""
        return await reads.one(session, shown, request.app.state.service.keys, caller, fact_id)

    return router


def job_routes(service: str, mays: Sequence[May]) -> APIRouter:
    """`GET jobs/{id}` and its errors, for those who push to this service."""
    router = APIRouter(tags=["jobs"])
    any_writer = allowed_to_any(mays)

    @router.get("/jobs/{job_id}", operation_id=f"read_{service}_job")
    async def read_job(
        session: Transaction, caller: Annotated[Caller, any_writer], job_id: UUID
    ) -> JobOut:
        """How far a push is, and its result when it is done."""
        return await _job(session, caller, job_id)

    @router.get("/jobs/{job_id}/errors", operation_id=f"list_{service}_job_errors")
    async def read_errors(
        session: Transaction,
        caller: Annotated[Caller, any_writer],
        job_id: UUID,
        after_line: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> list[RowResult]:
        """Rows of a push that were not simply accepted, by line."""
        await _job(session, caller, job_id)
        values = {"job_id": job_id, "after_line": after_line, "limit": limit}
        rows = (await session.execute(_ERRORS, values)).scalars().all()
        return [RowResult.model_validate(row) for row in rows]

    return router


_JOB = text("""
    select job_id, resource, state, counts, declaration_id, detail,
           (select coalesce(jsonb_object_agg(key, n), '{}') from (
               select key, sum(value::int) as n from job_chunk c, jsonb_each_text(c.counts)
               where c.job_id = job.job_id group by key) so_far) as so_far
    from job where job_id = :job_id and agency = :agency
""")
_ERRORS = text("""
    select result from job_chunk, jsonb_array_elements(results) as result
    where job_id = :job_id and (result ->> 'line')::int > :after_line
    order by (result ->> 'line')::int limit :limit
""")


async def _job(session: AsyncSession, caller: Caller, job_id: UUID) -> JobOut:
    """A job of the caller's agency, or NotFound. Undone rows count as pending, so sums hold."""
    values = {"job_id": job_id, "agency": caller.agency}
    row = (await session.execute(_JOB, values)).mappings().first()
    if row is None:
        raise NotFound
    counts = dict(row["counts"])
    if row["state"] == "queued":
        received = counts["received"]
        counts = count([]) | dict(row["so_far"]) | {"received": received}
        counts["pending"] += received - sum(counts[outcome] for outcome in Outcome)
    return JobOut.model_validate({**row, "counts": counts})


def _push(request: Request, session: AsyncSession, caller: Caller) -> Push:
    keys = request.app.state.service.keys
    return Push(session, caller, keys, clock.now(), clock.today())


async def rows_sent(
    request: Request,
    content_type: str,
    content_encoding: str,
    sheet: Sheet | None = None,
    generation: int | None = None,
) -> tuple[list[Raw], bool]:
    """The rows of a bulk body, and whether they are to be read strictly.

    Raises UnsupportedMediaType, PayloadTooLarge, and Invalid for a file that has none.
    """
    body = await read_body(request, formats.BODY_LIMIT)
    if content_encoding not in ("", "identity", "gzip"):
        raise UnsupportedMediaType("Of content encodings only gzip is taken.")
    kind = content_type.partition(";")[0].strip().lower()

    def read() -> list[Raw]:
        plain = formats.inflated(body) if content_encoding == "gzip" else body
        return list(formats.rows_of(plain, kind, sheet=sheet, generation=generation))

    raws = await asyncio.to_thread(read)
    if not raws:
        raise _refusal("empty", "", "The file has no rows.")
    return raws, formats.is_typed(kind)


def _told(done: Done) -> dict[str, Any]:
    told = {**count(done.verdicts), "results": [verdict.shown() for verdict in done.verdicts]}
    if done.declaration_id:
        told["declaration_id"] = str(done.declaration_id)
    if done.detail:
        told["detail"] = done.detail
    return told


def _refusal(code: str | None, pointer: str | None, message: str | None) -> Problem:
    """A single row's rejection as a problem: a contradiction is 409, anything else 422."""
    fault = Fault(pointer=pointer or "", code=code or "", message=message or "")
    kind = (
        Conflict
        if code in ("version-conflict", "borrower-changed", "claim-not-editable")
        else Invalid
    )
    return kind(message, code=code, errors=[fault])


def _filters(shown: reads.Reads) -> Any:
    """A dependency that reads the filters of one kind of fact from the query."""
    fields = [
        (name, Annotated[_filter_type(shown, name) | None, Query()], field(default=None))
        for name in shown.filters
    ]
    made = make_dataclass(f"{shown.out.__name__}Filters", fields)

    async def read(wanted: Annotated[Any, Depends(made)]) -> dict[str, Any]:
        return dict(vars(wanted))

    return read


def _filter_type(shown: reads.Reads, name: str) -> Any:
    if name == "division":
        return DivisionCode
    kind = shown.table.c[name].type.python_type
    return Line if kind in (str, object) else kind  # SQLModel's own text says it is an object


def _answer_model(resource: Resource, shown: reads.Reads) -> type[BaseModel]:
    """The answer to a single push, for the OpenAPI document."""
    fields: dict[str, Any] = {
        "outcome": (Outcome, ...),
        resource.thing: (shown.out | None, None),
        "findings": (list[dict[str, Any]], Field(default_factory=list)),
    }
    return create_model(f"{resource.model.__name__.removesuffix('In')}Answer", **fields)


def bulk_body(model: type[BaseModel]) -> dict[str, Any]:
    """The body of a bulk call, for the OpenAPI document."""
    rows = {"type": "string", "format": "binary"}
    types = (formats.NDJSON, formats.CSV, formats.XLSX)
    note = f"Rows of {model.__name__}, one a line."
    content = {kind: {"schema": {**rows, "description": note}} for kind in types}
    return {"required": True, "content": content}
