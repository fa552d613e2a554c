"""Who pushed and who read, by county: the facts of SHARE-01 and SHARE-02."""

from typing import Any

from sqlalchemy import Boolean, Date, Integer, Text, Uuid, column, table, text
from sqlalchemy.dialects.postgresql import ARRAY

KEEP_PUSHED_DAY = text("""
    insert into pushed_day (county, day)
    select distinct rpad(left(division, 6), 12, '0'), cast(:today as date)
    from pushed where outcome in ('accepted', 'superseded')
    on conflict do nothing
""")

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "agency": Text,
    "division": Text,
    "last_on": Date,
    "days": Integer,
    "share_days": Integer,
    "on_record_since": Date,
    "record_too_short": ARRAY(Text),
    "is_reader": Boolean,
}
SHARING_FACTS = table("sharing_facts", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a county that shares, and one a bank or insurer to whom a county is shared."""

# A county is known by its office or by its households. What was pushed and read is our own record:
# nobody else's silence is asked for, but before the record began nothing is known
# (docs/decisions/0016).
# `household_key` names the subject: findings are keyed by it, and these are about no household.
LAY_OUT = [
    text("drop table if exists sharing_facts"),
    text("""
        create temp table sharing_facts on commit drop as
        with scope as (
            select lo, hi from unnest(cast(:lo as text[]), cast(:hi as text[])) as s(lo, hi)),
        sharing as (
            select distinct county from pushed_day where day <= :on),
        office as (
            select p.lo as county from agency_place p
            join agency a on a.code = p.code and a.agency_type = 'POVERTY_OFFICE'
                and a.valid_from <= :on and :on < a.valid_to
            where right(p.lo, 6) = '000000' and substr(p.lo, 5, 2) <> '00'),
        subject as (
            select 'county' as subject_kind, county, county as division, null as agency
            from (select county from sharing union select county from office) known
            union all
            select 'agency', s.county, s.county, a.code
            from sharing s
            join agency_place p on p.lo <= s.county and s.county < p.hi
            join agency a on a.code = p.code and a.agency_type in ('BANK', 'INSURER')
                and a.valid_from <= :on and :on < a.valid_to
            where not exists (select from agency member where member.parent = a.code)
            group by s.county, a.code),
        record as (
            select min(day) as began from feed_day)
        select f.*, f.subject_kind = 'agency' as is_reader, cast(:on as date) - f.last_on as days,
               cast(:share_days as int) as share_days, r.began as on_record_since,
               case when r.began is null or cast(:on as date) - r.began <= cast(:share_days as int)
                    then array['sharing:' || f.county] else '{}' end as record_too_short
        from (
            select s.*,
                   md5(concat_ws(':', s.subject_kind, s.county, s.agency))::uuid as household_key,
                   case when s.subject_kind = 'county' then (
                       select max(d.day) from pushed_day d
                       where d.county = s.county and d.day <= :on)
                   else (
                       -- The union that others name as their parent reads for its members.
                       select max(r.day) from feed_reader r
                       join agency a on a.code = s.agency
                       where r.agency in (a.code, a.parent) and r.day <= :on) end as last_on
            from subject s
            where exists (select from scope where s.division >= scope.lo and s.division < scope.hi)
              and (cast(:agency as text) is null or s.agency = :agency)) f
        cross join record r
    """),
]
"""Takes a screening's scope and `share_days`. A sample of contracts is about no county."""
