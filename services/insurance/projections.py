"""What insurance keeps of its neighbours: households, agencies, and the screenings asked for."""

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.feed import Event, Projection, said_by
from kernel.judging import keep_requests
from kernel.registry_copy import FORGET_ALL as FORGET_HOUSEHOLDS
from kernel.registry_copy import copy_households
from services.insurance.queries.pushes.policies import CHANGE_REGISTRY
from services.insurance.queries.pushes.registry import FOLLOW_REGISTRY


async def follow_registry(session: AsyncSession, events: list[Event]) -> None:
    """Copy households; their members' cover, and what was kept of strangers, follow."""
    await session.execute(CHANGE_REGISTRY)
    await copy_households(session, events)
    data = said_by(events)
    for statement in FOLLOW_REGISTRY:
        await session.execute(statement, {"events": data})


PROJECTIONS = (
    Projection("gateway", {"agency.recorded": copy_agencies}, FORGET_AGENCIES),
    Projection("registry", {"household.recorded": follow_registry}, FORGET_HOUSEHOLDS),
    Projection("rectification", {"screening.requested": keep_requests}),
)
