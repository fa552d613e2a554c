"""Lists that insurers and offices work by: who should be covered, what changed, who is not.

Who is on them is decided by the conditions of INS-01, over the same facts.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import TextClause

from kernel.access import Caller
from kernel.bulk.resource import Push
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import Role
from services.insurance.operations.screening import facts_for
from services.insurance.queries.cover import (
    changes_of_list,
    page_of_people,
    people_listed,
    people_uncovered,
)
from services.insurance.queries.facts.cover import (
    LAY_OUT_PEOPLE,
    LAY_OUT_PEOPLE_BEFORE,
    LAY_OUT_UNCOVERED,
    PEOPLE,
    PEOPLE_BEFORE,
    UNCOVERED,
)
from services.insurance.rules.cover import (
    covered_if_of_age,
    is_of_age,
    lives_in_a_registered_household,
    should_be_covered,
)
from services.insurance.schemas.cover import CoverGap, CoverListItem


def day_of_list(year: int, as_of: date | None, today: date) -> date:
    """The day a year's list is made for: today, else the day of the year that is nearest to it.

    Raises NotFound for a day that is not of the year.
    """
    if as_of is None:
        return min(max(today, date(year, 1, 1)), date(year, 12, 31))
    if as_of.year != year:
        raise NotFound("as_of is a day of the year that is asked for; leave it out or mend it.")
    return as_of


async def cover_list(
    ask: Push,
    wanted: WantedPage,
    on: date,
    *,
    changes_since: date | None,
    division: str | None,
    covered: bool | None,
) -> dict[str, Any]:
    """A page of who should be covered on a day, or of what changed on that list since another.

    Raises NotFound for changes since a day that comes later.
    """
    insurer = _insurer(ask.caller)
    await _lay_out(ask, LAY_OUT_PEOPLE, on, division)
    if changes_since is None:
        found = people_listed(should_be_covered(PEOPLE), on, insurer)
    elif changes_since > on:
        raise NotFound("changes_since is a day before the one that the list is made for.")
    else:
        await _lay_out(ask, LAY_OUT_PEOPLE_BEFORE, changes_since, division)
        found = changes_of_list(
            should_be_covered(PEOPLE),
            should_be_covered(PEOPLE_BEFORE),
            lives_in_a_registered_household(PEOPLE),
            lives_in_a_registered_household(PEOPLE_BEFORE),
            on,
            insurer,
        )
    rows = (await ask.session.execute(page_of_people(found, wanted, covered))).mappings().all()
    page = page_of(rows, wanted, "id")
    return {**page, "items": [_listed(ask, row) for row in page["items"]]}


async def cover_gaps(
    ask: Push, wanted: WantedPage, on: date, division: str | None
) -> dict[str, Any]:
    """A page of whom no policy covers on a day, with the verdict of INS-01."""
    await _lay_out(ask, LAY_OUT_UNCOVERED, on, division)
    found = people_uncovered(
        lives_in_a_registered_household(UNCOVERED) & is_of_age(UNCOVERED),
        covered_if_of_age.condition(UNCOVERED),
        on,
        _insurer(ask.caller),
    )
    rows = (await ask.session.execute(page_of_people(found, wanted, None))).mappings().all()
    page = page_of(rows, wanted, "id")
    return {**page, "items": [_gap(ask, row) for row in page["items"]]}


def _insurer(caller: Caller) -> str | None:
    """Whose policies are shown: an insurer sees its own only."""
    return caller.agency if caller.role == Role.INSURER else None


async def _lay_out(
    ask: Push, statements: Sequence[TextClause], on: date, division: str | None
) -> None:
    for statement in statements:
        await ask.session.execute(statement, facts_for(ask.caller, on, division))


def _person(ask: Push, row: Mapping[str, Any]) -> dict[str, Any]:
    decade = row["age_years"] // 10 * 10
    return {
        **row,
        "person_ref": ask.keys.subject_ref(ask.caller.agency, row["person_key"]),
        "age_band": f"{decade}-{decade + 9}",
    }


def _listed(ask: Push, row: Mapping[str, Any]) -> CoverListItem:
    policies = row["policies"] or []
    person = _person(ask, row) | {"policies": policies, "covered": bool(policies)}
    return CoverListItem.model_validate(person)


def _gap(ask: Push, row: Mapping[str, Any]) -> CoverGap:
    """An insurer hears which kind of declaration is missing, not whose."""
    missing = list(row["policies_undeclared"])
    if _insurer(ask.caller):
        missing = sorted({each.partition(":")[0] for each in missing})
    since, again = row["covered_until"], row["covered_again_from"]
    undetermined = row["in_order"] is None
    return CoverGap.model_validate(
        _person(ask, row)
        | {
            "verdict": "undetermined" if undetermined else "not_met",
            "missing": [*([] if row["status_known"] else ["status"]), *missing]
            if undetermined
            else [],
            "days_between": (again - since).days if since and again else None,
        }
    )
