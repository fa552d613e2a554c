"""What the interest engine is fed with, and where its results are kept."""

from sqlalchemy import text

REPAID = """
    (select coalesce(jsonb_agg(jsonb_build_array(r.paid_on, r.principal::text)
                               order by r.paid_on), '[]')
     from repayment r
     where r.household_key = {loan}.household_key and r.loan_id = {loan}.loan_id
       and r.principal > 0 and r.paid_on <= {known}) as repaid
"""

_DAYS = """
    (select array_agg(distinct day) from (
        select unnest(array[l.period_start, l.period_end]) as day from claim_line l
        where l.household_key = c.household_key and l.loan_id = c.loan_id
        union all
        select unnest(array[p.period_start, p.period_end]) from payment p
        where p.household_key = c.household_key and p.loan_id = c.loan_id
          and p.superseded_at is null) bounds) as days
"""
"""The days on which something claimed or paid for a contract `c` begins or ends."""

LOCK = text("""
    select pg_advisory_xact_lock(hashtextextended(current_schema() || '/references', 0))
""")
"""One writer of reference interest at a time, so that none rests on terms just replaced."""

TERMS_NOW = text(f"""
    select c.household_key, c.loan_id, c.principal, c.annual_rate, c.rate_changes,
           c.disbursed_on, c.matures_on, c.closed_on, c.terms_digest,
           {REPAID.format(loan="c", known="date 'infinity'")}, {_DAYS}
    from contract c
    where c.counts_to = date 'infinity' and c.loan_id = any(:loans)
""")
"""Terms as they are known now, of the loans given."""

FORGET = [
    text("delete from reference_interest where loan_id = any(:loans)"),
    text("delete from reference_terms where loan_id = any(:loans)"),
]

NOW = [
    text("drop table if exists reference_now"),
    text("""
        create temp table reference_now
            (loan_id uuid, day date, amount numeric, primary key (loan_id, day))
        on commit drop
    """),
]

# What happened after the business date is not known on it: other terms, a payoff, or repayments,
# which matter for days after it.
CORRECTED_TERMS = text(f"""
    select c.household_key, c.loan_id, c.principal, c.annual_rate, c.rate_changes,
           c.disbursed_on, c.matures_on, c.known_closed_on as closed_on, c.terms_digest,
           {REPAID.format(loan="c", known="cast(:on as date)")}, {_DAYS}
    from standing c
    left join reference_terms t on t.household_key = c.household_key and t.loan_id = c.loan_id
    where (exists (select from claim_line l
                   where l.household_key = c.household_key and l.loan_id = c.loan_id)
           or exists (select from payment p
                      where p.household_key = c.household_key and p.loan_id = c.loan_id))
      and (t.terms_digest is distinct from c.terms_digest
           or t.engine_version <> :engine_version or t.law_version <> :law_version
           or (case when t.closed_on <= :on then t.closed_on end)
              is distinct from c.known_closed_on
           or (exists (select from repayment r
                       where r.household_key = c.household_key and r.loan_id = c.loan_id
                         and r.paid_on > :on)
               and (exists (select from claim_line l
                            where l.household_key = c.household_key and l.loan_id = c.loan_id
                              and l.period_end > :on)
                    or exists (select from payment p
                               where p.household_key = c.household_key and p.loan_id = c.loan_id
                                 and p.period_end > :on))))
""")
"""Loans laid out in `standing` whose kept reference rests on other terms than were known."""

R = """
    coalesce((select corrected.amount from reference_now corrected
              where corrected.loan_id = {loan}.loan_id and corrected.day = {day}),
             (select kept.amount from reference_interest kept
              where kept.household_key = {loan}.household_key
                and kept.loan_id = {loan}.loan_id and kept.day = {day}))
"""
"""SQL for R(day) of a loan, as known on the business date."""
