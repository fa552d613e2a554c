"""Addresses of visits (排查)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.roles import May
from kernel.service import body_of
from services.rectification.operations.visits import finding_in_full, record_visit, visits_of
from services.rectification.schemas.visits import CheckIn, FindingFullOut, VisitOut

visits = APIRouter(tags=["findings"], route_class=ActedOnce)


@visits.get("/findings/{finding_id}", operation_id="read_finding")
async def read_finding(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.FINDINGS_READ)],
    finding_id: UUID,
) -> FindingFullOut:
    """One finding, if the caller may see it, and its trace: run, positions, visits and item."""
    return await finding_in_full(session, request.app.state.service.keys, caller, finding_id)


@visits.post(
    "/findings/{finding_id}/checks",
    status_code=201,
    operation_id="record_check",
    responses={200: {"model": VisitOut, "description": "This visit is on record already"}},
)
async def record(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CHECKS_WRITE)],
    finding_id: UUID,
    said: Annotated[Any, body_of(CheckIn)],
    response: Response,
    _: IdempotencyKey,
) -> VisitOut:
    """Record who went to look, on which day, and whether it is so. The same again answers 200."""
    kept, is_new = await record_visit(session, caller, finding_id, said)
    response.status_code = 201 if is_new else 200
    return kept


@visits.get("/findings/{finding_id}/checks", operation_id="list_checks")
async def read_list(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.FINDINGS_READ)],
    finding_id: UUID,
) -> list[VisitOut]:
    """The visits to a finding, oldest first."""
    return await visits_of(session, caller, finding_id)
