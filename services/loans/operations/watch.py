"""Judging what is seen only when loans are added up: users, villages, areas, needy households."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import FromClause, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.division import county_of, span
from kernel.judging import Screening, findings_of
from kernel.law import Figure, Rule, figures
from kernel.policy import LAW as POLICY
from services.loans.queries import needs, proposals, users, villages
from services.loans.rules.afterwards import not_used_by_an_organisation
from services.loans.rules.watch import (
    below_the_watch_list,
    capital_or_other_help,
    fits_the_household,
    lent_with_discrimination,
    not_in_bad_faith,
    overdue_like_the_county,
)

LAW: Mapping[str, Figure] = figures(Path(__file__).parents[1] / "law")
_PARAMETERS = (
    "area_loans",
    "enterprise_cutoff",
    "indiscriminate_share",
    "overdue_bands",
    "overdue_excess",
    "remind_days",
    "unfit_share",
    "village_households",
    "watch_balance",
    "watch_households",
    "written_notice_days",
)

ADDED_UP = ("user", "village", "township")
"""Kinds of subject over which many households are added up; these are judged in every run."""


def watch_parameters(on: date) -> dict[str, Any]:
    """The dated figures of law, as the statements that add up take them."""
    values = [{"name": name, **row} for name in _PARAMETERS for row in LAW[name].rows()]
    return {
        "on": on,
        "parameters": json.dumps(values, default=str),
        "marginal_from": POLICY["marginal_from"].on(on),
    }


async def judge_sums(session: AsyncSession, screening: Screening) -> None:
    """Announce users, villages, areas and households that are not in order on the business date.

    Sums are over all banks and all contracts, whatever a screening was asked about; so where it
    names an agency or a sample only LOAN-43 is asked, which is about single loans.
    """
    values = {"bank": None, **screening.scope, **watch_parameters(screening.business_date)}
    if screening.asks(not_in_bad_faith):
        await execute(session, proposals.LAY_OUT, values)
        await _announce(session, proposals.PROPOSED, not_in_bad_faith, screening)
    if screening.agency is not None or screening.contracts is not None:
        return
    if screening.asks(capital_or_other_help):
        await execute(session, needs.LAY_OUT, values)
        await _announce(session, needs.HOUSEHOLDS, capital_or_other_help, screening)
    if screening.asks(below_the_watch_list):
        await lay_out_users(session, values)
        await _announce(session, users.USERS, below_the_watch_list, screening)
    if screening.asks(lent_with_discrimination) or screening.asks(overdue_like_the_county):
        await execute(session, villages.STANDING_LOANS, values | of_whole_counties(values))
    if screening.asks(lent_with_discrimination):
        await _lay_out_villages(session, values | of_whole_counties(values))
        await _announce(session, villages.VILLAGES, lent_with_discrimination, screening)
    if screening.asks(overdue_like_the_county):
        await execute(session, villages.AREA_FACTS, values | of_whole_counties(values))
        await _announce(session, villages.AREAS, overdue_like_the_county, screening)


async def lay_out_users(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """The facts of users of whose loans one is in scope; LOAN-20 says who is an organisation."""
    await execute(session, users.USED_LOANS, values)
    in_order = not_used_by_an_organisation.condition(users.USED_LOAN)
    await session.execute(delete(users.USED_LOAN).where(in_order.is_(True)))
    await execute(session, users.USER_FACTS, values)


async def _lay_out_villages(session: AsyncSession, values: Mapping[str, Any]) -> None:
    await execute(session, villages.VILLAGE_LOANS + villages.FITTED, values)
    fits = fits_the_household(villages.VILLAGE_LOAN)
    names = ["loan_id", "village_code", "live", "fits"]
    await session.execute(insert(villages.FITTED_LOAN).from_select(names, villages.fitted(fits)))
    await execute(session, villages.VILLAGE_FACTS, values)


def of_whole_counties(values: Mapping[str, Any]) -> dict[str, Any]:
    """The counties in which a scope lies, since a village is held against its own county."""
    ranges = sorted({_county_of(*each) for each in zip(values["lo"], values["hi"], strict=True)})
    return {
        "place_lo": values["lo"],
        "place_hi": values["hi"],
        "lo": [lo for lo, _ in ranges],
        "hi": [hi for _, hi in ranges],
    }


def _county_of(lo: str, hi: str) -> tuple[str, str]:
    is_inside = lo[6:].strip("0") != ""
    return span(county_of(lo)) if is_inside else (lo, hi)


async def execute(session: AsyncSession, statements: list[Any], values: Mapping[str, Any]) -> None:
    for statement in statements:
        await session.execute(statement, dict(values))


async def _announce(
    session: AsyncSession, facts: FromClause, rule: Rule, screening: Screening
) -> None:
    await session.execute(findings_of(facts, rule, screening, clock.now()))
