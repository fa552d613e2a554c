"""The copy of the gateway's agencies that judging services keep: who serves which place."""

import json

from sqlalchemy import Column, Date, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.division import spans
from kernel.feed import Event


def add_agency_copy(metadata: MetaData) -> None:
    """Give a service's schema the tables of the copy."""
    Table(
        "agency",
        metadata,
        Column("code", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("agency_type", Text, nullable=False),
        Column("parent", Text),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date, nullable=False),
    )
    Table(
        "agency_place",
        metadata,
        Column("code", Text, primary_key=True),
        Column("lo", Text, primary_key=True),
        Column("hi", Text, nullable=False),
    )


_FORGET = [
    text("delete from agency where code = any(:codes)"),
    text("delete from agency_place where code = any(:codes)"),
]
_KEEP = text("""
    insert into agency (code, name, agency_type, parent, valid_from, valid_to)
    select code, name, agency_type, parent, coalesce(valid_from, date '-infinity'),
           coalesce(valid_to, date 'infinity')
    from jsonb_to_recordset(cast(:agencies as jsonb)) as a(code text, name text, agency_type text,
        parent text, valid_from date, valid_to date)
""")
_KEEP_PLACES = text("""
    insert into agency_place (code, lo, hi)
    select distinct code, lo, hi
    from unnest(cast(:codes as text[]), cast(:lo as text[]), cast(:hi as text[])) as p(code, lo, hi)
""")


FORGET_ALL = ("delete from agency", "delete from agency_place")
"""Empties the copy before it is made anew."""


async def copy_agencies(session: AsyncSession, events: list[Event]) -> None:
    """Replace the copy of each agency that these events speak of by its newest state."""
    newest = {event["data"]["code"]: event["data"] for event in events}
    for statement in _FORGET:
        await session.execute(statement, {"codes": list(newest)})
    await session.execute(_KEEP, {"agencies": json.dumps(list(newest.values()))})
    places = [(code, *spans([d])) for code, data in newest.items() for d in data["divisions"]]
    await session.execute(
        _KEEP_PLACES,
        {
            "codes": [code for code, _, _ in places],
            "lo": [lo for _, [lo], _ in places],
            "hi": [hi for _, _, [hi] in places],
        },
    )


def serving(kind: str, counties: str) -> str:
    """SQL for a CTE named `serving`: the agencies of a kind that serve these counties, and when.

    A bank with members is represented by its members: 省联社 itself lends to nobody.
    """
    return f"""
        select distinct place_of.county, a.code, a.valid_from, a.valid_to
        from {counties} as place_of(county)
        join agency_place place on place.lo <= place_of.county and place_of.county < place.hi
        join agency a on a.code = place.code and a.agency_type = '{kind}'
        where not exists (select from agency member where member.parent = a.code)
    """


AMONG_SERVING = """
    (select s.code from serving s
     where s.county = {county} and s.valid_from <= {day} and {day} < s.valid_to)
"""
"""SQL for those of the CTE `serving` that serve one county on one day."""


def undeclared(kind: str, service: str, agencies: str, county: str, day: str) -> str:
    """SQL for the agencies, of those given, that did not declare a kind of fact complete.

    A declaration counts when one interval holds both the day judged and the business date (`:on`)
    and its place holds the county (rules.md, whose silence). The result is a text array of
    sentences' keys, `kind:agency`; empty when nobody is missing.
    """
    return f"""
        array(select '{kind}:' || serving.code from {agencies} as serving(code)
              where not exists (
                  select from declaration d
                  where d.service = '{service}' and d.kind = '{kind}' and d.agency = serving.code
                    and d.division_lo <= {county} and {county} < d.division_hi
                    and d.valid_from <= least({day}, cast(:on as date))
                    and greatest({day}, cast(:on as date)) < d.valid_to)
              order by 1)
    """


def undeclared_by_any(kind: str, service: str, county: str, day: str) -> str:
    """SQL for what is missing where one declaration by whoever serves the county is enough.

    A poverty office or finance bureau may declare for its county, or one above it for all its
    counties. The result is a text array: `kind:county`, or empty.
    """
    return f"""
        array(select '{kind}:' || {county}
              where not exists (
                  select from declaration d
                  where d.service = '{service}' and d.kind = '{kind}'
                    and d.division_lo <= {county} and {county} < d.division_hi
                    and d.valid_from <= least({day}, cast(:on as date))
                    and greatest({day}, cast(:on as date)) < d.valid_to))
    """
