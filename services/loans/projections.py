"""What loans keeps of its neighbours: households, agencies, and what is declared complete."""

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.bulk.declarations import copy_declarations, forget_declarations
from kernel.feed import Event, Projection, said_by
from kernel.judging import keep_requests
from kernel.registry_copy import FORGET_ALL as FORGET_HOUSEHOLDS
from kernel.registry_copy import copy_households
from services.loans.queries import needs


async def follow_households(session: AsyncSession, events: list[Event]) -> None:
    """Copy households, and whether they lack capital."""
    await copy_households(session, events)
    data = said_by(events)
    for statement in needs.KEEP_CAPITAL:
        await session.execute(statement, {"events": data})


async def keep_needs(session: AsyncSession, events: list[Event]) -> None:
    """Keep the newest state of each financing need."""
    data = said_by(events)
    await session.execute(needs.KEEP_NEEDS, {"events": data})


PROJECTIONS = (
    Projection("gateway", {"agency.recorded": copy_agencies}, FORGET_AGENCIES),
    Projection(
        "registry",
        {
            "household.recorded": follow_households,
            "need.recorded": keep_needs,
            "declaration.filed": copy_declarations("registry"),
        },
        [
            *FORGET_HOUSEHOLDS,
            "delete from lack_of_capital",
            "delete from need",
            forget_declarations("registry"),
        ],
    ),
    Projection("rectification", {"screening.requested": keep_requests}),
)
