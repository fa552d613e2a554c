"""Addresses of samples, screenings and findings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from kernel.access import Caller, allowed_to
from kernel.bulk.following import job_routes
from kernel.bulk.routes import push_routes
from kernel.database import Transaction
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from services.rectification.operations.findings import findings_seen
from services.rectification.operations.samples import SAMPLES, SAMPLES_SHOWN
from services.rectification.operations.screenings import (
    ask_screening,
    screening_seen,
    screenings_seen,
)
from services.rectification.schemas.screenings import (
    FindingFilters,
    FindingsOut,
    ScreeningIn,
    ScreeningOut,
)

_screenings = APIRouter(tags=["screenings"], route_class=ActedOnce)
_findings = APIRouter(tags=["findings"])


@_screenings.post("/screenings", status_code=202, operation_id="ask_screening")
async def ask(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SCREENINGS_ASK)],
    asked: Annotated[ScreeningIn, body_of(ScreeningIn)],
    response: Response,
    _: IdempotencyKey,
) -> ScreeningOut:
    """Ask for everything in scope to be judged as of a business date; follow Location.

    What was acknowledged before is judged. A run never changes; ask again for a new one.
    """
    screening = await ask_screening(session, caller, asked)
    response.headers["Location"] = f"/v1/rectification/screenings/{screening.screening_id}"
    return screening


@_screenings.get("/screenings", operation_id="list_screenings")
async def list_screenings(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SCREENINGS_ASK)],
    wanted: Wanted,
) -> Page[ScreeningOut]:
    """Runs the agency asked for, or whose whole scope lies in its divisions, oldest first."""
    return Page[ScreeningOut].model_validate(await screenings_seen(session, caller, wanted))


@_screenings.get("/screenings/{screening_id}", operation_id="read_screening")
async def read_screening(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SCREENINGS_ASK)],
    screening_id: UUID,
) -> ScreeningOut:
    """How far a run is; once it is judged, its findings counted by rule and verdict."""
    return await screening_seen(session, caller, screening_id)


@_findings.get("/findings", operation_id="list_findings")
async def list_findings(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.FINDINGS_READ)],
    wanted: Wanted,
    filters: Annotated[FindingFilters, Depends()],
) -> FindingsOut:
    """Findings of judged runs: a bank's or insurer's own, else those in the caller's divisions."""
    keys = request.app.state.service.keys
    return await findings_seen(session, keys, caller, wanted, filters)


ROUTERS = [
    push_routes(SAMPLES, SAMPLES_SHOWN),
    job_routes("rectification", [May.SAMPLES_WRITE]),
    _screenings,
    _findings,
]
