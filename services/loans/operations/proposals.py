"""Proposals for the list of those who default in bad faith (失信债务人), and decisions on them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import spans
from kernel.ids import new_id
from kernel.paging import WantedPage, page_of
from kernel.problems import Fault, Invalid, NotFound
from kernel.roles import Role
from kernel.workflow import move, state_after
from services.loans.problems import ProposalOpen
from services.loans.queries import proposals as queries
from services.loans.schemas.watch import DecisionIn, ProposalIn, ProposalOut

MOVES = {"decide": move("proposed", "decided")}


async def propose(
    session: AsyncSession, keys: Keys, caller: Caller, said: ProposalIn
) -> tuple[ProposalOut, bool]:
    """Record a bank's proposal about a loan of its own; the proposal, and whether it is new.

    The same content again, while it is open, answers the one on record. Raises Invalid for a number
    that is not the bank's, ProposalOpen for other content.
    """
    number = {"agency": caller.agency, "contract_no": said.contract_no}
    loan = (await session.execute(queries.LOAN_OF, number)).mappings().first()
    if loan is None:
        message = "The bank has pushed no contract of this number; push it first."
        fault = Fault(pointer="/contract_no", code="unknown_contract", message=message)
        raise Invalid(message, code="unknown-contract", errors=[fault])
    is_open = (await session.execute(queries.OPEN_PROPOSAL, dict(loan))).mappings().first()
    if is_open is not None:
        same = (is_open["evidence"], is_open["reason"]) == (said.evidence, said.reason)
        if not same or said.on not in (None, is_open["proposed_on"]):
            raise ProposalOpen
        return await proposal_seen(session, keys, caller, is_open["proposal_id"]), False
    row = {
        **loan,
        **number,
        "proposal_id": new_id(),
        "evidence": said.evidence,
        "reason": said.reason,
        "proposed_on": said.on or clock.today(),
        "proposed_by": caller.sub,
        "recorded_at": clock.now(),
    }
    await session.execute(queries.ADD_PROPOSAL, row)
    return await proposal_seen(session, keys, caller, row["proposal_id"]), True


async def decide(
    session: AsyncSession, keys: Keys, caller: Caller, proposal_id: UUID, said: DecisionIn
) -> ProposalOut:
    """Record what an officer of another agency decides on a proposal, once.

    Raises NotFound, WrongState if it was decided before, Invalid for a day before the proposal's.
    """
    row = await _row(session, caller, proposal_id)
    state_after(MOVES, "proposal", row["state"], "decide")
    decided_on = said.on or clock.today()
    if decided_on < row["proposed_on"]:
        message = "Nothing can be decided before it was proposed."
        fault = Fault(pointer="/on", code="before_the_proposal", message=message)
        raise Invalid(message, errors=[fault])
    decision = {
        "household_key": row["household_key"],
        "proposal_id": proposal_id,
        "proposed_agency": row["agency"],
        "decision": said.decision,
        "reason": said.reason,
        "court_listed": said.court_listed,
        "decided_on": decided_on,
        "decided_by": caller.sub,
        "decided_agency": caller.agency,
        "recorded_at": clock.now(),
    }
    made = (await session.execute(queries.ADD_DECISION, decision)).scalar()
    if made is None:  # somebody else decided while we looked
        state_after(MOVES, "proposal", "decided", "decide")
    return await proposal_seen(session, keys, caller, proposal_id)


async def proposals_seen(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    wanted: WantedPage,
    filters: Mapping[str, Any],
) -> dict[str, Any]:
    """A page of a bank's own proposals, else of those in the caller's divisions."""
    values = {**_seen(caller), **filters, "after": wanted.after, "limit": wanted.limit + 1}
    rows = (await session.execute(queries.PROPOSALS, values)).mappings().all()
    page = page_of(rows, wanted, "proposal_id")
    page["items"] = [_shown(keys, caller, row) for row in page["items"]]
    return page


async def proposal_seen(
    session: AsyncSession, keys: Keys, caller: Caller, proposal_id: UUID
) -> ProposalOut:
    """A proposal that the caller may see; raises NotFound."""
    return _shown(keys, caller, await _row(session, caller, proposal_id))


async def _row(session: AsyncSession, caller: Caller, proposal_id: UUID) -> Mapping[str, Any]:
    values = {**_seen(caller), "proposal_id": proposal_id}
    row = (await session.execute(queries.ONE_PROPOSAL, values)).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


def _seen(caller: Caller) -> dict[str, Any]:
    lo, hi = spans(caller.divisions)
    return {"bank": caller.agency if caller.role == Role.BANK else None, "lo": lo, "hi": hi}


def _shown(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> ProposalOut:
    person_ref = keys.subject_ref(caller.agency, row["person_key"])
    return ProposalOut.model_validate({**row, "person_ref": person_ref})
