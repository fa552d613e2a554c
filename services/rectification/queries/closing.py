"""What closing and dismissing an item ask of later screenings, visits and money."""

from sqlalchemy import text

from services.rectification.queries.findings import IN_SCOPE, STANDS_IN
from services.rectification.queries.money import DEBTS_OF_ITEM
from services.rectification.vocabulary import OF_BORROWING

_OF_BORROWING = ", ".join(f"'{rule}'" for rule in sorted(OF_BORROWING))

# LOAN-30 and 31 are gross of refunds and say what was; what of it is still owed says LOAN-32.
ASKED_AGAIN = "case when l.rule_id in ('LOAN-30', 'LOAN-31') then 'LOAN-32' else l.rule_id end"
"""SQL: which rule must find nothing, so that a finding of `l` is put right."""

RECORDS_WHAT_WAS = "(f.rule_id = 'INS-03' and f.figures ->> 'running' = 'false')"
"""SQL: whether a finding `f` only records what was: clocks that were late and have ended."""

LAST_VISIT = """
    select v.outcome, v.recorded_by
    from finding f
    join visit v on v.household_key = f.household_key and v.finding_id = f.finding_id
    where f.subject = l.subject and f.rule_id = l.rule_id and v.visited_on <= :on
    order by v.visited_on desc, v.visit_id desc limit 1
"""
"""SQL: the last visit to the subject of `l`, whichever run's finding it was recorded on."""

HAS_EVIDENCE = text("select exists (select from evidence where item_id = :item_id)")

UNPAID_DEBTS = text(f"""
    select rule_id, sum(owed) as owed, sum(returned) as returned,
           sum(owed - returned) as outstanding, count(*) as debts
    from ({DEBTS_OF_ITEM} and l.item_id = :item_id) debt
    where owed > returned group by rule_id order by rule_id
""")

_AGAIN = IN_SCOPE.format(run="{run}", f="l", rule="l.asked")

# The run that counts is the last one, of the closing day or before, that judged the subject by the
# rule again: on a business date later than the finding's, not before the item was completed. If
# somebody completed it without naming an earlier day, a run that was asked for since then counts
# whatever its business date. A run of after the closing day counts against it, if it was asked for
# since the completion.
STILL_FOUND = text(f"""
    with found as (
        select l.subject, l.rule_id, l.finding_id, {ASKED_AGAIN} as asked, f.household_key,
               f.agency, f.contract_no, f.division,
               greatest(run.business_date, i.found_again_on) as found_on,
               l.rule_id in ({_OF_BORROWING}) as of_borrowing,
               i.completed_on, i.completed_at
        from item i
        join item_finding l on l.item_id = i.item_id
        join finding f on f.household_key = l.household_key and f.finding_id = l.finding_id
        join screening run on run.screening_id = f.screening_id
        where i.item_id = :item_id),
    judged as (
        select l.*, s.screening_id, s.business_date,
               exists (select from finding f
                       where f.subject = l.subject and f.rule_id = l.asked and {STANDS_IN}
                         and not {RECORDS_WHAT_WAS}) as stands,
               exists (select from finding f
                       where f.subject = l.subject and f.rule_id = l.asked and {STANDS_IN}
                         and f.amount = 0) as repaid,
               (select coalesce(r.balance = 0, false)
                       or coalesce(r.closed_on <= s.business_date, false)
                       or coalesce(r.converted_on <= s.business_date, false)
                from loan_report r
                where r.household_key = l.household_key and r.agency = l.agency
                  and r.contract_no = l.contract_no and r.as_at <= s.business_date
                order by r.as_at desc, r.source_version desc limit 1) as ended,
               exists (select from ({LAST_VISIT}) visit
                       where visit.outcome <> 'CANNOT_TELL') as visited,
               exists (select from screening s
                       join finding f on f.subject = l.subject and f.rule_id = l.asked
                           and f.verdict = 'not_met' and {STANDS_IN} and not {RECORDS_WHAT_WAS}
                       where s.state = 'judged' and s.business_date > :on
                         and s.requested_at > l.completed_at and {_AGAIN.format(run="s")})
                   as found_later
        from found l
        left join lateral (
            select * from screening run
            where run.state = 'judged' and run.business_date > l.found_on
              and run.business_date <= :on
              and (run.business_date >= l.completed_on
                   or (run.requested_at > l.completed_at and l.completed_on
                       >= cast(l.completed_at at time zone 'Asia/Shanghai' as date)))
              and {_AGAIN.format(run="run")}
            order by run.business_date desc, run.judged_at desc limit 1) s on true)
    select count(*) filter (where not of_borrowing and screening_id is null) as not_screened_again,
           count(*) filter (where not of_borrowing and (stands or found_later)) as still_found,
           count(*) filter (where of_borrowing and not visited and (screening_id is null
               or (stands and not repaid and ended is not true))) as loan_lives,
           min(business_date) as clean_on,
           (array_agg(finding_id order by finding_id) filter (where of_borrowing))[1] as example
    from judged
""")

REFUTED = text(f"""
    select count(*) as findings,
           count(*) filter (where visit.outcome = 'REFUTED') as refuted,
           array_agg(distinct visit.recorded_by) filter (where visit.outcome = 'REFUTED')
               as recorded_by
    from item_finding l
    left join lateral ({LAST_VISIT}) visit on true
    where l.item_id = :item_id
""")
