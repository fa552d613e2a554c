"""Suspected claims: what INS-02 opens, a claim ends, or an officer dismisses.

They are not stored. What is suspected follows from the same facts and the same rule as the
finding; only what officers decided is kept, and it stands while these facts stand.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kernel.access import Caller
from kernel.bulk.resource import Push
from kernel.crypto import Keys
from kernel.outbox import announce
from kernel.paging import WantedPage, page_of
from kernel.problems import Conflict, Fault, Invalid, NotFound
from kernel.roles import Role
from kernel.workflow import move, state_after
from services.insurance.operations.screening import facts_for
from services.insurance.queries.facts.incidents import INCIDENTS, LAY_OUT_INCIDENTS
from services.insurance.queries.suspected import (
    ADD_DISMISSAL,
    page_of_suspected,
    suspected_claims,
)
from services.insurance.rules.cover import is_suspected
from services.insurance.schemas.suspected import DismissalIn, SuspectedClaimOut
from services.insurance.vocabulary import SuspicionState

MOVES = {"dismiss": move(SuspicionState.SUSPECTED.value, SuspicionState.DISMISSED.value)}


async def list_suspected(
    ask: Push, wanted: WantedPage, on: date, division: str | None, **filters: Any
) -> dict[str, Any]:
    """A page of suspected claims as of a day: an insurer's own, an office's by division."""
    await _lay_out(ask, on, division)
    found = suspected_claims(is_suspected(INCIDENTS), on)
    rows = (await ask.session.execute(page_of_suspected(found, wanted, **filters))).mappings().all()
    page = page_of(rows, wanted, "suspicion_id")
    return {**page, "items": [_shown(ask.keys, ask.caller, row) for row in page["items"]]}


async def one_suspected(ask: Push, suspicion_id: UUID, on: date) -> SuspectedClaimOut:
    """One suspected claim as of a day; NotFound if there is none that the caller may see."""
    return _shown(ask.keys, ask.caller, await _one(ask, suspicion_id, on))


async def dismiss(ask: Push, suspicion_id: UUID, asked: DismissalIn) -> SuspectedClaimOut:
    """Record that nothing is owed, and why; it stands until the facts change.

    Raises NotFound, Invalid for a day to come, and WrongState (409) for what was claimed or
    dismissed already, also by the same officer.
    """
    on = asked.on or ask.today
    if on > ask.today:
        message = "What will be decided on a day to come is not decided yet."
        raise Invalid(message, errors=[Fault(pointer="/on", code="in_the_future", message=message)])
    found = await _one(ask, suspicion_id, on)
    state_after(MOVES, "suspected claim", found["state"], "dismiss")
    values = {
        "household_key": found["household_key"],
        "suspicion_id": suspicion_id,
        "facts": found["facts"],
        "insurer": found["agency"],
        "reason": asked.reason,
        "decided_on": on,
        "sub": ask.caller.sub,
        "agency": ask.caller.agency,
        "recorded_at": ask.now,
    }
    if (await ask.session.execute(ADD_DISMISSAL, values)).first() is None:
        raise Conflict("It has been dismissed on these facts already; read it again.")
    data = {name: str(found[name]) for name in ("household_key", "incident_id", "policy_id")}
    await announce(
        ask.session,
        "suspected_claim.dismissed",
        json.dumps(data),
        agency=found["agency"],
        division=found["division"],
        household_key=found["household_key"],
    )
    return await one_suspected(ask, suspicion_id, on)


async def _lay_out(ask: Push, on: date, division: str | None) -> None:
    values = facts_for(ask.caller, on, division)
    if ask.caller.role == Role.INSURER:
        values["agency"] = ask.caller.agency
    for statement in LAY_OUT_INCIDENTS:
        await ask.session.execute(statement, values)


async def _one(ask: Push, suspicion_id: UUID, on: date) -> Mapping[str, Any]:
    await _lay_out(ask, on, None)
    found = suspected_claims(is_suspected(INCIDENTS), on)
    row = (
        (await ask.session.execute(found.where(INCIDENTS.c.suspicion_id == suspicion_id)))
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound
    return dict(row)


def _shown(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> SuspectedClaimOut:
    """A row as the caller may see it. The last day in time is the one before `late_since`."""
    return SuspectedClaimOut.model_validate(
        {
            **row,
            "id": row["suspicion_id"],
            "person_ref": keys.subject_ref(caller.agency, row["person_key"]),
            "late_since": row["on"] + timedelta(days=row["claim_report_days"] + 1),
            "working": dict(row),
        }
    )
