"""What a bank or county office goes through: overdue rates, loans falling due, overdue loans."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import TextClause, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import contains, spans
from kernel.paging import WantedPage, page_of
from kernel.roles import Role
from services.loans.operations.watch import execute, of_whole_counties, watch_parameters
from services.loans.queries import calendar, villages
from services.loans.rules.watch import overdue_like_the_county


def seen(caller: Caller, on: date, division: str | None = None) -> dict[str, Any]:
    """Whose loans a caller may see, and where: a bank's own and its members', else its places.

    The parameters of every statement about loans that stand, with the figures of law of the day.
    """
    places = caller.divisions if division is None else _narrowed(caller, division)
    lo, hi = spans(places)
    bank = caller.agency if caller.role == Role.BANK else None
    return {**watch_parameters(on), "lo": lo, "hi": hi, "bank": bank, "households": None}


def _narrowed(caller: Caller, division: str) -> list[str]:
    if contains(caller.divisions, division):
        return [division]
    return [each for each in caller.divisions if contains([division], each)]


async def overdue_rates(
    session: AsyncSession, caller: Caller, by: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Overdue rate of each village, township or county beside the mean, by division."""
    values = {**values, **of_whole_counties(values)}
    await execute(session, villages.STANDING_LOANS, values)
    if by == "county":
        found = await session.execute(villages.COUNTY_RATES, values)
        return [{**row, "clearly_above": None} for row in found.mappings()]
    await execute(session, villages.AREA_FACTS, values)
    c = villages.AREAS.c
    judged = case(
        (
            c.loans + c.unreported_loans >= c.area_loans,
            ~overdue_like_the_county.condition(villages.AREAS),
        )
    )
    rows = await session.execute(
        select(
            c.division,
            c.loans,
            c.balance,
            c.overdue,
            c.rate,
            c.county_rate.label("mean_rate"),
            judged.label("clearly_above"),
        )
        .where(c.subject_kind == by)
        .order_by(c.division)
    )
    hidden = {"clearly_above": None} if caller.role == Role.BANK else {}
    return [{**row, **hidden} for row in rows.mappings()]


async def maturities(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    wanted: WantedPage,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """A page of living loans that fall due within some days (`within_days`), the soonest first."""
    return await _page(session, keys, caller, wanted, calendar.MATURITIES, values)


async def overdue_loans(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    wanted: WantedPage,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """A page of overdue loans, each with its band and the class that its bank gave."""
    return await _page(session, keys, caller, wanted, calendar.OVERDUE_LOANS, values)


async def _page(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    wanted: WantedPage,
    statement: TextClause,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    asked = {**values, "after": wanted.after, "limit": wanted.limit + 1}
    rows = (await session.execute(statement, asked)).mappings().all()
    page = page_of(rows, wanted, "loan_id")
    page["items"] = [
        {**row, "person_ref": keys.subject_ref(caller.agency, row["person_key"])}
        for row in page["items"]
    ]
    return page
