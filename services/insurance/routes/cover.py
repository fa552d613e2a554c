"""Addresses of the lists that insurers and offices work by."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to, officer_allowed_to
from kernel.bulk.resource import Push
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, BusinessDate
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from services.insurance.operations import cover as lists
from services.insurance.operations import suspected
from services.insurance.schemas.cover import CoverGap, CoverListItem
from services.insurance.schemas.suspected import DismissalIn, SuspectedClaimOut
from services.insurance.vocabulary import LiabilityKind, SuspicionState

cover = APIRouter(tags=["cover"])
suspicions = APIRouter(tags=["suspected-claims"], route_class=ActedOnce)


def _ask(request: Request, session: Transaction, caller: Caller) -> Push:
    keys = request.app.state.service.keys
    return Push(session, caller, keys, clock.now(), clock.today())


@cover.get("/cover-list", operation_id="read_cover_list", response_model=Page[CoverListItem])
async def read_cover_list(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.POLICIES_READ)],
    wanted: Wanted,
    year: Annotated[int, Query(ge=2000, le=2100)],
    changes_since: BusinessDate | None = None,
    as_of: BusinessDate | None = None,
    division: DivisionCode | None = None,
    covered: bool | None = None,
) -> Any:
    """Who should be covered: members of registered households who are of an age to be.

    As of today; of a past year as of its last day, of a coming one as of its first. With
    `changes_since` only who came on the list since that day, left it or has another status.
    """
    ask = _ask(request, session, caller)
    on = lists.day_of_list(year, as_of, ask.today)
    return await lists.cover_list(
        ask, wanted, on, changes_since=changes_since, division=division, covered=covered
    )


@cover.get("/cover-gaps", operation_id="read_cover_gaps", response_model=Page[CoverGap])
async def read_cover_gaps(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.POLICIES_READ)],
    wanted: Wanted,
    on: BusinessDate | None = None,
    division: DivisionCode | None = None,
) -> Any:
    """Whom no policy covers on a day (left out: today), and the days between two policy years."""
    ask = _ask(request, session, caller)
    return await lists.cover_gaps(ask, wanted, on or ask.today, division)


@suspicions.get(
    "/suspected-claims",
    operation_id="list_suspected_claims",
    response_model=Page[SuspectedClaimOut],
)
async def list_suspected_claims(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CLAIMS_READ)],
    wanted: Wanted,
    as_of: BusinessDate | None = None,
    division: DivisionCode | None = None,
    state: SuspicionState | None = None,
    agency: AgencyCode | None = None,
    policy_no: AgencyNumber | None = None,
    incident_no: AgencyNumber | None = None,
    kind: LiabilityKind | None = None,
) -> Any:
    """Incidents that a policy answers for and nobody claimed in time, with the amount due.

    An insurer sees those under its own policies. `as_of` left out: today.
    """
    ask = _ask(request, session, caller)
    return await suspected.list_suspected(
        ask,
        wanted,
        as_of or ask.today,
        division,
        state=state,
        agency=agency,
        policy_no=policy_no,
        incident_no=incident_no,
        kind=kind,
    )


@suspicions.get("/suspected-claims/{suspicion_id}", operation_id="read_suspected_claim")
async def read_suspected_claim(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CLAIMS_READ)],
    suspicion_id: UUID,
    as_of: BusinessDate | None = None,
) -> SuspectedClaimOut:
    """One suspected claim with the working of what is due, and what officers decided on it."""
    ask = _ask(request, session, caller)
    return await suspected.one_suspected(ask, suspicion_id, as_of or ask.today)


@suspicions.post("/suspected-claims/{suspicion_id}/dismiss", operation_id="dismiss_suspected_claim")
async def dismiss_suspected_claim(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, officer_allowed_to(May.DISPOSITIONS_WRITE)],
    suspicion_id: UUID,
    asked: Annotated[Any, body_of(DismissalIn)],
    _: IdempotencyKey,
) -> SuspectedClaimOut:
    """An officer records that nothing is owed, and why. It is open again if the facts change.

    INS-02 goes on finding the incident: findings are dismissed in the ledger, by two officers.
    """
    return await suspected.dismiss(_ask(request, session, caller), suspicion_id, asked)
