"""What an eligibility check asks besides the loan facts, and how it is kept as evidence."""

from sqlalchemy import null, select, text

from kernel.database import table_of
from services.loans.queries.facts.family import HELD
from services.loans.tables import ConditionWords, EligibilityCheck

# Read before the facts: a copy may only be newer than an answer says, never older.
FACTS_AT = text("""
    select source.name as source, coalesce(c.position, 0) as position, c.as_at
    from unnest(cast(:sources as text[])) as source(name)
    left join reader_cursor c on c.source = source.name order by 1
""")

HOMES = text("""
    select home.household_key, home.village, rpad(left(home.village, 6), 12, '0') as county
    from unnest(cast(:people as uuid[]), cast(:days as date[]))
        with ordinality as a(person_key, day, n)
    left join lateral (
        select m.household_key, h.division as village
        from member m
        join household_place h on h.household_key = m.household_key
            and h.known_from <= a.day and a.day < h.known_to
        where m.person_key = a.person_key and m.known_from <= a.day and a.day < m.known_to
        order by (m.joined_on <= a.day and a.day < m.gone_on) desc, m.joined_on desc,
                 m.household_key
        limit 1) home on true
    order by a.n
""")
"""Where each person lives on a day, else lived last; nulls for a stranger."""

_LOANS_OF_THE_FAMILY = """
    family f
    join contract c on c.person_key = f.person_key and c.product = 'POVERTY_MICRO'
        and c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to
        and c.signed_on <= :on
"""

# `subject` says to which conditions a source belongs (operations/eligibility/evidence.py).
SOURCES = text(f"""
    with asked as materialized (
        select * from jsonb_to_recordset(cast(:asked as jsonb)) as a(
            loan_id uuid, person_key uuid, home_key uuid, agency text, county text)),
    family as materialized (
        select loan_id, person_key from asked
        union
        select a.loan_id, m.person_key from asked a
        join member m on m.household_key = a.home_key and m.known_from <= :on
            and :on < m.known_to and m.joined_on <= :on and :on < m.gone_on),
    source as (
        select known.loan_id, 'household' as subject, 'registry' as service, h.agency,
               p.report_id as id, p.source_version as version, p.as_at, p.recorded_at
        from (select distinct a.loan_id, m.household_key from asked a
              join member m on m.person_key = a.person_key and m.known_from <= :on) known
        join household h using (household_key)
        join household_place p on p.household_key = known.household_key
            and p.known_from <= :on and :on < p.known_to
        union all
        select f.loan_id, 'contract', 'loans', c.agency, c.id, c.source_version, c.as_at,
               c.recorded_at
        from {_LOANS_OF_THE_FAMILY}
        union all
        select f.loan_id, 'repayment', 'loans', r.agency, r.id, r.source_version, r.paid_on,
               r.recorded_at
        from {_LOANS_OF_THE_FAMILY}
        join repayment r on r.household_key = c.household_key and r.loan_id = c.id
            and r.superseded_at is null and r.paid_on <= :on
        union all
        select a.loan_id, 'rating', 'loans', r.agency, r.id, r.source_version, r.rated_on,
               r.recorded_at
        from asked a join rating r on r.person_key = a.person_key and r.agency = a.agency
            and r.superseded_at is null and r.rated_on <= :on
        union all
        select a.loan_id, d.kind || ' declared', d.service, d.agency, d.declaration_id, null,
               d.valid_from, d.recorded_at
        from asked a join declaration d on d.division_lo <= a.county
            and a.county < d.division_hi and d.valid_from <= :on and :on < d.valid_to
            and (d.service, d.kind) in (('registry', 'households'), ('loans', 'contracts'))
        union all
        select f.loan_id, 'reservation', 'loans', r.agency, r.id, null, r.reserved_on, r.made_at
        from family f join reservation r on r.person_key = f.person_key
            and {HELD.format(r="r", day=":on")})
    select loan_id, subject, service, agency, id, version, as_at, recorded_at from source
    order by loan_id, subject, recorded_at, id
""")

KEEP_WORDS = text("""
    insert into condition_words (words_id, words) values (:words_id, cast(:words as jsonb))
    on conflict do nothing
""")

KEEP_CHECKS = text("""
    insert into eligibility_check (household_key, id, agency, client_id, sub, asked_at, as_of,
        division, bank, person_key, question, verdict, words_id, conditions, facts, sources,
        reservation_id)
    select household_key, id, :agency, :client_id, :sub, :asked_at, as_of, division, bank,
           person_key, decode(question, 'base64'), verdict, :words_id, conditions,
           cast(:facts as jsonb), sources, reservation_id
    from jsonb_to_recordset(cast(:checks as jsonb)) as c(household_key uuid, id uuid, as_of date,
        division text, bank text, person_key uuid, question text, verdict text,
        conditions jsonb, sources jsonb, reservation_id uuid)
""")

_CHECK, _WORDS = table_of(EligibilityCheck), table_of(ConditionWords)
CHECKS = (
    select(_CHECK, _WORDS.c.words, null().label("superseded_at"))
    .join(_WORDS, _WORDS.c.words_id == _CHECK.c.words_id)
    .subquery("checks")
)
"""Checks as they were answered, with their words."""
