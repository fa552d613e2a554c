"""Judging who shared and who read, when a screening is asked for."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.judging import Screening, findings_of
from kernel.law import Figure, figures
from kernel.service import Service
from services.registry.queries.sharing import LAY_OUT, SHARING_FACTS
from services.registry.rules import CATALOGUE

LAW: Mapping[str, Figure] = figures(Path(__file__).parents[1] / "law")


async def judge(_: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce every county that did not share, and every bank or insurer that did not read.

    A sample is about contracts, so nothing is asked of it.
    """
    asked = [rule for rule in CATALOGUE if screening.asks(rule)]
    if not asked or screening.contracts is not None:
        return
    values = screening.scope | {"share_days": LAW["share_days"].on(screening.business_date)}
    for statement in LAY_OUT:
        await session.execute(statement, values)
    for rule in asked:
        await session.execute(findings_of(SHARING_FACTS, rule, screening, clock.now()))
