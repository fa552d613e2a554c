"""What is done with a claim. Each act is one row of its history; its own row says how far it is.

An act done twice answers 409 `wrong-state` and names what can be done now.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.division import spans
from kernel.problems import NotFound
from kernel.roles import Role
from kernel.workflow import state_after
from services.subsidy.operations.checking import check_lines
from services.subsidy.operations.facts import LAW
from services.subsidy.problems import (
    BeyondBudget,
    LinesInDoubt,
    NoBudget,
    NothingLeft,
    SameOfficer,
    StillPublic,
    TooMuch,
    UnknownLines,
    WrongDay,
)
from services.subsidy.queries import claims
from services.subsidy.schemas.claims import ClaimActIn, ClawBackIn, ReasonedActIn, RejectLinesIn
from services.subsidy.vocabulary import COMMITTED, MOVES

_PAIRS = (
    "reviewer_approver",
    "reviewer_payer",
    "approver_payer",
    "reviewing_approving_office",
    "reviewing_paying_office",
)
"""The checks of the database that find one officer, or office, in two parts."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act on one claim, in its transaction. Nobody else acts on the claim meanwhile."""

    session: AsyncSession
    caller: Caller
    verb: str
    claim: RowMapping
    on: date
    state: str
    """The state to which it leads."""

    @property
    def claim_id(self) -> UUID:
        """Which claim."""
        claim_id: UUID = self.claim["claim_id"]
        return claim_id


async def begin(
    session: AsyncSession, caller: Caller, claim_id: UUID, verb: str, said: ClaimActIn
) -> Act:
    """Take a claim in hand for an act.

    Raises NotFound for a claim the caller may not see, WrongState, and WrongDay.
    """
    lo, hi = spans(caller.divisions)
    bank = caller.agency if caller.role == Role.BANK else None
    asked = {"claim_id": claim_id, "bank": bank, "lo": lo, "hi": hi}
    claim = (await session.execute(claims.LOCK_CLAIM, asked)).mappings().first()
    if claim is None:
        raise NotFound
    state = state_after(MOVES, "claim", claim["state"], verb)
    today = clock.today()
    on = said.on or today
    if on > today:
        raise WrongDay("The day of an act is today or earlier.")
    if LAW["publicity_days"].on(on, claim["county"]) is None:
        raise WrongDay("On that day there was no law of this subsidy; give a later one.")
    if claim["last_on"] and on < claim["last_on"]:
        raise WrongDay(f"The act before it is of {claim['last_on']}; give that day or a later one.")
    return Act(session, caller, verb, claim, on, state)


async def finish(act: Act, said: Mapping[str, Any] | None = None, **values: Any) -> int:
    """Record an act, move the claim, announce it; returns the act's number.

    Raises SameOfficer where the database finds that one officer would do what asks for two.
    """
    by = {"sub": act.caller.sub, "agency": act.caller.agency, "role": act.caller.role.value}
    moved = {"claim_id": act.claim_id, "state": act.state, "on": act.on}
    told = json.dumps({k: v for k, v in (said or {}).items() if v is not None}, default=str)
    row = moved | by | {"act": act.verb, "said": told, "now": clock.now()}
    row.pop("role")
    seq = int((await act.session.execute(claims.ADD_ACT, row)).scalar_one())
    statement = claims.MOVE.get(act.verb, claims.STEP)
    wanted = statement.compile().params.keys()
    known = {**moved, **by, "seq": seq, **values}
    try:
        await act.session.execute(statement, {name: known[name] for name in wanted})
    except IntegrityError as failure:
        if any(f"claim_progress_{pair}" in str(failure.orig) for pair in _PAIRS):
            raise SameOfficer from None
        raise
    frees = act.verb in ("claw-back", "return") and act.claim["approved_amount"] is not None
    lines = {"claim_id": act.claim_id, "frees": frees}
    await act.session.execute(claims.MOVE_LINES, lines)
    announced = {"claim_id": act.claim_id, "act": act.verb, "on": act.on}
    await act.session.execute(claims.ANNOUNCE_ACT, announced)
    return seq


async def follow(act: Act, verb: str, said: Mapping[str, Any] | None = None) -> None:
    """What an act brings about by itself, such as the check that follows a submission."""
    state = state_after(MOVES, "claim", act.state, verb)
    await finish(Act(act.session, act.caller, verb, act.claim, act.on, state), said)


async def submit(session: AsyncSession, caller: Caller, claim_id: UUID, said: ClaimActIn) -> None:
    """Hand a claim in; the automatic check follows at once. Raises what `begin` raises."""
    act = await begin(session, caller, claim_id, "submit", said)
    await finish(act, {"note": said.note, "amount": act.claim["amount"]})
    await check_lines(session, claim_id, act.on)
    doubted = await _lines_in_doubt(act)
    await follow(act, "check", {"lines_not_in_order": doubted})


async def review(session: AsyncSession, caller: Caller, claim_id: UUID, said: ClaimActIn) -> None:
    """The poverty office confirms what is claimed, checked again as of the day.

    Raises LinesInDoubt while a line is left that a condition does not meet.
    """
    act = await begin(session, caller, claim_id, "review", said)
    await _check_again(act)
    await finish(act, {"note": said.note, "amount": act.claim["amount"]})


async def publicise(
    session: AsyncSession, caller: Caller, claim_id: UUID, said: ClaimActIn
) -> None:
    """The list is hung out; the county's days of publicity begin."""
    act = await begin(session, caller, claim_id, "publicise", said)
    await finish(act, {"note": said.note})


async def approve(session: AsyncSession, caller: Caller, claim_id: UUID, said: ClaimActIn) -> None:
    """The finance bureau approves what is left of the claim, out of the county's budget.

    Raises StillPublic, LinesInDoubt, NoBudget, BeyondBudget, SameOfficer.
    """
    act = await begin(session, caller, claim_id, "approve", said)
    claim = act.claim
    public = LAW["publicity_days"].on(claim["publicised_on"], claim["county"])
    until = claim["publicised_on"] + timedelta(days=public)
    if act.on < until:
        raise StillPublic(until.isoformat())
    await _check_again(act)
    await _within_budget(act)
    await finish(act, {"note": said.note, "amount": claim["amount"]}, amount=claim["amount"])


async def return_claim(
    session: AsyncSession, caller: Caller, claim_id: UUID, said: ReasonedActIn
) -> None:
    """Give a claim back to its bank, which may change it and submit it anew."""
    act = await begin(session, caller, claim_id, "return", said)
    await session.execute(claims.ADMIT_LINES, {"claim_id": claim_id})
    await finish(act, {"reason": said.reason, "note": said.note})


async def reject_lines(
    session: AsyncSession, caller: Caller, claim_id: UUID, said: RejectLinesIn
) -> None:
    """Take lines out of a claim; what is left is reviewed anew.

    Raises UnknownLines, NothingLeft.
    """
    act = await begin(session, caller, claim_id, "reject-lines", said)
    wanted = sorted(set(said.lines))
    values = {"claim_id": claim_id, "lines": wanted, "reason": said.reason}
    rejected = (await session.execute(claims.REJECT_LINES, values)).scalars().all()
    if sorted(rejected) != wanted:
        raise UnknownLines
    left = (await session.execute(claims.LINES_LEFT, {"claim_id": claim_id})).scalar_one()
    if not left:
        raise NothingLeft
    await finish(act, {"reason": said.reason, "lines": wanted, "note": said.note})


async def claw_back(
    session: AsyncSession, caller: Caller, claim_id: UUID, said: ClawBackIn
) -> None:
    """Ask the bank for money back. It has come when its refunds to the treasury say so (SUB-12)."""
    act = await begin(session, caller, claim_id, "claw-back", said)
    if said.amount > act.claim["approved_amount"]:
        raise TooMuch(act.claim["approved_amount"])
    told = {"reason": said.reason, "amount": said.amount, "note": said.note}
    await finish(act, told, amount=said.amount)


async def _check_again(act: Act) -> None:
    await check_lines(act.session, act.claim_id, act.on)
    doubted = await _lines_in_doubt(act)
    if doubted:
        raise LinesInDoubt(doubted)


async def _lines_in_doubt(act: Act) -> list[str]:
    asked = {"claim_id": act.claim_id}
    return list((await act.session.execute(claims.LINES_IN_DOUBT, asked)).scalars())


async def _within_budget(act: Act) -> None:
    """Whether the claim fits into what is left, while nobody else takes from the same budget."""
    county, year = act.claim["county"], act.claim["budget_year"]
    asked = {"division": county, "year": year}
    await act.session.execute(claims.LOCK_BUDGET, asked)
    committed = {"committed_states": [state.value for state in COMMITTED]}
    budget = (await act.session.execute(claims.BUDGET, asked | committed)).mappings().first()
    if budget is None:
        raise NoBudget(county, year)
    left = budget["amount"] - budget["committed"]
    if act.claim["amount"] > left:
        raise BeyondBudget(act.claim["amount"], left)
