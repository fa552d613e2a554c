"""Filings: what units filed at which stage, and who has not."""

from sqlalchemy import text

_SEEN = """
    (t.agency = :agency or (:reads and exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
        where t.division >= seen.lo and t.division < seen.hi)))
"""

_SHOWN = """
    select t.*, a.name as unit_name from filing t left join agency a on a.code = t.unit
"""

# The newest filing of each unit and stage counts; those before it stay on record.
FILINGS = text(f"""
    {_SHOWN}
    where t.thing = :thing and {_SEEN}
      and (cast(:after as uuid) is null or t.filing_id > :after)
      and (cast(:stage as date) is null or t.stage = :stage)
      and (cast(:unit as text) is null or t.unit = :unit)
      and not exists (select from filing later
                      where later.thing = t.thing and later.unit = t.unit
                        and later.stage = t.stage and later.filing_id > t.filing_id)
    order by t.filing_id limit :limit
""")

ONE_FILING = text(f"{_SHOWN} where t.thing = :thing and t.filing_id = :filing_id and {_SEEN}")

NEWEST = text("""
    select filing_id, digest from filing
    where thing = :thing and unit = :unit and stage = :stage order by filing_id desc limit 1
""")

LOCK_FILINGS = text("select pg_advisory_xact_lock(hashtextextended('rectification/filings', 0))")

ADD_FILING = text("""
    insert into filing (filing_id, thing, unit, division, stage, filed_on, name, phone,
        document_hash, digest, "by", agency, recorded_at)
    values (:filing_id, :thing, :unit, :division, :stage, :filed_on, :name, :phone,
        :document_hash, :digest, :by, :agency, :recorded_at)
""")

# Who is expected: places by name, and agencies by type and by where they serve. A place's filing is
# the government's, under the place's own code or under that of its poverty office.
EXPECTED = text("""
    with expected as (
        select code as unit, code as division, 'city' as kind
        from unnest(cast(:cities as text[])) as city(code)
        union all
        select code, code, 'county' from unnest(cast(:counties as text[])) as county(code)
        union all
        select distinct a.code, place.lo, 'member'
        from agency a join agency_place place on place.code = a.code
        where a.agency_type = any(:provincial_members) and right(place.lo, 10) = '0000000000'
          and a.valid_from <= :stage and :stage < a.valid_to
        union all
        select a.code, min(place.lo), lower(a.agency_type)
        from agency a join agency_place place on place.code = a.code
        where a.agency_type = any(:agency_types) and a.parent is null
          and a.valid_from <= :stage and :stage < a.valid_to
        group by a.code, a.agency_type)
    select e.unit, e.division, e.kind, a.name, filed.filed_on
    from expected e
    left join agency a on a.code = e.unit
    left join lateral (
        select min(t.filed_on) as filed_on from filing t
        where t.thing = :thing and t.stage = :stage and t.filed_on <= :on
          and (t.unit = e.unit or (e.kind in ('city', 'county') and exists (
              select from agency office
              join agency_place place on place.code = office.code
              where office.code = t.unit and office.agency_type = 'POVERTY_OFFICE'
                and place.lo = e.division)))) filed on true
    where exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
                  where e.division >= seen.lo and e.division < seen.hi)
    order by array_position(array['city', 'county', 'member', 'bank', 'insurer'], e.kind), e.unit
""")
