"""Parts that statements of facts have in common: scope, figures of law, ages, homes."""

COUNTY = "rpad(left({division}, 6), 12, '0')"

IN_SCOPE = """
    exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
            where {division} >= scope.lo and {division} < scope.hi)
"""

OF_HOUSEHOLDS = """
    (cast(:households as uuid[]) is null or {household} = any(cast(:households as uuid[])))
"""
"""Of a run that continues another one: only rows of the households that have changed since."""

LAW = """
    law as materialized (
        select * from jsonb_to_recordset(cast(:law as jsonb))
            as f(name text, "is" text, starts date, ends date, lo text, hi text))
"""
"""A CTE with every dated figure of law."""

FIGURE = """
    (select cast(law."is" as {kind}) from law
     where law.name = '{name}' and law.lo <= {division} and {division} < law.hi
       and law.starts <= {day} and {day} < law.ends
     order by law.lo desc, law.starts desc limit 1) as {name}
"""
"""The value of the narrowest place, and of those the latest."""

# Years by the numbers of two days, such as 20190301 - 20000229: who was born on 29 February
# completes a year on 1 March (rules.md, LOAN-03).
COMPLETED_YEARS = """
    ((extract(year from {day}) * 10000 + extract(month from {day}) * 100 + extract(day from {day})
      - extract(year from {born}) * 10000 - extract(month from {born}) * 100
      - extract(day from {born}))::int / 10000)
"""

# Who left on the day is gone; who died on it was there, for it is of the dead that incidents tell.
THERE = """
    {m}.known_from <= :on and :on < {m}.known_to and {m}.joined_on <= {day}
    and ({day} < {m}.gone_on or ({day} = {m}.gone_on and {day} = {m}.died_on))
"""
"""Whether a member was of his household on a day, as known on the business date."""

HOME = """
    lateral (
        select case when {there} then m.household_key end as household_key,
               m.household_key as lived_in
        from member m
        where m.person_key = {person} and m.known_from <= :on and :on < m.known_to
        order by ({there}) is true desc, (m.joined_on <= {day}) desc, m.joined_on desc,
                 m.household_key limit 1)
"""
"""The household a person was of on a day, and if of none the one he lived in last: the one joined
last, if two tell of him. By it a claim has its place, whatever was known when it was pushed."""


def home(person: str, day: str) -> str:
    """SQL for a lateral join to a person's household on a day, null for who was of none, and to
    where he lived (`lived_in`); no row for who never was in any."""
    return HOME.format(person=person, day=day, there=THERE.format(m="m", day=day))
