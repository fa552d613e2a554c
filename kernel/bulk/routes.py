"""The addresses at which facts are pushed and read. One factory, so that all behave alike."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import field, make_dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, Field, create_model
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.bulk import formats, reads
from kernel.bulk.arrival import Arrival
from kernel.bulk.declarations import check_declarable
from kernel.bulk.following import JobOut, RowResult, job_of
from kernel.bulk.formats.layout import Layout, layout_of
from kernel.bulk.jobs import Done, push_now
from kernel.bulk.resource import Outcome, Push, Raw, Resource, count
from kernel.bulk.upload import open_job
from kernel.bulk.wish import Covers, Wish
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.fields import Line, form_of_day
from kernel.money import Yuan
from kernel.paging import Page, Wanted
from kernel.problems import (
    BadRequest,
    Conflict,
    Fault,
    Invalid,
    Problem,
)
from kernel.service import body_of
from kernel.written import HEADER, end_of_write

_DAY = form_of_day("-")

INLINE = 1_000
"""Rows of a bulk push that are answered at once."""

INLINE_BYTES = 16 * 1024 * 1024
"""Bytes of rows beyond which a push becomes a job, however few they are: it is held meanwhile."""


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


async def _wish(
    covers: Annotated[
        str | None,
        Query(
            description="Days the push declares complete, from/to, such as 2018-01-01/2019-01-01.",
            pattern=f"^{_DAY}/{_DAY}$",
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
        _: Annotated[Any, body_of(resource.model, limit=resource.largest)],
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
        prefer: Annotated[str, Header()] = "",
    ) -> Response:
        """NDJSON (gzip allowed), CSV or XLSX. Up to 1,000 rows are answered at once, more become a
        job, which is kept before it is answered: a kill loses nothing of it.

        CSV and XLSX take field names or Chinese headings, days and amounts as offices write them.
        An ID number that a table turned into a number has lost digits and is refused.
        """
        if wish.covers:
            check_declarable(
                caller, wish.covers.division, wish.covers.valid_from, wish.covers.valid_to
            )
        arrival = Arrival(
            request,
            layout_of(resource.model, request.app.state.service.headings, resource.name),
            sheet=resource.sheet,
            generation=wish.generation,
        )
        push = _push(request, session, caller)
        async with aclosing(arrival.some()) as arriving:
            first, rest = await _first(arriving)
            if not first:
                raise _refusal("empty", "", "The file has no rows.")
            if rest is not None or "respond-async" in prefer:
                database = request.app.state.service.database
                rows = _chained(first, rest)
                job_id = await open_job(push, database, resource, rows, arrival, wish)
                job = await job_of(session, caller, job_id)
                where = f"/v1/{request.app.state.service.name}/jobs/{job_id}"
                # The job's id marks its end: who asks for it is answered when the job is done.
                headers = {"Location": where, HEADER: str(job_id)}
                return JSONResponse(job.model_dump(mode="json"), 202, headers)
        done = await push_now(push, resource, first, wish, strict=arrival.strict)
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


def _push(request: Request, session: AsyncSession, caller: Caller) -> Push:
    keys = request.app.state.service.keys
    return Push(session, caller, keys, clock.now(), clock.today())


async def rows_sent(request: Request, layout: Layout, *, most: int) -> tuple[list[Raw], bool]:
    """The rows of a bulk body, and whether they are to be read strictly.

    Raises UnsupportedMediaType, PayloadTooLarge, and Invalid for a file that has none or more than
    `most`.
    """
    arrival = Arrival(request, layout)
    raws: list[Raw] = []
    async with aclosing(arrival.some()) as arriving:
        async for some in arriving:
            raws += some
            if len(raws) > most:
                raise Invalid(
                    f"One call takes at most {most} rows; send the file in parts.",
                    code="too-many-rows",
                )
    if not raws:
        raise _refusal("empty", "", "The file has no rows.")
    return raws, arrival.strict


Arriving = AsyncGenerator[Sequence[Raw], None]


async def _first(arriving: Arriving) -> tuple[list[Raw], Arriving | None]:
    """The rows of a push that can be answered at once; and the rest, if there are more."""
    first: list[Raw] = []
    size = 0
    async for some in arriving:
        first += some
        size += sum(len(raw.json) for raw in some)
        if len(first) > INLINE or size > INLINE_BYTES:
            return first, arriving
    return first, None


async def _chained(first: Sequence[Raw], rest: Arriving | None) -> Arriving:
    yield first
    if rest is not None:
        async for some in rest:
            yield some


def _told(done: Done) -> dict[str, Any]:
    told = {**count(done.verdicts), "results": [verdict.shown() for verdict in done.verdicts]}
    if done.declaration_id:
        told["declaration_id"] = str(done.declaration_id)
    if done.detail:
        told["detail"] = done.detail
    return told


_CONTRADICTS_THE_RECORD = frozenset(
    {
        "version-conflict",
        "borrower-changed",
        "household-changed",
        "contract-voided",
        "claim-not-editable",
    }
)


def _refusal(code: str | None, pointer: str | None, message: str | None) -> Problem:
    """A single row's rejection as a problem: a contradiction is 409, anything else 422."""
    fault = Fault(pointer=pointer or "", code=code or "", message=message or "")
    kind = Conflict if code in _CONTRADICTS_THE_RECORD else Invalid
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
