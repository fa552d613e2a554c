"""Judging claim lines, payments and loans when a screening is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.judging import Screening, findings_of
from kernel.law import Rule
from kernel.service import Service
from services.subsidy.operations.facts import (
    law_parameters,
    lay_out_lines,
    lay_out_overpaid,
    lay_out_standing,
    lay_out_unclaimed,
    lay_out_withheld,
)
from services.subsidy.queries import facts
from services.subsidy.queries.standing import LAY_OUT_IN_SCOPE
from services.subsidy.rules import CATALOGUE, OF_LINES

LayOut = Callable[[AsyncSession, Mapping[str, Any]], Awaitable[None]]

_LAID_OUT: Mapping[str, tuple[Any, LayOut]] = {
    **{rule.id: (facts.LINE_FACTS, lay_out_lines) for rule in OF_LINES},
    "SUB-10": (facts.UNCLAIMED_FACTS, lay_out_unclaimed),
    "SUB-11": (facts.WITHHELD_FACTS, lay_out_withheld),
    "SUB-12": (facts.OVERPAID_FACTS, lay_out_overpaid),
}
"""Over which facts each rule is asked, and who lays them out."""


async def judge(_: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce what every rule of this service that was asked for does not find in order."""
    asked = [rule for rule in CATALOGUE if screening.asks(rule)]
    if not asked:
        return
    values = screening.scope | law_parameters(screening.business_date) | {"claim_id": None}
    if {_facts_of(rule).name for rule in asked} != {facts.WITHHELD_FACTS.name}:
        await lay_out_standing(session, LAY_OUT_IN_SCOPE, values)
    for lay_out in dict.fromkeys(_LAID_OUT[rule.id][1] for rule in asked):
        await lay_out(session, values)
    judged_at = clock.now()
    for rule in asked:
        await session.execute(findings_of(_facts_of(rule), rule, screening, judged_at))


def _facts_of(rule: Rule) -> Any:
    return _LAID_OUT[rule.id][0]
