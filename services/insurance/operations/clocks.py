"""A claim as it was on a day: its history, its clocks, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, case, select, true

from kernel.bulk.reads import Reads, one
from kernel.bulk.resource import Push
from kernel.law import Rule
from kernel.problems import NotFound
from services.insurance.operations.screening import OF_CLAIMS, facts_for
from services.insurance.queries.facts.claims import CLAIMS, LAY_OUT_CLAIMS
from services.insurance.queries.facts.clocks import CHANGES, CLOCKS
from services.insurance.queries.reads import CLAIM_OF_CHANGE
from services.insurance.rules.claims import is_in_time
from services.insurance.schemas.claims import ClaimThenOut, StepOut
from services.insurance.vocabulary import FOLLOWS, ClaimState

_HISTORY = select(CHANGES).order_by(CHANGES.c.version)

_surely_ended = and_(CLOCKS.c.ended_on.is_not(None), ~CLOCKS.c.doubtful)
_CLOCKS = (
    select(
        CLOCKS,
        is_in_time(
            case((_surely_ended, CLOCKS.c.days_used)),
            case((~_surely_ended, CLOCKS.c.days_used)),
            CLOCKS.c.limit_days,
            CLAIMS,
        ).label("in_time"),
    )
    .join(CLAIMS, CLAIMS.c.claim_id == CLOCKS.c.claim_id)
    .order_by(CLOCKS.c.started_on, CLOCKS.c.clock)
)


async def claim_then(ask: Push, claims: Reads, claim_id: UUID, on: date) -> ClaimThenOut:
    """A claim as of a day; NotFound if there is none, or if it was not reported by then."""
    shown = (await one(ask.session, claims, ask.keys, ask.caller, claim_id)).model_dump()
    if on < shown["reported_on"]:
        raise NotFound("On this day the claim had not been reported; ask for a later one.")
    await _lay_out(ask, claim_id, on)
    changes = [dict(row) for row in (await ask.session.execute(_HISTORY)).mappings()]
    clocks = [dict(row) for row in (await ask.session.execute(_CLOCKS)).mappings()]
    newest = (
        changes[-1]
        if changes
        else {"state": ClaimState.REPORTED, "version": 0, "on": shown["reported_on"], "missing": 0}
    )
    return ClaimThenOut.model_validate(
        shown
        | {
            "state": newest["state"],
            "state_version": newest["version"],
            "state_on": newest["on"],
            "as_of": on,
            "missing_versions": newest["missing"],
            "history": _history(changes),
            "clocks": [_clock(row) for row in clocks],
        }
    )


async def _lay_out(ask: Push, claim_id: UUID, on: date) -> None:
    """Facts of one claim, whoever may see it: that was asked before."""
    everywhere = {"lo": ["0"], "hi": ["~"], "claim_id": claim_id}
    for statement in LAY_OUT_CLAIMS:
        await ask.session.execute(statement, facts_for(ask.caller, on) | everywhere)


def _history(changes: Sequence[Mapping[str, Any]]) -> list[StepOut]:
    """The changes, each with whether its state may follow the one before it (fields.md)."""
    states: list[ClaimState | None] = [None, ClaimState.REPORTED]
    told, missing = [], 0
    for change in changes:
        if change["missing"] > missing:
            states.append(None)  # whatever came in between, nobody has told
        missing = change["missing"]
        state = ClaimState(change["state"])
        told.append(StepOut.model_validate({**change, "follows": _follows(state, *states[-2:])}))
        states.append(state)
    return told


def _follows(
    state: ClaimState, two_before: ClaimState | None, before: ClaimState | None
) -> bool | None:
    """Whether a state may follow the one before it; from DOCS_PENDING back whence it came."""
    if before is None:
        return None
    if before != ClaimState.DOCS_PENDING:
        return state in FOLLOWS[before]
    return None if two_before is None else state == two_before


def _clock(row: Mapping[str, Any]) -> dict[str, Any]:
    """A clock as shown. Whether one is broken that began unheard nobody can say."""
    running = "stopped" if row["stopped"] else "running"
    in_time = row["in_time"] if row["started_on"] else None
    return {
        **row,
        "state": running if row["ended_on"] is None else "ended",
        "days_allowed": row["limit_days"],
        "days_stopped": row["stopped_days"],
        "broken": None if in_time is None else not in_time,
    }


async def findings_of_claim(push: Push, claim_id: UUID) -> list[dict[str, Any]]:
    """What law says today of a claim just pushed: the rules it does not meet.

    Undetermined rules are left out: right after a push most is still on its way.
    """
    await _lay_out(push, claim_id, push.today)
    facts = (await push.session.execute(_FAILS)).mappings().first()
    return [_told(rule, facts) for rule in OF_CLAIMS if facts and facts[rule.id]]


async def findings_of_change(push: Push, change_id: UUID) -> list[dict[str, Any]]:
    """The same of the claim whose change was just pushed."""
    claim_id = (await push.session.execute(CLAIM_OF_CHANGE, {"change_id": change_id})).scalar_one()
    return await findings_of_claim(push, claim_id)


_FAILS = select(
    CLAIMS.c.short_by,
    *[
        and_(
            rule.applies(CLAIMS) if rule.applies else true(), rule.condition(CLAIMS).is_(False)
        ).label(rule.id)
        for rule in OF_CLAIMS
    ],
)


def _told(rule: Rule, facts: RowMapping) -> dict[str, Any]:
    amount = facts[rule.amount] if rule.amount else None
    return {
        "rule_id": rule.id,
        "verdict": "not_met",
        "wording": {"zh": rule.zh, "en": rule.en},
        "amount": None if amount is None else str(amount),
        "citation": rule.cite,
        "certainty": rule.certainty.value,
    }
