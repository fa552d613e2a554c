"""What the subsidy service keeps of its neighbours' feeds. Any event may come twice."""

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.bulk.declarations import copy_declarations, forget_declarations
from kernel.feed import Apply, Event, Projection, said_by
from kernel.judging import hear_judged, keep_requests
from kernel.registry_copy import FORGET_ALL as FORGET_HOUSEHOLDS
from kernel.registry_copy import copy_households
from services.subsidy.projections.references import refresh_references
from services.subsidy.queries import copies, reference


def _kept_by(*statements: TextClause) -> Apply:
    async def apply(session: AsyncSession, events: list[Event]) -> None:
        data = said_by(events)
        for statement in statements:
            await session.execute(statement, {"events": data})

    return apply


def _kept_with_references(*statements: TextClause) -> Apply:
    """Keep what bears on the reference interest of loans, and compute that anew."""
    keep = _kept_by(*statements)

    async def apply(session: AsyncSession, events: list[Event]) -> None:
        await session.execute(reference.LOCK)
        await keep(session, events)
        data = said_by(events)
        touched = await session.execute(copies.LOANS_NAMED, {"events": data})
        await refresh_references(session, touched.scalars().all())

    return apply


PROJECTIONS = [
    Projection("gateway", {"agency.recorded": copy_agencies}, FORGET_AGENCIES),
    Projection(
        "registry",
        {
            "household.recorded": copy_households,
            "declaration.filed": copy_declarations("registry"),
        },
        [*FORGET_HOUSEHOLDS, forget_declarations("registry")],
    ),
    Projection(
        "loans",
        {
            "contract.recorded": _kept_with_references(copies.KEEP_CONTRACTS, copies.COUNT_REPORTS),
            "contract.voided": _kept_by(copies.FORGET_CONTRACTS),
            "repayment.recorded": _kept_with_references(copies.KEEP_REPAYMENTS),
            "interest-line.recorded": _kept_by(copies.KEEP_LINES),
            "refund.recorded": _kept_by(copies.KEEP_REFUNDS),
            "declaration.filed": copy_declarations("loans"),
            "screening.judged": hear_judged,
        },
        [
            *("delete from contract", "delete from repayment"),
            *("delete from interest_line", "delete from refund"),
            forget_declarations("loans"),
        ],
    ),
    Projection("rectification", {"screening.requested": keep_requests}),
]
