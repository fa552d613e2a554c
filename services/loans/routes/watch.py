"""Addresses of following loans up: rates, calendar, actual users, default proposals."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kernel import clock
from kernel.access import Caller, allowed_to, allowed_to_any, officer_allowed_to
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.editing import REPLACES, check_if_match, etag_of
from kernel.fields import BusinessDate, Line
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from services.loans.operations import calendar, proposals, users
from services.loans.schemas.watch import (
    DecisionIn,
    DispositionIn,
    DispositionOut,
    MaturitiesOut,
    OverdueLoansOut,
    ProposalIn,
    ProposalOut,
    ProposalState,
    RatesOut,
    UserOut,
    UsersOut,
)

followed = APIRouter(tags=["follow-up"], route_class=ActedOnce)

Watcher = Annotated[Caller, allowed_to(May.LENDING_WATCH)]
AsOf = Annotated[
    BusinessDate | None,
    Query(description="Default: today."),
]


@followed.get("/overdue-rates", operation_id="list_overdue_rates")
async def list_overdue_rates(
    session: Transaction,
    caller: Watcher,
    by: Literal["village", "township", "county"] = "village",
    as_of: AsOf = None,
    division: DivisionCode | None = None,
    after: DivisionCode | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> RatesOut:
    """Σ overdue ÷ Σ balance of living poverty loans by place, beside the mean, by division.

    A village or township is held against its own county, a county against all that is asked for.
    A bank sees its own loans only.
    """
    on = as_of or clock.today()
    values = calendar.seen(caller, on, division)
    rates = await calendar.overdue_rates(session, caller, by, values)
    rest = [rate for rate in rates if after is None or rate["division"] > after]
    more = len(rest) > limit
    return RatesOut.model_validate(
        {
            "as_of": on,
            "items": rest[:limit],
            "next_after": rest[limit - 1]["division"] if more else None,
        }
    )


@followed.get("/maturities", operation_id="list_maturities")
async def list_maturities(
    request: Request,
    session: Transaction,
    caller: Watcher,
    wanted: Wanted,
    within_days: Annotated[int | None, Query(ge=0, le=3660)] = None,
    as_of: AsOf = None,
    division: DivisionCode | None = None,
) -> MaturitiesOut:
    """Living poverty loans that fall due within some days (by default those of the reminder), with
    the notices on record and the one that is still due; the soonest first."""
    on = as_of or clock.today()
    values = {**calendar.seen(caller, on, division), "within_days": within_days}
    keys = request.app.state.service.keys
    page = await calendar.maturities(session, keys, caller, wanted, values)
    return MaturitiesOut.model_validate({**page, "as_of": on})


@followed.get("/overdue-loans", operation_id="list_overdue_loans")
async def list_overdue_loans(
    request: Request,
    session: Transaction,
    caller: Watcher,
    wanted: Wanted,
    as_of: AsOf = None,
    division: DivisionCode | None = None,
) -> OverdueLoansOut:
    """Overdue poverty loans: the band of days beside the five-class, and if there is a plan."""
    on = as_of or clock.today()
    values = calendar.seen(caller, on, division)
    keys = request.app.state.service.keys
    page = await calendar.overdue_loans(session, keys, caller, wanted, values)
    return OverdueLoansOut.model_validate({**page, "as_of": on})


@followed.get("/actual-users", operation_id="list_actual_users")
async def list_actual_users(
    session: Transaction,
    caller: Watcher,
    wanted: Wanted,
    as_of: AsOf = None,
    division: DivisionCode | None = None,
    watched: bool | None = None,
) -> UsersOut:
    """Organisations that really use poverty loans, with their families, balance and banks over
    everything. A bank sees what it lent itself, so `watched` filters nothing for it."""
    on = as_of or clock.today()
    page = await users.users_seen(session, caller, wanted, on, division=division, watched=watched)
    return UsersOut.model_validate({**page, "as_of": on})


@followed.get("/actual-users/{user_id}", operation_id="read_actual_user")
async def read_actual_user(
    response: Response, session: Transaction, caller: Watcher, user_id: UUID, as_of: AsOf = None
) -> UserOut:
    """One actual user; the ETag is that of what was decided about it, if anything was."""
    user = await users.user_seen(session, caller, user_id, as_of or clock.today())
    if user.disposition:
        response.headers["ETag"] = etag_of(user.disposition.version)
    return user


@followed.put(
    "/actual-users/{user_id}/disposition",
    operation_id="dispose_of_actual_user",
    dependencies=[REPLACES],
    responses={201: {"model": DispositionOut, "description": "The first one on record"}},
)
async def dispose_of_actual_user(
    request: Request,
    response: Response,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.DISPOSITIONS_WRITE)],
    user_id: UUID,
    said: Annotated[DispositionIn, body_of(DispositionIn)],
) -> DispositionOut:
    """What is to be done about an actual user, and why.

    To replace one send its ETag as If-Match; the earlier one stays on record. The same again
    changes nothing.
    """
    row, is_first = await users.dispose(
        session, caller, user_id, said, partial(check_if_match, request)
    )
    response.headers["ETag"] = etag_of(row["version"])
    if is_first:
        response.status_code = 201
    return DispositionOut.model_validate(dict(row))


@followed.post(
    "/default-proposals",
    status_code=201,
    operation_id="propose_default",
    responses={200: {"model": ProposalOut, "description": "It was on record"}},
)
async def propose_default(
    request: Request,
    response: Response,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.DEFAULTS_PROPOSE)],
    said: Annotated[ProposalIn, body_of(ProposalIn)],
    _: IdempotencyKey,
) -> ProposalOut:
    """Propose a borrower of one's own for the list of those who default in bad faith.

    Nothing follows from it before an officer of another agency decides.
    """
    keys = request.app.state.service.keys
    proposal, is_new = await proposals.propose(session, keys, caller, said)
    if not is_new:
        response.status_code = 200
    return proposal


_reads_proposals = allowed_to_any([May.DEFAULTS_PROPOSE, May.DEFAULTS_DECIDE])


@followed.get("/default-proposals", operation_id="list_default_proposals")
async def list_default_proposals(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, _reads_proposals],
    wanted: Wanted,
    state: ProposalState | None = None,
    contract_no: Line | None = None,
) -> Page[ProposalOut]:
    """A bank's own proposals, else those in the caller's divisions, oldest first."""
    keys = request.app.state.service.keys
    filters: dict[str, Any] = {"state": state, "contract_no": contract_no}
    page = await proposals.proposals_seen(session, keys, caller, wanted, filters)
    return Page[ProposalOut].model_validate(page)


@followed.get("/default-proposals/{proposal_id}", operation_id="read_default_proposal")
async def read_default_proposal(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, _reads_proposals],
    proposal_id: UUID,
) -> ProposalOut:
    """One proposal, with the decision if there is one."""
    keys = request.app.state.service.keys
    return await proposals.proposal_seen(session, keys, caller, proposal_id)


@followed.post("/default-proposals/{proposal_id}/decide", operation_id="decide_default_proposal")
async def decide_default_proposal(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, officer_allowed_to(May.DEFAULTS_DECIDE)],
    proposal_id: UUID,
    said: Annotated[DecisionIn, body_of(DecisionIn)],
    _: IdempotencyKey,
) -> ProposalOut:
    """List the borrower, or refuse: an officer of an office or supervisor, once and with reasons.

    Decided twice is 409 wrong-state, whoever decides and however.
    """
    keys = request.app.state.service.keys
    return await proposals.decide(session, keys, caller, proposal_id, said)
