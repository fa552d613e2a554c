"""Household debits, treasury payments and bank refunds, held against each other."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.division import span, spans
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import Role
from services.subsidy.queries import matches
from services.subsidy.schemas.matches import CountyMatch, LoanMatch, Matches
from services.subsidy.vocabulary import Ageing

_BANDS = {
    Ageing.UP_TO_30: "up_to_30",
    Ageing.UP_TO_90: "up_to_90",
    Ageing.UP_TO_180: "up_to_180",
    Ageing.MORE: "more",
}


async def matched_loans(
    session: AsyncSession,
    caller: Caller,
    wanted: WantedPage,
    as_of: date | None,
    filters: Mapping[str, Any],
) -> Matches:
    """The three ledgers of each loan for which something was paid; a bank's own only."""
    on = _day(as_of)
    page = {"after": wanted.after, "limit": wanted.limit + 1}
    values = _asked(caller, on, filters) | page | {"open": filters["open"]}
    rows = (await session.execute(matches.BY_LOAN, values)).mappings().all()
    found = page_of(rows, wanted, "loan_id")
    items = [LoanMatch.model_validate(dict(row)) for row in found["items"]]
    return Matches(as_of=on, items=items, next_after=found["next_after"])


async def matched_counties(
    session: AsyncSession, caller: Caller, as_of: date | None, filters: Mapping[str, Any]
) -> Matches:
    """The same, added up by county, with the age of what is withheld."""
    on = _day(as_of)
    rows = await session.execute(matches.BY_COUNTY, _asked(caller, on, filters))
    items = [
        CountyMatch.model_validate(
            {**row, "ageing": {band: row[name] for band, name in _BANDS.items()}}
        )
        for row in rows.mappings()
    ]
    return Matches(as_of=on, items=items, next_after=None)


def _day(as_of: date | None) -> date:
    today = clock.today()
    if as_of and as_of > today:
        raise NotFound("as_of is today or earlier: what will be paid or refunded nobody knows.")
    return as_of or today


def _asked(caller: Caller, on: date, filters: Mapping[str, Any]) -> dict[str, Any]:
    lo, hi = spans(caller.divisions)
    division = filters["division"]
    within = span(division) if division else (None, None)
    return {
        "as_of": on,
        "bank": caller.agency if caller.role == Role.BANK else None,
        "lo": lo,
        "hi": hi,
        "division_lo": within[0],
        "division_hi": within[1],
        "agency": filters["agency"],
        "contract_no": filters["contract_no"],
    }
