"""What counties may spend on the subsidy of a year's interest."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.problems import NotFound
from services.subsidy.queries import claims
from services.subsidy.schemas.budgets import BudgetOut
from services.subsidy.vocabulary import COMMITTED


async def budget_of(session: AsyncSession, caller: Caller, division: str, year: int) -> BudgetOut:
    """A county's budget and what is left of it; raises NotFound."""
    found = await _found(session, caller, division, year)
    if found is None:
        raise NotFound
    return found


async def set_budget(
    session: AsyncSession,
    caller: Caller,
    check_seen: Callable[[int | None], None],
    division: str,
    year: int,
    amount: Decimal,
) -> BudgetOut:
    """Set a county's budget. The same amount again changes nothing.

    It may be set below what was approved already: then nothing more can be, and SUB-06 says so.
    `check_seen` lets the change of a version pass, or raises Unconditional or Stale. Raises
    NotFound for another's division.
    """
    asked = {"division": division, "year": year}
    if caller.serves(division):
        await session.execute(claims.LOCK_BUDGET, asked)
    found = await _found(session, caller, division, year)
    if found and found.amount == amount:
        return found
    check_seen(found.version if found else None)
    by = {"sub": caller.sub, "agency": caller.agency, "now": clock.now()}
    version = found.version + 1 if found else 1
    await session.execute(claims.SET_BUDGET, asked | by | {"version": version, "amount": amount})
    return await budget_of(session, caller, division, year)


async def _found(
    session: AsyncSession, caller: Caller, division: str, year: int
) -> BudgetOut | None:
    if not caller.serves(division):
        raise NotFound
    asked: dict[str, Any] = {"division": division, "year": year}
    committed = {"committed_states": [state.value for state in COMMITTED]}
    row = (await session.execute(claims.BUDGET, asked | committed)).mappings().first()
    if row is None:
        return None
    return BudgetOut.model_validate({**row, "left": row["amount"] - row["committed"]})
