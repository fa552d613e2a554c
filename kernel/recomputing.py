"""Making derived figures anew when the law or the engine that made them has changed.

Whoever keeps a figure of the engine keeps beside it which engine and which law made it. A service
offers one `Recompute` for each kind of figure it keeps so; `jinqiao recompute` runs it, chunk by
chunk, each in a transaction of its own, until nothing is out of date. It may be stopped and started
again: what is done carries the present versions.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.policy.interest import ENGINE_VERSION, law_version


class Recomputed(NamedTuple):
    """What one chunk did."""

    looked_at: int
    """Things that were out of date; 0 when none is left."""
    changed: int
    """Those that came out otherwise."""


Recompute = Callable[[AsyncSession, int], Awaitable[Recomputed]]
"""Makes at most so many things anew, those that other law or another engine made."""

Refresh = Callable[[AsyncSession, Sequence[UUID]], Awaitable[None]]
"""Computes the reference interest of these loans anew, by the terms known now."""


def references_anew(refresh: Refresh, one_at_a_time: Executable) -> Recompute:
    """The recomputation of `reference_interest` and `reference_terms`, as services keep them.

    `one_at_a_time` locks out who else would store them.
    """

    async def recompute(session: AsyncSession, chunk: int) -> Recomputed:
        await session.execute(one_at_a_time)
        found = await session.execute(_OUT_OF_DATE, {**versions(), "chunk": chunk})
        loans = found.scalars().all()
        for statement in _KEEP_AS_IT_WAS:
            await session.execute(statement, {"loans": list(loans)})
        await refresh(session, loans)
        changed = await session.execute(_CAME_OUT_OTHERWISE, {"loans": list(loans)})
        return Recomputed(len(loans), changed.scalar_one())

    return recompute


def versions() -> dict[str, Any]:
    """Which engine and which law compute today."""
    return {"engine_version": ENGINE_VERSION, "law_version": law_version()}


_OUT_OF_DATE = text("""
    select loan_id from reference_terms
    where engine_version <> :engine_version or law_version <> :law_version
    order by household_key, loan_id limit :chunk
""")

_KEEP_AS_IT_WAS = [
    text("drop table if exists reference_before"),
    text("""
        create temp table reference_before on commit drop as
        select loan_id, day, amount from reference_interest where loan_id = any(:loans)
    """),
]

_CAME_OUT_OTHERWISE = text("""
    select count(distinct loan_id) from (
        (table reference_before
         except select loan_id, day, amount from reference_interest where loan_id = any(:loans))
        union all
        (select loan_id, day, amount from reference_interest where loan_id = any(:loans)
         except table reference_before)) differing
""")
