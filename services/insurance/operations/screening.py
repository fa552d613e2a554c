"""Judging cover and incidents when a screening is asked for."""

import json
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.judging import Screening, findings_of
from kernel.law import figures
from kernel.policy import LAW as POLICY
from kernel.service import Service
from services.insurance.queries import facts
from services.insurance.rules import claimed_in_time, covered_if_of_age

_LAW = json.dumps(
    [
        {"name": name, **row}
        for name, figure in (figures(Path(__file__).parents[1] / "law") | POLICY).items()
        for row in figure.rows()
    ],
    default=str,
)


async def judge(_: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce whom no policy covers, and which incidents nobody claimed.

    A sample names loans, so nothing here is in it. Within one insurer's scope nobody can be said
    to be without any cover.
    """
    if screening.contracts is not None:
        return
    judged_at, values = clock.now(), screening.scope | {"law": _LAW}
    if screening.asks(covered_if_of_age) and screening.agency is None:
        for statement in facts.LAY_OUT_UNCOVERED:
            await session.execute(statement, values)
        await session.execute(findings_of(facts.UNCOVERED, covered_if_of_age, screening, judged_at))
    if screening.asks(claimed_in_time):
        for statement in facts.LAY_OUT_UNCLAIMED:
            await session.execute(statement, values)
        await session.execute(findings_of(facts.UNCLAIMED, claimed_in_time, screening, judged_at))
