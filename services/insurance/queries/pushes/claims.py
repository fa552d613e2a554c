"""Claims and their changes: where they lie, what they wait for, what is announced."""

from sqlalchemy import text

from services.insurance.queries.pushes.places import HOME

PLACE_CLAIM = [
    text("""
        update pushed p set division = t.division
        from policy t
        where t.agency = p.agency and t.policy_no = p.policy_no and t.superseded_at is null
    """),
    text(f"""
        update pushed p set household_key = h.household_key, division = h.division
        from household_place h
        where h.household_key = {HOME.format(person="p.person_key", day="p.incident_on")}
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

ANNOUNCE_CLAIMS = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'claim.recorded', household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', id, 'agency', agency, 'claim_no', claim_no)
    from pushed where outcome = 'accepted' order by line
""")

ANNOUNCE_CHANGES = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'claim.changed', household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', claim_id, 'agency', agency,
        'claim_no', claim_no, 'version', version)
    from pushed where outcome = 'accepted' order by line
""")
