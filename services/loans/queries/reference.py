"""What the interest engine is fed with, and where its results are kept."""

from sqlalchemy import text

from services.loans.queries.facts.followup import OWED
from services.loans.queries.facts.loan import IN_SCOPE

PUSHED_LOANS = text("""
    select distinct loan_id from pushed where outcome in ('accepted', 'superseded')
""")
PUSHED_CONTRACTS = text("""
    select distinct id as loan_id from pushed p where outcome in ('accepted', 'superseded')
      and exists (select from interest_line i where i.loan_id = p.id)
""")

REPAID = """
    (select coalesce(jsonb_agg(jsonb_build_array(r.paid_on, r.principal::text)), '[]')
     from repayment r
     where r.loan_id = c.id and r.superseded_at is null and r.principal > 0
       and r.paid_on <= {known}) as repaid
"""

# Terms as they are known now, and the days at which lines of the loan begin or end.
TERMS_NOW = text(f"""
    select c.household_key, c.id as loan_id, c.principal, c.annual_rate, c.rate_changes,
           c.disbursed_on, c.matures_on, c.closed_on, c.terms_digest,
           {REPAID.format(known="date 'infinity'")},
           (select array_agg(distinct day) from interest_line i,
                   unnest(array[i.period_start, i.period_end]) as day
            where i.loan_id = c.id and i.superseded_at is null and i.kind = 'NORMAL') as days
    from contract c
    where c.superseded_at is null and c.counts_to = date 'infinity'
      and c.product = 'POVERTY_MICRO' and c.id = any(:loans)
""")

FORGET = [
    text("delete from reference_interest where loan_id = any(:loans)"),
    text("delete from reference_terms where loan_id = any(:loans)"),
]

# No push may compute a loan anew while a chunk does: both would store it.
ONE_AT_A_TIME = text("lock table reference_terms in share row exclusive mode")

# Loans in scope whose stored reference rests on other terms than those that count on the business
# date. Of interest taken in advance, for days after it, what happened later is not known either.
TERMS_ON_BUSINESS_DATE = text(f"""
    select c.household_key, c.id as loan_id, c.principal, c.annual_rate, c.rate_changes,
           c.disbursed_on, c.matures_on, case when c.closed_on <= :on then c.closed_on end
               as closed_on, c.terms_digest, {REPAID.format(known="cast(:on as date)")},
           (select array_agg(distinct day) from interest_line i,
                   unnest(array[i.period_start, i.period_end]) as day
            where i.loan_id = c.id and i.superseded_at is null and i.kind = 'NORMAL'
              and i.settled_on <= :on) as days
    from contract c
    left join reference_terms t on t.household_key = c.household_key and t.loan_id = c.id
    where {IN_SCOPE} and c.product = 'POVERTY_MICRO'
      and exists (select from interest_line i where i.loan_id = c.id and i.kind = 'NORMAL'
                    and i.superseded_at is null and i.settled_on <= :on)
      and (t.terms_digest is null or t.terms_digest <> c.terms_digest
           or exists (select from interest_line i where i.loan_id = c.id and i.kind = 'NORMAL'
                      and i.superseded_at is null and i.settled_on <= :on and i.period_end > :on)
           or t.engine_version <> :engine_version or t.law_version <> :law_version
           or (case when t.closed_on <= :on then t.closed_on end)
              is distinct from (case when c.closed_on <= :on then c.closed_on end))
""")

REFERENCE_NOW = [
    text("drop table if exists reference_now"),
    text("""
        create temp table reference_now
            (loan_id uuid, day date, amount numeric, primary key (loan_id, day))
        on commit drop
    """),
]

ORDINARY_EXCESS = [
    text("drop table if exists ordinary_excess"),
    text("""
        create temp table ordinary_excess
            (loan_id uuid primary key, line_count int, charged numeric, reference numeric,
             household_share numeric, treasury_share numeric, bank_share numeric)
        on commit drop
    """),
]

KEEP_ORDINARY_EXCESS = [
    text("""
        update loan_facts f
        set line_count = e.line_count, charged = e.charged, reference = e.reference,
            excess = e.charged - e.reference, household_share = e.household_share,
            treasury_share = e.treasury_share, bank_share = e.bank_share
        from ordinary_excess e where e.loan_id = f.loan_id
    """),
    text(f"""
        update loan_facts set {", ".join(f"{name} = {is_owed}" for name, is_owed in OWED)}
        where loan_id in (select loan_id from ordinary_excess)
    """),
]

# The lines that LOAN-31 measures, of the loans given.
ORDINARY_LINES = text(f"""
    select f.loan_id, f.policy_rate, f.principal, f.disbursed_on, f.matures_on, f.closed_on,
           (select jsonb_agg(jsonb_build_array(i.period_start, i.period_end, i.amount::text,
                                               i.borne_by)
                             order by i.period_start, i.period_end, i.line_no)
            from interest_line i
            where i.loan_id = f.loan_id and i.superseded_at is null and i.kind = 'NORMAL'
              and i.period_start < :on) as lines,
           {REPAID.format(known="cast(:on as date)").replace("c.id", "f.loan_id")}
    from loan_facts f where f.loan_id = any(:loans)
""")
