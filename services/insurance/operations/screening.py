"""Judging cover, incidents and claims when a screening is asked for."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import FromClause, TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.division import contains, spans
from kernel.judging import Screening, findings_of
from kernel.law import Rule, figures
from kernel.policy import LAW as POLICY
from kernel.service import Service
from services.insurance.queries.facts.claims import CLAIMS, LAY_OUT_CLAIMS
from services.insurance.queries.facts.cover import LAY_OUT_UNCOVERED, UNCOVERED
from services.insurance.queries.facts.incidents import INCIDENTS, LAY_OUT_INCIDENTS
from services.insurance.rules.claims import (
    clocks_kept,
    paid_in_full,
    refused_with_reason_and_second_look,
)
from services.insurance.rules.cover import claimed_in_time, covered_if_of_age

_LAW = json.dumps(
    [
        {"name": name, **row}
        for name, figure in (figures(Path(__file__).parents[1] / "law") | POLICY).items()
        for row in figure.rows()
    ],
    default=str,
)

_OF_PEOPLE = (covered_if_of_age,)
_OF_INCIDENTS = (claimed_in_time,)
_OF_CLAIMS = (clocks_kept, paid_in_full, refused_with_reason_and_second_look)


async def judge(_: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce whom no policy covers, which incidents nobody claimed, and what is wrong of claims.

    A sample names loans, so nothing here is in it. Within one insurer's scope nobody can be said
    to be without any cover.
    """
    if screening.contracts is not None:
        return
    if screening.agency is None:
        await _judge(session, screening, _OF_PEOPLE, LAY_OUT_UNCOVERED, UNCOVERED)
    await _judge(session, screening, _OF_INCIDENTS, LAY_OUT_INCIDENTS, INCIDENTS)
    await _judge(session, screening, _OF_CLAIMS, LAY_OUT_CLAIMS, CLAIMS)


async def _judge(
    session: AsyncSession,
    screening: Screening,
    rules: Sequence[Rule],
    lay_out: Sequence[TextClause],
    facts: FromClause,
) -> None:
    asked = [rule for rule in rules if screening.asks(rule)]
    if not asked:
        return
    values = screening.scope | {"law": _LAW, "claim_id": None}
    for statement in lay_out:
        await session.execute(statement, values)
    for rule in asked:
        await session.execute(findings_of(facts, rule, screening, clock.now()))


def facts_for(caller: Caller, on: date, division: str | None = None) -> dict[str, Any]:
    """The parameters of facts as a caller may read them: of its divisions, of its own policies.

    Of a division that it does not serve there is nothing to see.
    """
    lo, hi = spans(_narrowed(caller.divisions, division))
    return {
        "on": on,
        "lo": lo,
        "hi": hi,
        "agency": None,
        "households": None,
        "claim_id": None,
        "law": _LAW,
    }


def _narrowed(divisions: Sequence[str], asked: str | None) -> Sequence[str]:
    """What lies both in these divisions and in the one asked for."""
    if asked is None:
        return divisions
    if contains(divisions, asked):
        return [asked]
    return [division for division in divisions if contains([asked], division)]
