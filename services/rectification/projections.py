"""What rectification keeps of its neighbours' feeds: findings, answers, agencies, and copies of
what ends a loan or pays a debt."""

import json
from functools import partial
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.feed import Apply, Event, Projection, said_by
from services.rectification.queries import copies, findings, screenings
from services.rectification.vocabulary import JUDGES, ScreeningState


async def keep_findings(service: str, session: AsyncSession, events: list[Event]) -> None:
    """Keep what a judge found, once however often it is told."""
    data = json.dumps([{**event["data"], "finding_id": event["id"]} for event in events])
    await session.execute(findings.KEEP_FINDINGS, {"events": data, "service": service})


async def close_screenings(service: str, session: AsyncSession, events: list[Event]) -> None:
    """Note that a judge has answered; the last answer closes the run. Its findings came before."""
    judged = [event["data"]["screening_id"] for event in events]
    runs = await session.execute(screenings.LOCK_SCREENINGS, {"screenings": judged})
    continuing = {
        str(run.screening_id): run
        for run in runs
        if run.seq > 1 and run.state != ScreeningState.JUDGED
    }
    for event in events:
        run = continuing.get(event["data"]["screening_id"])
        if run is not None:
            await _clear(service, session, run, event["data"])
    await session.execute(screenings.KEEP_ANSWERS, {"screenings": judged, "service": service})
    await session.execute(screenings.CLOSE_SCREENINGS, {"screenings": judged, "now": clock.now()})


async def _clear(service: str, session: AsyncSession, run: Any, answer: dict[str, Any]) -> None:
    """Of the findings that stood in the run before: which a judge told again, and which not."""
    values = {"series": run.series, "seq": run.seq, "prefix": JUDGES[service]}
    still = (await session.execute(findings.SAID_BEFORE, values)).scalars().all()
    values |= {"still": still, "households": answer["households"]}
    values |= {"subject_kinds": answer["subject_kinds"]}
    await session.execute(findings.CLEAR, values)


def _keep(statement: TextClause) -> Apply:
    """A copy kept by one set statement over the events' data."""

    async def apply(session: AsyncSession, events: list[Event]) -> None:
        data = said_by(events)
        await session.execute(statement, {"events": data})

    return apply


MONEY: dict[str, dict[str, Apply]] = {
    "loans": {
        "contract.recorded": _keep(copies.KEEP_LOAN_REPORTS),
        "contract.voided": _keep(copies.FORGET_LOAN_REPORTS),
        "refund.recorded": _keep(copies.KEEP_REFUNDS),
    },
    "subsidy": {"payment.recorded": _keep(copies.KEEP_TREASURY_PAYMENTS)},
    "insurance": {
        "claim.recorded": _keep(copies.KEEP_CLAIMS),
        "claim.changed": _keep(copies.KEEP_CLAIM_PAYMENTS),
    },
}
"""What each neighbour tells of loans that end and of money that comes back."""

FORGET = {
    "loans": ("delete from loan_report", "delete from refund"),
    "subsidy": ("delete from treasury_payment",),
    "insurance": ("delete from claim_copy", "delete from claim_payment"),
}
"""What empties these copies before they are made anew."""

PROJECTIONS = [
    Projection("gateway", {"agency.recorded": copy_agencies}, FORGET_AGENCIES),
    *[
        Projection(
            service,
            {
                **MONEY.get(service, {}),
                "finding.raised": partial(keep_findings, service),
                "screening.judged": partial(close_screenings, service),
            },
            FORGET.get(service, ()),
        )
        for service in JUDGES
    ],
]
