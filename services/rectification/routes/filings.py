"""Addresses of contacts and submissions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.fields import BusinessDate
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from services.rectification.operations.filings import (
    THINGS,
    file,
    filings_seen,
    missing_at,
    one_filing,
)
from services.rectification.schemas.filings import (
    ContactIn,
    FilingFilters,
    FilingOut,
    MissingOut,
    SubmissionIn,
)

filings = APIRouter(tags=["ledger"], route_class=ActedOnce)

_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": FilingOut, "description": "It is on record already"}
}

Filer = Annotated[Caller, allowed_to(May.SUBMISSIONS_FILE)]


@filings.get("/submissions/missing", operation_id="list_missing_submissions")
async def missing(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SUBMISSIONS_READ)],
    stage: Annotated[
        BusinessDate, Query(description="The last day of a stage, such as 2019-06-20.")
    ],
    on: Annotated[BusinessDate | None, Query(description="As of a day; today if left out.")] = None,
) -> MissingOut:
    """Who has not filed: contacts by 6 June, reports, plans and ledgers by 20 June and November."""
    return await missing_at(session, caller, stage, on)


def _routes(asks: str, model: type[ContactIn] | type[SubmissionIn], what: str) -> None:
    """`POST`, `GET` and `GET {id}` of one kind of filing."""
    thing = THINGS[asks]

    async def add(
        request: Request,
        session: Transaction,
        caller: Filer,
        said: Annotated[Any, body_of(model)],
        response: Response,
        _: IdempotencyKey,
    ) -> FilingOut:
        keys = request.app.state.service.keys
        kept, is_new = await file(session, keys, caller, asks, said)
        response.status_code = 201 if is_new else 200
        response.headers["Location"] = f"/v1/rectification/{asks}/{kept.filing_id}"
        return kept

    async def read_list(
        request: Request,
        session: Transaction,
        caller: Filer,
        wanted: Wanted,
        filters: Annotated[FilingFilters, Depends()],
    ) -> Page[FilingOut]:
        keys = request.app.state.service.keys
        return await filings_seen(session, keys, caller, asks, wanted, filters)

    async def read_one(
        request: Request, session: Transaction, caller: Filer, filing_id: UUID
    ) -> FilingOut:
        keys = request.app.state.service.keys
        return await one_filing(session, keys, caller, asks, filing_id)

    add.__doc__ = f"File {what}. The same again answers 200; a change is one filing more."
    read_list.__doc__ = "The newest filing of each unit: the caller's, or those of its divisions."
    read_one.__doc__ = "One filing, if the caller may see it."
    filings.post(f"/{asks}", status_code=201, operation_id=f"file_{thing}", responses=_KNOWN)(add)
    filings.get(f"/{asks}", operation_id=f"list_{asks}")(read_list)
    filings.get(f"/{asks}/{{filing_id}}", operation_id=f"read_{thing}")(read_one)


_routes("contacts", ContactIn, "who answers for a unit")
_routes("submissions", SubmissionIn, "a unit's stage report, plan and ledger")
