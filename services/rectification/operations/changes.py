"""Runs held against each other, and what a run lacks."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import spans
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from services.rectification.operations.findings import shown_finding
from services.rectification.operations.screenings import screening_seen
from services.rectification.problems import NoSuchRun, NotJudgedYet
from services.rectification.queries import changes as queries
from services.rectification.schemas.changes import (
    ChangeCount,
    ChangeFilters,
    ChangeOut,
    ChangesOut,
    MissingFact,
    MissingFactsOut,
)
from services.rectification.vocabulary import ScreeningState


async def changes_seen(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    screening_id: UUID,
    since: UUID,
    wanted: WantedPage,
    asked: ChangeFilters,
) -> ChangesOut:
    """What a run found new, no longer or still, since another one.

    Raises NotFound, NoSuchRun for the other one, and NotJudgedYet.
    """
    await _judged(session, caller, screening_id)
    await _judged(session, caller, since, other=True)
    values = _seen(caller) | {"screening_id": screening_id, "since": since}
    counts = (await session.execute(queries.COUNTS_OF_CHANGES, values)).mappings()
    values |= {
        "after": wanted.after,
        "limit": wanted.limit + 1,
        "rule_id": asked.rule_id,
        "change": asked.change,
    }
    rows = (await session.execute(queries.PAGE_OF_CHANGES, values)).mappings().all()
    page = page_of(rows, wanted, "id")
    return ChangesOut(
        screening_id=screening_id,
        since=since,
        counts=[ChangeCount.model_validate(dict(row)) for row in counts],
        items=[
            ChangeOut.model_validate(dict(row) | {"finding": shown_finding(keys, caller, row)})
            for row in page["items"]
        ],
        next_after=page["next_after"],
    )


async def missing_facts(
    session: AsyncSession, caller: Caller, screening_id: UUID
) -> MissingFactsOut:
    """What the undetermined verdicts of a judged run lack. Raises NotFound and NotJudgedYet."""
    await _judged(session, caller, screening_id)
    values = _seen(caller) | {"screening_id": screening_id}
    rows = (await session.execute(queries.WHAT_IS_MISSING, values)).mappings()
    items = [MissingFact.model_validate(dict(row)) for row in rows]
    return MissingFactsOut(screening_id=screening_id, items=items)


async def _judged(
    session: AsyncSession, caller: Caller, screening_id: UUID, *, other: bool = False
) -> None:
    try:
        found = await screening_seen(session, caller, screening_id)
    except NotFound:
        raise (NoSuchRun if other else NotFound) from None
    if found.state != ScreeningState.JUDGED:
        raise NotJudgedYet


def _seen(caller: Caller) -> dict[str, Any]:
    lo, hi = spans(caller.divisions)
    return {"lo": lo, "hi": hi}
