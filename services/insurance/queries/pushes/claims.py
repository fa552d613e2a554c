"""Claims and their changes: where they lie, what they wait for, what is announced."""

from sqlalchemy import text

from kernel.outbox import announcing
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

CLAIMS_TOLD = """
    select 'claim.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', id, 'agency', agency, 'claim_no', claim_no,
        'source_version', source_version, 'policy_no', policy_no, 'person_key', person_key,
        'kind', kind, 'incident_on', incident_on, 'incident_no', incident_no)
        as data
    from {rows}
"""
ANNOUNCE_CLAIMS = announcing(CLAIMS_TOLD, "accepted")

CHANGES_TOLD = """
    select 'claim.changed' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'claim_id', claim_id, 'agency', agency,
        'claim_no', claim_no, 'version', version, 'source_version', source_version,
        'state', state, 'on', "on", 'amount', amount::text) as data
    from {rows}
"""
ANNOUNCE_CHANGES = announcing(CHANGES_TOLD, "accepted")
