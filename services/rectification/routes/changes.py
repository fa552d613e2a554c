"""Addresses that hold runs against each other."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.paging import Wanted
from kernel.roles import May
from services.rectification.operations.changes import changes_seen, missing_facts
from services.rectification.schemas.changes import ChangeFilters, ChangesOut, MissingFactsOut

changes = APIRouter(tags=["screenings"])

Asker = Annotated[Caller, allowed_to(May.SCREENINGS_ASK)]


@changes.get("/screenings/{screening_id}/changes", operation_id="list_changes")
async def read_changes(
    request: Request,
    session: Transaction,
    caller: Asker,
    screening_id: UUID,
    since: Annotated[UUID, Query(description="The run to hold it against.")],
    wanted: Wanted,
    filters: Annotated[ChangeFilters, Depends()],
) -> ChangesOut:
    """What is new, gone and still there since another run, by rule and subject, with amounts."""
    keys = request.app.state.service.keys
    return await changes_seen(session, keys, caller, screening_id, since, wanted, filters)


@changes.get("/screenings/{screening_id}/missing", operation_id="list_missing_facts")
async def read_missing(session: Transaction, caller: Asker, screening_id: UUID) -> MissingFactsOut:
    """Which facts and declarations would settle how many undetermined verdicts of a run."""
    return await missing_facts(session, caller, screening_id)
