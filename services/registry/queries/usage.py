"""Whom a usage query is about, and what is on record of them."""

from sqlalchemy import text

_NEWEST = "r.superseded_at is null and r.counts_to = date 'infinity'"

IS_ONES_PERSON = text(f"""
    select exists (
        select from listed_person l
        join household_report r on r.household_key = l.household_key and {_NEWEST}
        join lateral jsonb_to_recordset(r.members) as m(person_key uuid, name_key uuid)
            on m.person_key = l.person_key
        where l.person_key = :person_key
          and (cast(:name_key as uuid) is null or m.name_key = :name_key)
          and exists (
            select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
            where r.division >= place.lo and r.division < place.hi))
""")
"""Whether the newest report of a household in some divisions lists a person, by this name."""

HOUSEHOLD = text(f"""
    select r.household_key, r.members from household_report r
    where r.id = :household_id and {_NEWEST}
""")
"""A household wherever it lives."""

# Ids sort by the moment they were made.
USAGE = text("""
    select r.*, a.name as receiver_name
    from access_record r left join agency a on a.code = r.agency
    where (r.person_keys && cast(:people as uuid[]) or r.household_key = :household_key)
      and (cast(:after as uuid) is null or r.record_id < :after)
    order by r.record_id desc limit :limit
""")
"""What is on record of these people, newest first."""
