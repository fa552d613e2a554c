"""What a push of contracts, or of facts about them, resolves, locks, keeps and announces."""

from sqlalchemy import text

from kernel.outbox import announcing

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

# A number whose contract was voided bears a new one; what was told of the old is not told again.
LIFE = [
    text("""
        update pushed p set life = v.lives
        from (select agency, contract_no, count(*)::int as lives from contract_void
              where (agency, contract_no) in (select agency, contract_no from pushed)
              group by agency, contract_no) v
        where v.agency = p.agency and v.contract_no = p.contract_no
    """),
    text("""
        update pushed p set outcome = 'rejected', code = 'contract-voided'
        where p.life > 0 and p.outcome is null and exists (
            select from contract c
            where c.agency = p.agency and c.contract_no = p.contract_no and c.life < p.life
              and c.source_version = p.source_version and c.digest = p.digest)
    """),
]

KNOWN_CONTRACT = text("""
    update pushed p
    set household_key = r.household_key, id = r.loan_id,
        outcome = case when r.person_key = p.person_key then p.outcome else 'rejected' end,
        code = case when r.person_key = p.person_key then p.code else 'borrower-changed' end
    from contract_ref r
    where r.agency = p.agency and r.contract_no = p.contract_no and p.outcome is null
""")

BORROWER_CHANGED_HERE = text("""
    update pushed p set outcome = 'rejected', code = 'borrower-changed'
    from (select agency, contract_no, (array_agg(person_key order by line))[1] as person_key
          from pushed where outcome is null group by agency, contract_no
          having count(distinct person_key) > 1) f
    where p.agency = f.agency and p.contract_no = f.contract_no
      and p.person_key <> f.person_key and p.outcome is null
""")

# A new loan is recorded under the household its borrower lived in on the signing day, else lived
# in last; a stranger's under a key of his own. It is never re-keyed: sums follow people.
PLACE_CONTRACT = text("""
    update pushed p set household_key = (
        select m.household_key from member m where m.person_key = p.person_key
        order by (m.joined_on <= p.signed_on and p.signed_on < m.gone_on) desc, m.joined_on desc,
                 m.household_key limit 1)
    where p.outcome is null
      and exists (select from member m where m.person_key = p.person_key)
      and not exists (select from contract_ref r
                      where r.agency = p.agency and r.contract_no = p.contract_no)
""")

ON_THE_LIST = """
    exists (select from member m
            join household_place h on h.household_key = m.household_key
            join {places} on h.division >= place.lo and h.division < place.hi
            where m.person_key = {person})
"""
"""Whether a person has ever been in a household of the given places (rules.md, on the list)."""

# Other loans than the product's are only taken of people on the list shared with the bank.
NOT_ON_THE_LIST = text(f"""
    update pushed p set outcome = 'pending', waits_for = 'person:' || p.person_key
    where p.outcome is null and p.product <> 'POVERTY_MICRO'
      and not exists (select from contract_ref r
                      where r.agency = p.agency and r.contract_no = p.contract_no)
      and not {
    ON_THE_LIST.format(
        places="unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)",
        person="p.person_key",
    )
}
""")

# An encrypted identity is kept of people the registry does not hold (design, decision 13).
FORGET_IDENTITY = text("""
    update pushed p set identity = null
    where exists (select from member m where m.person_key = p.person_key)
""")

LOCK_HOUSEHOLDS = [
    text("""
        insert into household_lock (household_key)
        select household_key from pushed where outcome is null
        union
        select m.household_key from pushed p join member m on m.person_key = p.person_key
        where p.outcome is null
        order by 1
        on conflict (household_key) do nothing
    """),
    text("""
        select household_key from household_lock where household_key in (
            select household_key from pushed where outcome is null
            union
            select m.household_key from pushed p join member m on m.person_key = p.person_key
            where p.outcome is null)
        order by household_key for update
    """),
]

KEEP_REFS = text("""
    insert into contract_ref (agency, contract_no, household_key, loan_id, person_key, division)
    select distinct on (agency, contract_no)
           agency, contract_no, household_key, id, person_key, division
    from pushed p
    where outcome = 'accepted' or (outcome = 'superseded' and not exists (
        select from contract_ref r where r.agency = p.agency and r.contract_no = p.contract_no))
    order by agency, contract_no, source_version desc
    on conflict (agency, contract_no) do update set division = excluded.division
""")

OF_CONTRACT = text("""
    update pushed p
    set household_key = r.household_key, loan_id = r.loan_id, division = r.division
    from contract_ref r where r.agency = p.agency and r.contract_no = p.contract_no
""")
WAITS_FOR_CONTRACT = text("""
    update pushed set outcome = 'pending', waits_for = 'contract:' || contract_no
    where loan_id is null
""")

OF_PERSON = text("""
    update pushed p set household_key = f.household_key, division = f.division
    from (select distinct on (p.line) p.line, found.household_key, found.division
          from pushed p cross join lateral (
              select m.household_key, h.division, 1 as choice from member m
              join household_place h on h.household_key = m.household_key
              where m.person_key = p.person_key
              union all
              select r.household_key, r.division, 2 from contract_ref r
              where r.person_key = p.person_key and r.agency = p.agency) found
          order by p.line, found.choice, found.household_key) f
    where f.line = p.line
""")
WAITS_FOR_PERSON = text("""
    update pushed set outcome = 'pending', waits_for = 'person:' || person_key
    where household_key is null
""")

# Which pending rows could be stored now; the same conditions as above, over `pending p`.
READY = f"""
    (p.waits_for like 'contract:%' and exists (
        select from contract_ref r
        where r.agency = p.agency and r.contract_no = substr(p.waits_for, 10)))
    or (p.waits_for like 'person:%' and (
        {
    ON_THE_LIST.format(
        places='''lateral (select pair ->> 0 as lo, pair ->> 1 as hi
                   from jsonb_array_elements(p.places) as pair) place''',
        person="cast(substr(p.waits_for, 8) as uuid)",
    )
}
        or (p.resource = 'ratings' and (
            exists (select from member m where m.person_key = cast(substr(p.waits_for, 8) as uuid))
            or exists (select from contract_ref r where r.agency = p.agency
                       and r.person_key = cast(substr(p.waits_for, 8) as uuid))))))
"""

# The terms of each report, for sister services; a name leaves encrypted, for publicity lists.
CONTRACTS_TOLD = """
    select 'contract.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'loan_id', id, 'agency', agency,
        'contract_no', contract_no, 'division', division, 'person_key', person_key,
        'name_key', name_key, 'publicity_name', encode(publicity_name, 'base64'),
        'kind', kind, 'parent_contract_no', parent_contract_no, 'product', product,
        'principal', principal::text, 'annual_rate', annual_rate::text,
        'rate_changes', rate_changes, 'settlement', settlement, 'signed_on', signed_on,
        'disbursed_on', disbursed_on, 'matures_on', matures_on, 'purpose', purpose,
        'actual_user_kind', actual_user_kind, 'actual_user_credit_code', actual_user_credit_code,
        'actual_user_mode', actual_user_mode, 'balance', balance::text,
        'overdue_principal', overdue_principal::text, 'overdue_since', overdue_since,
        'five_class', five_class, 'closed_on', closed_on, 'converted_to', converted_to,
        'converted_on', converted_on, 'terms_digest', terms_digest, 'as_at', as_at,
        'source_version', source_version) as data
    from {rows}
"""
ANNOUNCE_CONTRACTS = announcing(CONTRACTS_TOLD)

LINES_TOLD = """
    select 'interest-line.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'loan_id', loan_id, 'line_no', line_no,
        'source_version', source_version, 'kind', kind, 'period_start', period_start,
        'period_end', period_end, 'amount', amount::text, 'settled_on', settled_on,
        'borne_by', borne_by) as data
    from {rows}
"""
ANNOUNCE_LINES = announcing(LINES_TOLD)

REPAYMENTS_TOLD = """
    select 'repayment.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'loan_id', loan_id, 'repayment_no', repayment_no,
        'source_version', source_version, 'principal', principal::text,
        'interest', interest::text, 'penalty', penalty::text, 'paid_on', paid_on) as data
    from {rows}
"""
ANNOUNCE_REPAYMENTS = announcing(REPAYMENTS_TOLD)

REFUNDS_TOLD = """
    select 'refund.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'loan_id', loan_id, 'refund_no', refund_no,
        'source_version', source_version, 'amount', amount::text, 'paid_on', paid_on,
        'cause', cause, 'to', "to") as data
    from {rows}
"""
ANNOUNCE_REFUNDS = announcing(REFUNDS_TOLD)
