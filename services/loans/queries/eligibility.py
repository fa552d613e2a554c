"""What an eligibility check asks besides the loan facts."""

from sqlalchemy import text

HOME = text("""
    select m.household_key, rpad(left(h.division, 6), 12, '0') as county
    from member m
    join household_place h on h.household_key = m.household_key
        and h.known_from <= :on and :on < h.known_to
    where m.person_key = :person_key and m.known_from <= :on and :on < m.known_to
    order by (m.joined_on <= :on and :on < m.gone_on) desc, m.joined_on desc, m.household_key
    limit 1
""")

FACTS_AT = text("select source, position, as_at from reader_cursor")
