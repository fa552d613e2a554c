"""What follows the registry's feed: cover, the places of policies, and kept identities."""

from sqlalchemy import text

from services.insurance.queries.pushes.places import HOME, NARROWEST

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
              and c.household_key <> {HOME.format(person="p.person_key", day="c.covered_from")}
            returning c.*)
        insert into cover (household_key, person_key, policy_id, covered_from, covered_to, agency,
                           policy_no, product_code)
        select {HOME.format(person="moved.person_key", day="moved.covered_from")},
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
                   {NARROWEST.format(lo="min(h.division)", hi="max(h.division)")} as division
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
