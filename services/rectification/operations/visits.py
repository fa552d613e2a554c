"""Visits (排查): somebody goes and looks, and what he found is recorded."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.ids import new_id
from kernel.problems import NotFound
from kernel.roles import Role
from services.rectification.operations.findings import shown_finding
from services.rectification.problems import DayToCome
from services.rectification.queries import items as items_queries
from services.rectification.queries import visits as queries
from services.rectification.queries.findings import one_finding
from services.rectification.schemas.visits import (
    CheckIn,
    FindingFullOut,
    ItemTrace,
    RunTrace,
    Trace,
    VisitOut,
)
from services.rectification.vocabulary import RuleId


async def record_visit(
    session: AsyncSession, caller: Caller, finding_id: UUID, said: CheckIn
) -> tuple[VisitOut, bool]:
    """Keep a visit; returns it and whether it is new. The same one again changes nothing.

    Raises NotFound and DayToCome.
    """
    finding = await _finding(session, caller, finding_id)
    if said.visited_on > clock.today():
        raise DayToCome("/visited_on")
    values = said.model_dump() | {
        "household_key": finding["household_key"],
        "finding_id": finding_id,
        "recorded_by": caller.sub,
    }
    known = (await session.execute(queries.SAME_VISIT, values)).mappings().first()
    if known is not None:
        return _shown_visit(caller, finding, dict(known)), False
    values |= {"visit_id": new_id(), "agency": caller.agency, "recorded_at": clock.now()}
    row = (await session.execute(queries.ADD_VISIT, values)).mappings().one()
    return _shown_visit(caller, finding, dict(row)), True


async def visits_of(session: AsyncSession, caller: Caller, finding_id: UUID) -> list[VisitOut]:
    """The visits to a finding that the caller may see, oldest first; raises NotFound."""
    return await _visits(session, caller, await _finding(session, caller, finding_id))


async def finding_in_full(
    session: AsyncSession, keys: Keys, caller: Caller, finding_id: UUID
) -> FindingFullOut:
    """A finding with what it rested on and what became of it; raises NotFound."""
    finding = await _finding(session, caller, finding_id)
    this = {name: finding[name] for name in ("household_key", "finding_id", "subject", "rule_id")}
    run = (await session.execute(queries.RUN_OF_FINDING, this)).mappings().one()
    also = (await session.execute(queries.ALSO_FOUND, this)).scalars().all()
    trace = Trace(
        run=RunTrace.model_validate(dict(run)),
        stands=run["stands"],
        also_found=list(also),
        visits=await _visits(session, caller, finding),
        item=await _item(session, caller, this),
    )
    shown = shown_finding(keys, caller, finding)
    return FindingFullOut(**shown.model_dump(by_alias=True), trace=trace)


async def _finding(session: AsyncSession, caller: Caller, finding_id: UUID) -> Mapping[str, Any]:
    row = (await session.execute(one_finding(caller, finding_id))).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


async def _visits(
    session: AsyncSession, caller: Caller, finding: Mapping[str, Any]
) -> list[VisitOut]:
    this = {name: finding[name] for name in ("household_key", "finding_id")}
    rows = (await session.execute(queries.VISITS_OF_FINDING, this)).mappings()
    return [_shown_visit(caller, finding, dict(row)) for row in rows]


def _shown_visit(caller: Caller, finding: Mapping[str, Any], row: Mapping[str, Any]) -> VisitOut:
    """A visit as the caller may see it: of what rests on health a bank hears the outcome only."""
    hidden = caller.role in (Role.BANK, Role.INSURER) and finding["rule_id"] in (
        RuleId.LOAN_02,
        RuleId.LOAN_04,
    )
    return VisitOut.model_validate({**row, **({"note": None} if hidden else {})})


async def _item(session: AsyncSession, caller: Caller, this: Mapping[str, Any]) -> ItemTrace | None:
    item_id = (await session.execute(queries.ITEM_OF_PROBLEM, this)).scalar()
    if item_id is None:
        return None
    row = (await session.execute(items_queries.one_item(caller, item_id))).mappings().first()
    return ItemTrace.model_validate(dict(row)) if row else None
