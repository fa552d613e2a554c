"""What the subsidy service keeps of its neighbours' feeds. Any event may come twice."""

import json

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.bulk.declarations import copy_declarations
from kernel.feed import Apply, Event, Projection
from kernel.judging import hear_judged, keep_requests
from services.subsidy import queries


def _kept_by(statement: TextClause) -> Apply:
    async def apply(session: AsyncSession, events: list[Event]) -> None:
        data = json.dumps([event["data"] for event in events])
        await session.execute(statement, {"events": data})

    return apply


PROJECTIONS = [
    Projection(
        "loans",
        {
            "contract.recorded": _kept_by(queries.KEEP_LOANS),
            "interest-line.recorded": _kept_by(queries.KEEP_LINES),
            "refund.recorded": _kept_by(queries.KEEP_REFUNDS),
            "declaration.filed": copy_declarations("loans"),
            "screening.judged": hear_judged,
        },
    ),
    Projection("rectification", {"screening.requested": keep_requests}),
]
