"""Addresses of what is done with a claim."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from kernel import clock
from kernel.access import Caller, allowed_to, officer_allowed_to, officer_allowed_to_any
from kernel.access_log import noting
from kernel.bulk.reads import one
from kernel.bulk.resource import Push
from kernel.database import Transaction
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.roles import May
from kernel.service import body_of
from services.subsidy.operations import acts as operations
from services.subsidy.operations.claims import CLAIMS_SHOWN_TO
from services.subsidy.operations.paying import pass_through, pay
from services.subsidy.operations.publicity import publicity_list
from services.subsidy.schemas.claims import (
    ClaimActIn,
    ClawBackIn,
    PassThroughIn,
    PayIn,
    PublicityList,
    ReasonedActIn,
    RejectLinesIn,
    SubsidyClaimOut,
)

acts = APIRouter(tags=["claims"], route_class=ActedOnce)

Reviewer = Annotated[Caller, officer_allowed_to(May.SUBSIDY_REVIEW)]
Approver = Annotated[Caller, officer_allowed_to(May.SUBSIDY_APPROVE)]
Either = Annotated[Caller, officer_allowed_to_any([May.SUBSIDY_REVIEW, May.SUBSIDY_APPROVE])]
Claimant = Annotated[Caller, allowed_to(May.SUBSIDY_CLAIM)]


async def _done(request: Request, session: Any, caller: Caller, claim_id: UUID) -> SubsidyClaimOut:
    """The claim as it stands after an act."""
    keys = request.app.state.service.keys
    found = await one(session, CLAIMS_SHOWN_TO, keys, caller, claim_id)
    assert isinstance(found, SubsidyClaimOut)
    return found


@acts.post("/claims/{claim_id}/submit", operation_id="submit_subsidy_claim")
async def submit(
    request: Request,
    session: Transaction,
    caller: Claimant,
    claim_id: UUID,
    said: Annotated[ClaimActIn, body_of(ClaimActIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """Hand a draft or returned claim in. Each line is checked at once: theirs, ours, findings.

    Submitted twice answers 409 and says what can be done now.
    """
    await operations.submit(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/review", operation_id="review_subsidy_claim")
async def review(
    request: Request,
    session: Transaction,
    caller: Reviewer,
    claim_id: UUID,
    said: Annotated[ClaimActIn, body_of(ClaimActIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """An officer of the poverty office confirms the claim, once no line is against the law."""
    await operations.review(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/publicise", operation_id="publicise_subsidy_claim")
async def publicise(
    request: Request,
    session: Transaction,
    caller: Reviewer,
    claim_id: UUID,
    said: Annotated[ClaimActIn, body_of(ClaimActIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """The list is hung out; the county's days of publicity begin."""
    await operations.publicise(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/approve", operation_id="approve_subsidy_claim")
async def approve(
    request: Request,
    session: Transaction,
    caller: Approver,
    claim_id: UUID,
    said: Annotated[ClaimActIn, body_of(ClaimActIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """An officer of the finance bureau approves, after publicity and within the county's budget."""
    await operations.approve(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/pay", operation_id="pay_subsidy_claim")
async def make_payment(
    request: Request,
    session: Transaction,
    caller: Approver,
    claim_id: UUID,
    said: Annotated[PayIn, body_of(PayIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """A third officer pays: names payments that the bureau pushed, or has one made for each line.

    Payments named come to what was approved, loan by loan and to the fen.
    """
    push = Push(session, caller, request.app.state.service.keys, clock.now(), clock.today())
    await pay(push, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/return", operation_id="return_subsidy_claim")
async def return_claim(
    request: Request,
    session: Transaction,
    caller: Either,
    claim_id: UUID,
    said: Annotated[ReasonedActIn, body_of(ReasonedActIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """An officer of either office gives the claim back, to be changed and submitted anew."""
    await operations.return_claim(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/reject-lines", operation_id="reject_subsidy_claim_lines")
async def reject_lines(
    request: Request,
    session: Transaction,
    caller: Either,
    claim_id: UUID,
    said: Annotated[RejectLinesIn, body_of(RejectLinesIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """An officer of either office takes lines out; what is left is reviewed anew."""
    await operations.reject_lines(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/pass-through", operation_id="pass_subsidy_through")
async def pass_on(
    request: Request,
    session: Transaction,
    caller: Claimant,
    claim_id: UUID,
    said: Annotated[PassThroughIn, body_of(PassThroughIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """The bank names the refunds by which the subsidy reached the households; no amounts.

    Reconciled once the three ledgers meet to the fen; until then more refunds may be named.
    """
    await pass_through(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.post("/claims/{claim_id}/claw-back", operation_id="claw_subsidy_back")
async def claw_back(
    request: Request,
    session: Transaction,
    caller: Approver,
    claim_id: UUID,
    said: Annotated[ClawBackIn, body_of(ClawBackIn)],
    _: IdempotencyKey,
) -> SubsidyClaimOut:
    """An officer of the finance bureau asks for money back; the bank's refunds to the treasury
    settle it."""
    await operations.claw_back(session, caller, claim_id, said)
    return await _done(request, session, caller, claim_id)


@acts.get("/claims/{claim_id}/publicity-list", operation_id="read_publicity_list")
async def read_publicity_list(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SUBSIDY_READ)],
    claim_id: UUID,
) -> PublicityList:
    """What is hung out: name, village, amount, and nothing else. Supervisors see names masked.

    To whom names are shown in clear is put on record, under the purpose PUBLICITY.
    """
    note = noting(request, session, caller)
    return await publicity_list(session, request.app.state.service.keys, caller, claim_id, note)
