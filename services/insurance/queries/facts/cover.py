"""People and their cover on a day: INS-01, and the lists that insurers work by.

A fact of the day is known, a later one is not; the copy of the registry says what was known on
which day.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Integer,
    Text,
    TextClause,
    Uuid,
    column,
    table,
    text,
)

from kernel.agency_copy import AMONG_SERVING, serving, undeclared
from services.insurance.queries.facts.parts import (
    COMPLETED_YEARS,
    COUNTY,
    FIGURE,
    IN_SCOPE,
    LAW,
    OF_HOUSEHOLDS,
)

_INSURERS = AMONG_SERVING.format(county="here.county", day=":on")
_SILENT_INSURERS = undeclared("policies", "insurance", _INSURERS, "here.county", ":on")
_HERE = {"division": "here.division", "day": ":on"}
_COVERED = """
    exists (select from cover c where c.person_key = m.person_key
              and c.covered_from <= :on and :on < c.covered_to)
"""
_OF_THESE = OF_HOUSEHOLDS.format(household="m.household_key")

# What is the same for a whole county or village is asked once. Who is not asked about goes first,
# so that only the others are looked at further. Where nobody serves nobody can declare either. Two
# numbers of one report may tell of the same person.
_PEOPLE = f"""
    with {LAW},
    village as materialized (
        select here.division, {COUNTY.format(division="here.division")} as county,
               {FIGURE.format(name="cover_from_days", kind="int", **_HERE)},
               {FIGURE.format(name="cover_to_years", kind="int", **_HERE)},
               {FIGURE.format(name="marginal_from", kind="date", **_HERE)}
        from (select distinct division from household_place
              where known_from <= :on and :on < known_to
                and {IN_SCOPE.format(division="division")}) here),
    serving as materialized ({serving("INSURER", "(select distinct county from village)")}),
    county as materialized (
        select here.county,
               case when exists (select from {_INSURERS} insurer) then {_SILENT_INSURERS}
                    else array['policies:nobody'] end as policies_undeclared
        from (select distinct county from village) here),
    person as materialized (
        select distinct m.household_key, m.person_key, m.born_on
        from member m
        where m.known_from <= :on and :on < m.known_to and m.joined_on <= :on and :on < m.gone_on
          and {{asked}})
    select 'person' as subject_kind, u.household_key, h.household_no, u.person_key,
           village.division as village_code, village.division, cast(:on as date) as "on",
           exists (select from household_status any_one
                   where any_one.household_key = u.household_key
                     and any_one.known_from <= :on and :on < any_one.known_to) as status_known,
           s.status, u.born_on, cast(:on as date) - u.born_on as age_days,
           {COMPLETED_YEARS.format(day="cast(:on as date)", born="u.born_on")} as age_years,
           village.cover_from_days, village.cover_to_years, village.marginal_from,
           county.policies_undeclared
    from person u
    join household h on h.household_key = u.household_key
    join household_place p on p.household_key = u.household_key
        and p.known_from <= :on and :on < p.known_to
    join village on village.division = p.division
    join county on county.county = village.county
    left join household_status s on s.household_key = u.household_key
        and s.known_from <= :on and :on < s.known_to and s.valid_from <= :on and :on < s.valid_to
"""

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "household_no": Text,
    "person_key": Uuid,
    "village_code": Text,
    "division": Text,
    "on": Date,
    "status_known": Boolean,
    "status": Text,
    "born_on": Date,
    "age_days": Integer,
    "age_years": Integer,
    "cover_from_days": Integer,
    "cover_to_years": Integer,
    "marginal_from": Date,
    "policies_undeclared": ARRAY(Text),
}


def _laid_out(name: str, asked: str) -> list[TextClause]:
    statement = _PEOPLE.format(asked=asked)
    return [
        text(f"drop table if exists {name}"),
        text(f"create temp table {name} on commit drop as {statement}"),
        text(f"analyze {name}"),
    ]


UNCOVERED = table("uncovered_person", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a present, living member of a household whom no policy covers on the business date."""

LAY_OUT_UNCOVERED = _laid_out("uncovered_person", f"{_OF_THESE} and not {_COVERED}")

PEOPLE = table("person_then", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""The same of every member, covered or not."""

LAY_OUT_PEOPLE = _laid_out("person_then", _OF_THESE)

PEOPLE_BEFORE = table("person_before", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""The same on an earlier day."""

LAY_OUT_PEOPLE_BEFORE = _laid_out("person_before", _OF_THESE)
