"""Lists that insurers work by: who should be covered, what changed, who is not covered."""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import UUID, aggregate_order_by

from kernel.database import table_of
from kernel.paging import WantedPage
from services.insurance.queries.facts.cover import PEOPLE, PEOPLE_BEFORE, UNCOVERED
from services.insurance.tables import SCHEMA, Cover
from services.insurance.vocabulary import ListChange

_cover = table_of(Cover)
_member = SCHEMA.tables["insurance.member"]

Shown = dict[str, ColumnElement[Any]]


def _entry_id(household_key: ColumnElement[Any], person_key: ColumnElement[Any]) -> Any:
    """Tells one entry of a list from another, and nothing of the keys it is made of."""
    both = cast(household_key, String) + cast(person_key, String)
    return cast(func.md5(both), UUID)


def _of(insurer: str | None) -> ColumnElement[Any]:
    return literal(True) if insurer is None else _cover.c.agency == insurer


def _policies(person_key: ColumnElement[Any], on: Any, insurer: str | None) -> Any:
    """The policies that cover a person on a day, as JSON; an insurer's own for an insurer."""
    c = _cover.c
    told = func.json_build_object(
        *[
            part
            for column in (c.agency, c.policy_no, c.covered_from, c.covered_to)
            for part in (literal(column.name), column)
        ]
    )
    on_the_day = and_(c.covered_from <= on, on < c.covered_to, _of(insurer))
    return (
        select(func.json_agg(aggregate_order_by(told, c.agency, c.policy_no)))
        .where(c.person_key == person_key, on_the_day)
        .scalar_subquery()
    )


def people_listed(listed: ColumnElement[Any], on: Any, insurer: str | None) -> Select[Any]:
    """Who is on the list of a day."""
    c = PEOPLE.c
    return select(
        _entry_id(c.household_key, c.person_key).label("id"),
        *[c.person_key, c.household_no, c.village_code, c.age_years],
        literal(True).label("on_list"),
        _policies(c.person_key, on, insurer).label("policies"),
        cast(null(), String).label("change"),
    ).where(listed)


def changes_of_list(
    listed: ColumnElement[Any],
    listed_before: ColumnElement[Any],
    registered: ColumnElement[Any],
    registered_before: ColumnElement[Any],
    on: Any,
    insurer: str | None,
) -> Select[Any]:
    """Who came on the list between two days, left it, or has another status; and why."""
    now, then = PEOPLE.c, PEOPLE_BEFORE.c
    same = and_(now.household_key == then.household_key, now.person_key == then.person_key)
    is_on, was_on = func.coalesce(listed, False), func.coalesce(listed_before, False)
    household_key = func.coalesce(now.household_key, then.household_key)
    person_key = func.coalesce(now.person_key, then.person_key)
    died = exists().where(
        _member.c.household_key == household_key,
        _member.c.person_key == person_key,
        _member.c.known_from <= on,
        on < _member.c.known_to,
        _member.c.died_on <= on,
    )
    came = case(
        (then.person_key.is_(None), ListChange.JOINED.value),
        (registered_before.is_not(True), ListChange.STATUS_CHANGED.value),
        else_=ListChange.NEWLY_OF_AGE.value,
    )
    went = case(
        (and_(now.person_key.is_(None), died), ListChange.DIED.value),
        (now.person_key.is_(None), ListChange.LEFT.value),
        (registered.is_not(True), ListChange.STATUS_CHANGED.value),
        else_=ListChange.OVER_AGE.value,
    )
    change = case(
        (and_(is_on, ~was_on), came),
        (and_(was_on, ~is_on), went),
        (and_(is_on, now.status != then.status), ListChange.STATUS_CHANGED.value),
    )
    both: FromClause = PEOPLE.join(PEOPLE_BEFORE, same, full=True)
    return (
        select(
            _entry_id(household_key, person_key).label("id"),
            person_key.label("person_key"),
            *[
                func.coalesce(now[name], then[name]).label(name)
                for name in ("household_no", "village_code", "age_years")
            ],
            is_on.label("on_list"),
            _policies(person_key, on, insurer).label("policies"),
            change.label("change"),
        )
        .select_from(both)
        .where(or_(is_on, was_on), change.is_not(None))
    )


def people_uncovered(
    wanted: ColumnElement[Any], verdict: ColumnElement[Any], on: Any, insurer: str | None
) -> Select[Any]:
    """Who has no cover on a day, until when the last policy reached, and when the next begins."""
    c = UNCOVERED.c

    def edge(which: ColumnElement[Any], when: ColumnElement[Any]) -> Any:
        mine = and_(_cover.c.person_key == c.person_key, when, _of(insurer))
        return select(which).where(mine).scalar_subquery()

    return select(
        _entry_id(c.household_key, c.person_key).label("id"),
        *[c.person_key, c.household_no, c.village_code, c.age_years],
        verdict.label("in_order"),
        *[c.status_known, c.policies_undeclared],
        edge(func.max(_cover.c.covered_to), _cover.c.covered_to <= on).label("covered_until"),
        edge(func.min(_cover.c.covered_from), _cover.c.covered_from > on).label(
            "covered_again_from"
        ),
    ).where(wanted, verdict.is_not(True))


def page_of_people(found: Select[Any], wanted: WantedPage, covered: bool | None) -> Select[Any]:
    """One more than a page of a list; `covered` asks only for those who are, or are not."""
    rows = found.subquery("listed")
    page = select(rows).order_by(rows.c.id).limit(wanted.limit + 1)
    if wanted.after:
        page = page.where(rows.c.id > wanted.after)
    if covered is None:
        return page
    policies: Column[Any] | Any = rows.c.policies
    return page.where(policies.is_not(None) if covered else policies.is_(None))
