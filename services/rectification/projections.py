"""What rectification keeps of its neighbours' feeds: findings, answers and agencies."""

import json
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.agency_copy import copy_agencies
from kernel.feed import Event, Projection
from services.rectification import queries
from services.rectification.vocabulary import JUDGES


async def keep_findings(session: AsyncSession, events: list[Event]) -> None:
    """Keep what a judge found, once however often it is told."""
    data = json.dumps([{**event["data"], "finding_id": event["id"]} for event in events])
    await session.execute(queries.KEEP_FINDINGS, {"events": data})


async def close_screenings(service: str, session: AsyncSession, events: list[Event]) -> None:
    """Note that a judge has answered; the last answer closes the run. Its findings came before."""
    screenings = [event["data"]["screening_id"] for event in events]
    await session.execute(queries.LOCK_SCREENINGS, {"screenings": screenings})
    await session.execute(queries.KEEP_ANSWERS, {"screenings": screenings, "service": service})
    await session.execute(queries.CLOSE_SCREENINGS, {"screenings": screenings, "now": clock.now()})


PROJECTIONS = [
    Projection("gateway", {"agency.recorded": copy_agencies}),
    *[
        Projection(
            service,
            {
                "finding.raised": keep_findings,
                "screening.judged": partial(close_screenings, service),
            },
        )
        for service in JUDGES
    ],
]
