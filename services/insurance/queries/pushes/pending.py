"""Which of the rows that wait could be stored now."""

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
