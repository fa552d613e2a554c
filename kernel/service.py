"""How every service is put together: one FastAPI app, its state, its manners."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kernel import problems
from kernel.crypto import Keys
from kernel.database import Database, is_unreachable, is_unstorable
from kernel.feed import Projection
from kernel.paging import refuse_unknown_filters
from kernel.recomputing import Recompute
from kernel.tokens import Verifier
from kernel.written import wait_until_here

log = logging.getLogger("jinqiao")

JSON_BODY_LIMIT = 1024 * 1024
"""Bytes of a single JSON body. Bulk has a limit of its own (`kernel.bulk`)."""

Step = Callable[["Service", AsyncSession], Awaitable[int]]
"""A piece of background work in one transaction; returns how much it did, 0 when idle."""

FeedStep = Callable[[AsyncClient, "Service", AsyncSession], Awaitable[int]]
"""A step that asks its neighbours' feeds for something else than events."""


@dataclass(frozen=True, slots=True)
class Work:
    """A step of the background, and a cheap SQL condition without which it has nothing to do."""

    run: Any
    """A Step; among `feed_steps` a FeedStep."""
    waiting: str = "true"


class Errand(Protocol):
    """Background work that waits for others, such as deliveries: beside the rounds of a worker and
    in transactions of its own, so that a slow receiver holds nobody up."""

    async def turn(self, service: "Service", feeds: AsyncClient, heads: Mapping[str, int]) -> int:
        """Do what there is to do now; returns how much, 0 when idle.

        `heads` are the positions up to which services' feeds are known to reach.
        """

    async def finish(self, service: "Service") -> None:
        """End what has begun, before the worker stops."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process gives to each service it runs."""

    keys: Keys
    verifier: Verifier
    database: Callable[[str], Database]


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: what its routes and its background steps stand on."""

    name: str
    keys: Keys
    verifier: Verifier
    database: Database
    resources: Mapping[str, Any] = field(default_factory=dict)
    """What is pushed here, by name of resource (`kernel.bulk.Resource`)."""
    projections: Sequence[Projection] = ()
    steps: Mapping[str, Work] = field(default_factory=dict)
    """Background work besides relaying, catching up and jobs, by name."""
    feed_steps: Mapping[str, Work] = field(default_factory=dict)
    errands: Sequence[Errand] = ()
    recomputes: Mapping[str, Recompute] = field(default_factory=dict)
    """By what it makes anew, what `jinqiao recompute` runs when law changes."""
    shares: Any = None
    """What it announces and how that is told (`kernel.sharing.Shared`)."""
    headings: Mapping[str, Any] = field(default_factory=dict)
    """Chinese headings and words of pushed tables (`kernel.bulk.formats.layout`)."""


def create_service(
    name: str,
    parts: Parts,
    *,
    routers: Sequence[APIRouter],
    resources: Sequence[Any] = (),
    projections: Sequence[Projection] = (),
    steps: Mapping[str, Work] | None = None,
    feed_steps: Mapping[str, Work] | None = None,
    recomputes: Mapping[str, Recompute] | None = None,
    shares: Any = None,
    errands: Sequence[Errand] = (),
    headings: Mapping[str, Any] | None = None,
) -> FastAPI:
    """A service as an ASGI app; `app.state.service` is the Service."""
    app = FastAPI(
        title=f"Jinqiao {name}",
        version="1.0.0",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # the gateway publishes one document for all
        redirect_slashes=False,  # the address of a redirect would come from the Host header
        dependencies=[Depends(refuse_unknown_filters), Depends(wait_until_here)],
        separate_input_output_schemas=False,
    )
    app.state.service = Service(
        name=name,
        keys=parts.keys,
        verifier=parts.verifier,
        database=parts.database(name),
        resources={resource.name: resource for resource in resources},
        projections=projections,
        steps=steps or {},
        feed_steps=feed_steps or {},
        recomputes=recomputes or {},
        shares=shares,
        errands=errands,
        headings=headings or {},
    )
    for router in routers:
        app.include_router(router)
    mind_manners(app)
    return app


def mind_manners(app: FastAPI) -> None:
    """Turn everything that can go wrong into a problem, and nothing into a 500 that is not one."""
    app.add_exception_handler(problems.Problem, _tell_problem)
    app.add_exception_handler(RequestValidationError, _tell_invalid_request)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell_unexpected)
    app.add_middleware(_Outermost)


class _Outermost:
    """Catches what Starlette's own error middleware would answer as plain text."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Any) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as failure:
            if started:
                raise
            request = Request(scope, receive)
            await (await _tell_unexpected(request, failure))(scope, receive, send)


def body_of(model: type[BaseModel], *, needed: bool = True, limit: int = JSON_BODY_LIMIT) -> Any:
    """A dependency: the JSON body as this model, read strictly; no body at all, if none is needed,
    as the model that says nothing. `limit`: bytes it may have.

    FastAPI's own reading turns NaN and deep nesting into a 500, takes "1" for 1, and repeats what
    it rejects. `kernel.service.describe_bodies` puts the model into the OpenAPI document.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(model)

    async def read(request: Request) -> Any:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not needed and not kind:
            return model()
        if kind != "application/json":
            raise problems.UnsupportedMediaType("Send the body as application/json.")
        raw = await read_body(request, limit)
        request.state.body = raw
        try:
            return adapter.validate_json(raw, strict=True)
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_context=False, include_input=False)
            raise problems.Invalid(errors=problems.faults(errors)) from None

    read.model, read.needed = model, needed  # type: ignore[attr-defined]
    return Depends(read)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, or PayloadTooLarge as soon as it passes the limit in bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise problems.PayloadTooLarge(
                f"The body is larger than {limit} bytes, the most this address takes."
            )
        parts.append(part)
    return b"".join(parts)


def describe_bodies(app: FastAPI, document: dict[str, Any]) -> None:
    """Add the models of `body_of` to an app's OpenAPI document, in place."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for route in iter_route_contexts(app.routes):
        for dependency in getattr(getattr(route, "dependant", None), "dependencies", []):
            model = getattr(dependency.call, "model", None)
            if model is None or not route.include_in_schema:
                continue
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas[model.__name__] = schema
            content = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                operation["requestBody"] = {
                    "required": dependency.call.needed,
                    "content": {"application/json": content},
                }


async def _tell_problem(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, problems.Problem)
    return problems.response_to(request, failure)


async def _tell_invalid_request(request: Request, failure: Exception) -> Response:
    """Faults of path, query and headers: 400 with the place, never the value."""
    assert isinstance(failure, RequestValidationError)
    found = problems.faults(failure.errors())
    if any(error["loc"][0] == "path" for error in failure.errors()):
        if request.method not in (methods := _methods_at(request)):  # it is a word of our own
            return problems.response_to(request, _no_such_method(methods))
        return problems.response_to(request, problems.NotFound())
    return problems.response_to(request, problems.BadRequest(errors=found))


async def _tell_http(request: Request, failure: Exception) -> Response:
    """What the framework itself refuses: unknown address or method."""
    assert isinstance(failure, HTTPException)
    known: dict[int, type[problems.Problem]] = {404: problems.NotFound}
    if failure.status_code == 405:
        return problems.response_to(request, _no_such_method(_methods_at(request)))
    problem = known.get(failure.status_code, problems.BadRequest)()
    problem.headers.update(failure.headers or {})
    return problems.response_to(request, problem)


def _no_such_method(known: Sequence[str]) -> problems.Problem:
    return problems.MethodNotAllowed(headers={"Allow": ", ".join(known)})


def _methods_at(request: Request) -> list[str]:
    """Every method an address takes; Starlette names those of its first route only.

    A route that spells the address out hides those that take any word in its place.
    """
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    routes = [
        route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)
    ]
    routes = [route for route in routes if route.path_format == path] or routes
    return sorted({method for route in routes for method in route.methods or ()})


async def _tell_unexpected(request: Request, failure: Exception) -> Response:
    """A database that is away is 503; anything else is our defect and is logged without values."""
    if is_unreachable(failure):
        return problems.response_to(
            request, problems.Unavailable("The database cannot be reached; try again shortly.")
        )
    if is_unstorable(failure):
        return problems.response_to(
            request,
            problems.BadRequest("The request holds a character or number that cannot be stored."),
        )
    # The traceback's frames tell where; the message may hold parameters, so it is left out.
    log.error(
        "unexpected %s at %s in request %s",
        " from ".join(type(each).__name__ for each in (failure, failure.__cause__) if each),
        _where(failure),
        request.scope.get("request_id"),
    )
    return problems.response_to(
        request, problems.Problem("The exchange failed; quote `instance` to its operator.")
    )


def _where(failure: BaseException) -> str:
    """The places in our own code that a failure passed, innermost first, without any value."""
    trace = failure.__traceback__
    frames = []
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "site-packages" not in file:
            frames.append(f"{'/'.join(file.rsplit('/', 2)[1:])}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-6:]))
