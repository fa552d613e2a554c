"""What a bank has on record of a borrower before it lends: ratings, attestations, exceptions."""

# The bank's own ratings known on the business date. One counts that was made by the day of drawing
# and had not expired on it; of these the latest (rules.md, attestations).
_COUNTS = "filter (where r.rated_on <= l.disbursed_on and r.expires_on > l.disbursed_on)"
RATED = f"""
    cross join lateral (
        select count(*) > 0 as is_rated,
               (array_agg(r."limit" order by r.rated_on desc) {_COUNTS})[1] as rating_limit,
               (array_agg(r.bad_record order by r.rated_on desc) {_COUNTS})[1] as bad_record,
               (array_agg(r.rated_on order by r.rated_on desc) {_COUNTS})[1] as rated_on
        from (select rating.*, coalesce(valid_to, date 'infinity') as expires_on
              from rating) r
        where r.agency = l.agency and r.person_key = l.person_key and r.superseded_at is null
          and r.rated_on <= :on) rated
"""

# Of each rule the newest attestation made by the business date; who asks beforehand attests too.
ATTESTED = """
    cross join lateral (
        select bool_or(a.verdict) filter (where a.rule_id = 'LOAN-05') as credit_attested,
               bool_or(a.verdict) filter (where a.rule_id = 'LOAN-06') as rating_attested,
               bool_or(a.verdict) filter (where a.rule_id = 'LOAN-15') as honesty_attested,
               bool_or(a.verdict) filter (where a.rule_id = 'LOAN-16') as skill_attested,
               bool_or(a.verdict) filter (where a.rule_id = 'LOAN-17') as project_attested
        from ((select distinct on (a.rule_id) a.rule_id, a.verdict from attestation a
               where a.household_key = l.household_key and a.loan_id = l.loan_id and a."on" <= :on
               order by a.rule_id, a.version desc)
              union all
              select asked.rule_id, true from unnest(l.attested) as asked(rule_id)) a) attested
"""

EXCEPTED = """
    left join lateral (
        select e."on" as age_excepted_on from condition_exception e
        where e.household_key = l.household_key and e.loan_id = l.loan_id
          and e.rule_id = 'LOAN-03' and e."on" <= :on
        order by e.version desc limit 1) excepted on true
"""
