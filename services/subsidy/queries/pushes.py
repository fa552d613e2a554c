"""What a push of payments or claims resolves, keeps and announces."""

from sqlalchemy import text

from kernel.outbox import announcing

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

OF_CONTRACT = text("""
    update pushed p set household_key = l.household_key, loan_id = l.loan_id
    from contract l where l.agency = p.bank and l.contract_no = p.contract_no
""")

WAITS_FOR_CONTRACT = text("""
    update pushed set outcome = 'pending', waits_for = 'contract:' || bank || '/' || contract_no
    where loan_id is null and outcome is null
""")

# An agency's code has no slash, so the first one ends it.
READY = """
    p.waits_for like 'contract:%' and exists (
        select from contract l
        where l.agency = substr(split_part(p.waits_for, '/', 1), 10)
          and l.contract_no = substr(p.waits_for, strpos(p.waits_for, '/') + 1))
"""
"""Which pending rows could be stored now; a condition over `pending p`."""

PAYMENTS_TOLD = """
    select 'payment.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'payment_id', id, 'loan_id', loan_id, 'agency', agency,
        'payment_no', payment_no, 'source_version', source_version, 'county', division,
        'bank', bank, 'contract_no', contract_no, 'period_start', period_start,
        'period_end', period_end, 'amount', amount::text, 'paid_on', paid_on) as data
    from {rows}
"""
ANNOUNCE_PAYMENTS = announcing(PAYMENTS_TOLD)

# --- claims ---

# What was pushed before is known or superseded whatever became of the claim; only a new version
# would change it.
NOT_EDITABLE = text("""
    update pushed p set outcome = 'rejected', code = 'claim-not-editable'
    where outcome is null and exists (
        select from claim_version c join claim_progress g on g.claim_id = c.id
        where c.agency = p.agency and c.claim_no = p.claim_no and not g.state = any(:editable)
        group by c.agency, c.claim_no having max(c.source_version) < p.source_version)
""")

CLAIM_WAITS_FOR_CONTRACT = text("""
    update pushed p set outcome = 'pending', waits_for = 'contract:' || agency || '/' || (
        select min(l.contract_no)
        from jsonb_to_recordset(p.lines) as l(contract_no text)
        where not exists (select from contract c
                          where c.agency = p.agency and c.contract_no = l.contract_no))
    where outcome is null and exists (
        select from jsonb_to_recordset(p.lines) as l(contract_no text)
        where not exists (select from contract c
                          where c.agency = p.agency and c.contract_no = l.contract_no))
""")

LOCK_CLAIMS = text("""
    select claim_id from claim_progress
    where claim_id in (select id from pushed where outcome = 'accepted')
    order by claim_id for update
""")

KEEP_PROGRESS = text("""
    insert into claim_progress (claim_id, agency, county, budget_year, state, clawed_back)
    select id, agency, division,
           extract(year from least(period_end, date '9999-12-31') - 1), 'draft', 0
    from (select distinct on (id) * from pushed where outcome = 'accepted'
          order by id, source_version desc) newest
    on conflict (claim_id) do update
    set county = excluded.county, budget_year = excluded.budget_year
""")

FORGET_LINES = text("""
    delete from claim_line where claim_id in (select id from pushed where outcome = 'accepted')
""")

KEEP_LINES_OF_CLAIMS = text("""
    insert into claim_line (household_key, claim_id, line_no, position, loan_id, contract_no,
        period_start, period_end, base, amount, claimed_on, state)
    select c.household_key, p.id, l.line_no, l.position, c.loan_id, l.contract_no,
           l.period_start, l.period_end, l.base, l.amount, l.claimed_on, g.state
    from (select distinct on (id) * from pushed where outcome = 'accepted'
          order by id, source_version desc) p
    join claim_progress g on g.claim_id = p.id
    cross join rows from (jsonb_to_recordset(p.lines) as (line_no text, contract_no text,
        period_start date, period_end date, base numeric, amount numeric, claimed_on date))
        with ordinality as l(line_no, contract_no, period_start, period_end, base, amount,
                             claimed_on, position)
    cross join lateral (select household_key, loan_id from contract c
                        where c.agency = p.agency and c.contract_no = l.contract_no limit 1) c
""")

LOANS_OF_CLAIMS = text("""
    select distinct loan_id from claim_line
    where claim_id in (select id from pushed where outcome = 'accepted')
""")
LOANS_OF_PAYMENTS = text("""
    select distinct loan_id from pushed where outcome in ('accepted', 'superseded')
""")
