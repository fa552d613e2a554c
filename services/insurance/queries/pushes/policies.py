"""Products and policies: where they lie, whom they cover, what is announced of them."""

from sqlalchemy import text

from kernel.outbox import announcing
from services.insurance.queries.pushes.places import HOME, KNOWN, NARROWEST

# A policy is placed by the copy of the registry, and follows it later. Were both done at once,
# neither would see the other.
_REGISTRY = "hashtextextended(current_schema() || '/registry', 0)"
HOLD_REGISTRY = text(f"select pg_advisory_xact_lock_shared({_REGISTRY})")
CHANGE_REGISTRY = text(f"select pg_advisory_xact_lock({_REGISTRY})")

PLACE_PRODUCT = text(f"""
    update pushed set division = {
    NARROWEST.format(lo="cast(:first as text)", hi="cast(:last as text)")
}
""")

# Of people the registry holds no encrypted identity is kept (design, decision 13).
PLACE_POLICY = text(f"""
    with person as materialized (
        select p.line, {HOME.format(person="c.person_key", day='coalesce(c."from", p.valid_from)')}
                   as home
        from pushed p
        cross join lateral jsonb_to_recordset(p.covered) as c(person_key uuid, "from" date)),
    place as (
        select line, {NARROWEST.format(lo="min(h.division)", hi="max(h.division)")} as division
        from person
        join household_place h on h.household_key = person.home and h.known_to = date 'infinity'
        group by line)
    update pushed p
    set division = coalesce(place.division,
            {NARROWEST.format(lo="cast(:first as text)", hi="cast(:last as text)")}),
        strangers = (
            select jsonb_object_agg(s.key, s.value) from jsonb_each(p.strangers) s
            where not {KNOWN.format(person="cast(s.key as uuid)")})
    from pushed same left join place using (line)
    where same.line = p.line
""")

DERIVE_COVER = [
    text("""
        delete from cover where policy_id in (
            select id from pushed where outcome in ('accepted', 'superseded'))
    """),
    text(f"""
        insert into cover (household_key, person_key, policy_id, covered_from, covered_to, agency,
                           policy_no, product_code)
        select coalesce({HOME.format(person="c.person_key", day="days.begins")}, c.stranger_key),
               c.person_key, p.id, days.begins, days.ends, p.agency, p.policy_no, p.product_code
        from policy p
        cross join lateral jsonb_to_recordset(p.covered)
            as c(person_key uuid, stranger_key uuid, "from" date, "to" date)
        cross join lateral (select greatest(c."from", p.valid_from) as begins,
                                   least(c."to", p.valid_to) as ends) days
        where p.id in (select id from pushed where outcome in ('accepted', 'superseded'))
          and p.superseded_at is null and days.begins < days.ends
    """),
]

POLICIES_TOLD = """
    select 'policy.recorded' as type, null::uuid as household_key, agency, division,
        json_build_object('policy_id', id, 'agency', agency, 'policy_no', policy_no,
            'household_keys', (
                select coalesce(json_agg(distinct c.household_key), '[]') from cover c
                where c.policy_id = p.id)) as data
    from {rows}
"""
ANNOUNCE_POLICIES = announcing(POLICIES_TOLD, "accepted", rows="pushed p")
