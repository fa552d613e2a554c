"""What changed between two runs, and what a run lacks."""

from sqlalchemy import text

from services.rectification.queries.findings import IN_SCOPE, STANDS_IN

_SEEN = """
    exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
            where f.division >= seen.lo and f.division < seen.hi)
"""

# Only what both runs judged is compared: what one was not asked is neither new nor gone. A problem
# is the same by rule and subject; it may stand in both runs as the same finding.
_CHANGES = f"""
    with now as (
        select f.*, row_number() over (partition by f.rule_id, f.subject order by f.finding_id) as n
        from screening s
        join screening other on other.screening_id = :since
        join finding f on {STANDS_IN}
        where s.screening_id = :screening_id and {_SEEN}
          and {IN_SCOPE.format(run="other", f="f", rule="f.rule_id")}),
    before as (
        select f.*, row_number() over (partition by f.rule_id, f.subject order by f.finding_id) as n
        from screening s
        join screening other on other.screening_id = :screening_id
        join finding f on {STANDS_IN}
        where s.screening_id = :since and {_SEEN}
          and {IN_SCOPE.format(run="other", f="f", rule="f.rule_id")}),
    change as (
        select case when before.finding_id is null then 'new'
                    when now.finding_id is null then 'gone'
                    else 'still' end as change,
               coalesce(now.rule_id, before.rule_id) as rule_id,
               coalesce(now.finding_id, before.finding_id) as id,
               coalesce(now.household_key, before.household_key) as household_key,
               now.finding_id as finding_now, before.finding_id as finding_before,
               now.verdict as verdict_now, before.verdict as verdict_before,
               now.amount as amount_now, before.amount as amount_before
        from now full join before
            on before.rule_id = now.rule_id and before.subject = now.subject and before.n = now.n)
"""

COUNTS_OF_CHANGES = text(f"""
    {_CHANGES}
    select rule_id, change, count(*) as findings, sum(amount_before) as amount_before,
           sum(amount_now) as amount_now
    from change group by rule_id, change order by rule_id, change
""")

PAGE_OF_CHANGES = text(f"""
    {_CHANGES}
    select c.*, f.* from change c
    join finding f on f.household_key = c.household_key and f.finding_id = c.id
    where (cast(:after as uuid) is null or c.id > :after)
      and (cast(:rule_id as text) is null or c.rule_id = :rule_id)
      and (cast(:change as text) is null or c.change = :change)
    order by c.id limit :limit
""")

# An undetermined finding names what it lacks; `alone` counts those that lack nothing else.
WHAT_IS_MISSING = text(f"""
    select f.rule_id, lack.name as missing, count(*) as findings,
           count(*) filter (where jsonb_array_length(f.missing) = 1) as alone
    from screening s
    join finding f on {STANDS_IN}
    cross join lateral jsonb_array_elements_text(
        case when jsonb_array_length(f.missing) > 0 then f.missing
             else jsonb_build_array('a person must look') end) as lack(name)
    where s.screening_id = :screening_id and f.verdict = 'undetermined' and {_SEEN}
    group by f.rule_id, lack.name
    order by f.rule_id, findings desc, lack.name
    limit 2000
""")
