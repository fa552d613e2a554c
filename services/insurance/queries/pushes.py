"""What a push resolves, derives and announces, and what follows the registry's feed."""

from sqlalchemy import text

# The household in which a person lived on a day, else the one he joined last. Who left or died on
# the day still counts, for it is of the dead that incidents tell.
_HOME = """
    (select m.household_key from member m
     where m.person_key = {person} and m.known_to = date 'infinity'
     order by (m.joined_on <= {day} and {day} <= m.gone_on) desc, m.joined_on desc,
              m.household_key limit 1)
"""

_KNOWN = "exists (select from member m where m.person_key = {person})"

# The narrowest division that holds all divisions between two, by the levels of their codes.
_NARROWEST = """
    case when {lo} = {hi} then {lo}
         when left({lo}, 9) = left({hi}, 9) then left({lo}, 9) || '000'
         when left({lo}, 6) = left({hi}, 6) then left({lo}, 6) || '000000'
         when left({lo}, 4) = left({hi}, 4) then left({lo}, 4) || '00000000'
         when left({lo}, 2) = left({hi}, 2) then left({lo}, 2) || '0000000000'
         when {lo} is not null then '000000000000' end
"""

# --- products and policies ---

# A policy is placed by the copy of the registry, and follows it later. Were both done at once,
# neither would see the other.
_REGISTRY = "hashtextextended(current_schema() || '/registry', 0)"
HOLD_REGISTRY = text(f"select pg_advisory_xact_lock_shared({_REGISTRY})")
CHANGE_REGISTRY = text(f"select pg_advisory_xact_lock({_REGISTRY})")

PLACE_PRODUCT = text(f"""
    update pushed set division = {
    _NARROWEST.format(lo="cast(:first as text)", hi="cast(:last as text)")
}
""")

# Of people the registry holds no encrypted identity is kept (design, decision 13).
PLACE_POLICY = text(f"""
    with person as materialized (
        select p.line, {_HOME.format(person="c.person_key", day='coalesce(c."from", p.valid_from)')}
                   as home
        from pushed p
        cross join lateral jsonb_to_recordset(p.covered) as c(person_key uuid, "from" date)),
    place as (
        select line, {_NARROWEST.format(lo="min(h.division)", hi="max(h.division)")} as division
        from person
        join household_place h on h.household_key = person.home and h.known_to = date 'infinity'
        group by line)
    update pushed p
    set division = coalesce(place.division,
            {_NARROWEST.format(lo="cast(:first as text)", hi="cast(:last as text)")}),
        strangers = (
            select jsonb_object_agg(s.key, s.value) from jsonb_each(p.strangers) s
            where not {_KNOWN.format(person="cast(s.key as uuid)")})
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
        select coalesce({_HOME.format(person="c.person_key", day="days.begins")}, c.stranger_key),
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

_PERSONS = """
    with person as (
        select distinct cast(m ->> 'person_key' as uuid) as person_key
        from jsonb_array_elements(cast(:events as jsonb)) as e,
             jsonb_array_elements(e -> 'members') as m)
"""

FOLLOW_REGISTRY = [
    text(f"""
        {_PERSONS},
        moved as (
            delete from cover c using person p
            where c.person_key = p.person_key
              and c.household_key <> {_HOME.format(person="p.person_key", day="c.covered_from")}
            returning c.*)
        insert into cover (household_key, person_key, policy_id, covered_from, covered_to, agency,
                           policy_no, product_code)
        select {_HOME.format(person="moved.person_key", day="moved.covered_from")},
               person_key, policy_id, covered_from, covered_to, agency, policy_no, product_code
        from moved
    """),
    text(f"""
        {_PERSONS},
        touched as (
            select c.policy_id, array_agg(cast(c.person_key as text)) as persons
            from cover c join person p using (person_key) group by c.policy_id),
        place as (
            select t.policy_id, t.persons,
                   {_NARROWEST.format(lo="min(h.division)", hi="max(h.division)")} as division
            from touched t
            join cover c using (policy_id)
            join household_place h on h.household_key = c.household_key
                and h.known_to = date 'infinity'
            group by t.policy_id, t.persons)
        update policy p
        set division = place.division, strangers = nullif(p.strangers - place.persons, '{{}}')
        from place
        where p.id = place.policy_id
          and (p.division <> place.division or p.strangers ?| place.persons)
    """),
]
"""Cover, policies' places and kept identities, after the registry told of these households."""

# --- incidents ---

PLACE_INCIDENT = text(f"""
    update pushed p set household_key = h.household_key, division = h.division
    from household_place h
    where h.household_key = {_HOME.format(person="p.person_key", day='p."on"')}
      and h.known_to = date 'infinity'
""")

WAITS_FOR_PERSON = text("""
    update pushed set outcome = 'pending', waits_for = 'person:' || person_key
    where household_key is null
""")

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where p.outcome is null and not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

# --- claims and their changes ---

PLACE_CLAIM = [
    text("""
        update pushed p set division = t.division
        from policy t
        where t.agency = p.agency and t.policy_no = p.policy_no and t.superseded_at is null
    """),
    text(f"""
        update pushed p set household_key = h.household_key, division = h.division
        from household_place h
        where h.household_key = {_HOME.format(person="p.person_key", day="p.incident_on")}
          and h.known_to = date 'infinity' and p.division is not null
    """),
    # So that its changes stay beside it.
    text("""
        update pushed p set household_key = c.household_key
        from claim c
        where c.agency = p.agency and c.claim_no = p.claim_no and c.superseded_at is null
    """),
]

WAITS_FOR_POLICY = text("""
    update pushed set outcome = 'pending', waits_for = 'policy:' || policy_no
    where division is null
""")

OF_CLAIM = text("""
    update pushed p
    set household_key = c.household_key, claim_id = c.id, division = c.division
    from claim c
    where c.agency = p.agency and c.claim_no = p.claim_no and c.superseded_at is null
""")

WAITS_FOR_CLAIM = text("""
    update pushed set outcome = 'pending', waits_for = 'claim:' || claim_no where claim_id is null
""")

READY = """
    case split_part(p.waits_for, ':', 1)
        when 'person' then exists (
            select from member m join household_place h on h.household_key = m.household_key
            where m.person_key = cast(substr(p.waits_for, 8) as uuid)
              and m.known_to = date 'infinity' and h.known_to = date 'infinity')
        when 'policy' then exists (
            select from policy t where t.agency = p.agency and t.superseded_at is null
              and t.policy_no = substr(p.waits_for, 8))
        when 'claim' then exists (
            select from claim c where c.agency = p.agency and c.superseded_at is null
              and c.claim_no = substr(p.waits_for, 7))
    end
"""
"""Which pending rows could be stored now; a condition over `pending p`."""

# --- what is announced: keys only ---

ANNOUNCE_POLICIES = text("""
    insert into outbox (type, agency, division, data)
    select 'policy.recorded', agency, division, json_build_object(
        'policy_id', id, 'agency', agency, 'policy_no', policy_no, 'household_keys', (
            select coalesce(json_agg(distinct c.household_key), '[]') from cover c
            where c.policy_id = p.id))
    from pushed p where outcome = 'accepted' order by line
""")

ANNOUNCE_INCIDENTS = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'incident.recorded', household_key, agency, division, json_build_object(
        'household_key', household_key, 'incident_id', id, 'agency', agency,
        'incident_no', incident_no)
    from pushed where outcome = 'accepted' order by line
""")

ANNOUNCE_CLAIMS = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'claim.recorded', household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', id, 'agency', agency, 'claim_no', claim_no,
        'source_version', source_version, 'policy_no', policy_no, 'person_key', person_key,
        'kind', kind, 'incident_on', incident_on, 'incident_no', incident_no)
    from pushed where outcome = 'accepted' order by line
""")

ANNOUNCE_CHANGES = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'claim.changed', household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', claim_id, 'agency', agency,
        'claim_no', claim_no, 'version', version, 'source_version', source_version,
        'state', state, 'on', "on", 'amount', amount::text)
    from pushed where outcome = 'accepted' order by line
""")
