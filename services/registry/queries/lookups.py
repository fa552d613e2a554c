"""Who a number and a name belong to, and how often that was asked in vain."""

from sqlalchemy import (
    Date,
    Executable,
    Text,
    bindparam,
    column,
    false,
    func,
    literal_column,
    select,
    text,
)

from kernel.policy.registered import is_registered

# The household in which the person is present on the day, by the report that counts on it. A status
# ends where the next one begins, as when it is announced (queries/households.py).
_FOUND = """
    select r.*, s.status
    from listed_person l
    join household_report r on r.household_key = l.household_key and r.superseded_at is null
        and r.counts_from <= :on and :on < r.counts_to
    join lateral jsonb_to_recordset(r.members) as m(person_key uuid, name_key uuid,
        joined_on date, left_on date, died_on date) on m.person_key = l.person_key
    left join lateral (
        select case when :on < coalesce(valid_to, date 'infinity') then status end as status
        from rows from (jsonb_to_recordset(r.statuses)
            as (status text, valid_from date, valid_to date)) with ordinality
            as s(status, valid_from, valid_to, place)
        where valid_from <= :on
        order by valid_from desc, place desc limit 1) s on true
    where l.person_key = :person_key and m.name_key = :name_key
      and coalesce(m.joined_on, date '-infinity') <= :on
      and :on < least(m.left_on, m.died_on, date 'infinity')
      and exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
                  where r.division >= place.lo and r.division < place.hi)
    order by m.joined_on desc nulls last, r.household_key limit 1
"""
FOUND: Executable = select(
    literal_column("found.*"),
    func.coalesce(
        is_registered(
            column("status", Text),
            bindparam("on", type_=Date),
            bindparam("marginal_from", type_=Date),
        ),
        false(),
    ).label("registered"),
).select_from(text(f"({_FOUND}) found"))
"""The household of a person on a day in some divisions, and its status of that day."""

MISSES = text("select misses from lookup_miss where client_id = :client_id and day = :day")
MISS = text("""
    insert into lookup_miss (client_id, day, agency, misses)
    values (:client_id, :day, :agency, 1)
    on conflict (client_id, day) do update set misses = lookup_miss.misses + 1
    returning misses
""")
