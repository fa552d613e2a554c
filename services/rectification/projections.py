"""What rectification keeps of its neighbours' feeds: findings, answers and agencies."""

import json
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.agency_copy import copy_agencies
from kernel.feed import Event, Projection
from services.rectification.queries import findings, screenings
from services.rectification.vocabulary import JUDGES


async def keep_findings(session: AsyncSession, events: list[Event]) -> None:
    """Keep what a judge found, once however often it is told."""
    data = json.dumps([{**event["data"], "finding_id": event["id"]} for event in events])
    await session.execute(findings.KEEP_FINDINGS, {"events": data})


async def close_screenings(service: str, session: AsyncSession, events: list[Event]) -> None:
    """Note that a judge has answered; the last answer closes the run. Its findings came before."""
    judged = [event["data"]["screening_id"] for event in events]
    await session.execute(screenings.LOCK_SCREENINGS, {"screenings": judged})
    await session.execute(screenings.KEEP_ANSWERS, {"screenings": judged, "service": service})
    await session.execute(screenings.CLOSE_SCREENINGS, {"screenings": judged, "now": clock.now()})


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
