"""Screenings: asked for here, judged by the services that own the rows."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.division import contains, spans
from kernel.ids import new_id
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.service import Service
from services.rectification.operations.samples import sample_named
from services.rectification.problems import NotYourDivision, UnknownSample
from services.rectification.queries import screenings as queries
from services.rectification.schemas.screenings import ScreeningIn, ScreeningOut
from services.rectification.vocabulary import SOURCES


async def ask_screening(session: AsyncSession, caller: Caller, asked: ScreeningIn) -> ScreeningOut:
    """Record what is to be judged; the background tells the judges.

    A run of the same question continues the newest one: only what has changed since is judged.

    Raises NotYourDivision and UnknownSample.
    """
    sample = None
    if asked.sample is not None:
        sample = await sample_named(session, caller, asked.sample)
        if sample is None:
            raise UnknownSample
    lo, hi = spans(_narrowed(caller.divisions, asked.division))

    screening_id = new_id()
    values = asked.model_dump() | {
        "screening_id": screening_id,
        "asked_by": caller.agency,
        "rules": sorted({rule.value for rule in asked.rules or ()}),
        "sample_id": sample.id if sample else None,
        "sample_version": sample.source_version if sample else None,
        "lo": lo,
        "hi": hi,
    }
    before = (await session.execute(queries.LIKE_IT, values)).first()
    values |= {
        "series": before.series if before else screening_id,
        "seq": before.seq + 1 if before else 1,
    }
    row = (await session.execute(queries.ADD_SCREENING, values)).mappings().one()
    return ScreeningOut.model_validate(dict(row))


def _narrowed(divisions: Sequence[str], asked: str | None) -> Sequence[str]:
    """What lies both in these divisions and in the one asked for."""
    if asked is None:
        return divisions
    if contains(divisions, asked):
        return [asked]
    inside = [division for division in divisions if contains([asked], division)]
    if not inside:
        raise NotYourDivision
    return inside


async def name_positions(feeds: AsyncClient, _: Service, session: AsyncSession) -> int:
    """A background step: tell the judges of requested runs, and how far they must have read.

    A run waits until every feed holds all that was committed before it was asked for; so what was
    acknowledged before is judged.
    """
    heads = {source: await _head_of(feeds, source) for source in SOURCES}
    values = {
        "positions": json.dumps({source: position for source, (position, _) in heads.items()}),
        "complete_until": min(complete_until for _, complete_until in heads.values()),
    }
    named = await session.execute(queries.NAME_POSITIONS, values)
    return int(named.rowcount)  # type: ignore[attr-defined]


async def _head_of(feeds: AsyncClient, source: str) -> tuple[int, datetime]:
    """The last position of a feed, and the instant up to which it holds everything."""
    answer = await feeds.get(f"/v1/{source}/feed", params={"after": 0, "limit": 0})
    answer.raise_for_status()
    page = answer.json()
    return page["head"], datetime.fromisoformat(page["complete_until"])


async def screenings_seen(
    session: AsyncSession, caller: Caller, wanted: WantedPage
) -> dict[str, Any]:
    """A page of the runs that a caller may see."""
    rows = await session.execute(queries.page_of_screenings(caller, wanted))
    return page_of(rows.mappings().all(), wanted, "screening_id")


async def screening_seen(session: AsyncSession, caller: Caller, screening_id: UUID) -> ScreeningOut:
    """A run that the caller may see; raises NotFound."""
    rows = await session.execute(queries.one_screening(caller, screening_id))
    row = rows.mappings().first()
    if row is None:
        raise NotFound
    return ScreeningOut.model_validate(dict(row))
