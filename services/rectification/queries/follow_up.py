"""What the ledger does by rule: reopen what a later run finds again, remind of deadlines."""

from sqlalchemy import text

from services.rectification.queries.closing import ASKED_AGAIN, RECORDS_WHAT_WAS
from services.rectification.queries.findings import STANDS_IN
from services.rectification.queries.items import NOT_REMINDED
from services.rectification.vocabulary import OF_BORROWING, OF_THE_DAY

_OF_BORROWING = ", ".join(f"'{rule}'" for rule in sorted(OF_BORROWING))
_OF_THE_DAY = ", ".join(f"'{name}'" for name in sorted(OF_THE_DAY))
_NOT_REMINDED = ", ".join(f"'{state}'" for state in NOT_REMINDED)

IS_A_RUN_UNSEEN = """
    exists (select from screening s
            where s.state = 'judged'
              and not exists (select from ledger_run r where r.screening_id = s.screening_id))
"""
"""SQL: whether the ledger has not looked at a judged run yet."""

OLDEST_UNSEEN = text("""
    select screening_id, business_date from screening s
    where s.state = 'judged'
      and not exists (select from ledger_run r where r.screening_id = s.screening_id)
    order by s.judged_at, s.screening_id limit 1
""")

# Closed items come back when the run, asked for since, finds the same problem on the business date
# of their clean re-screen or a later one. What only says what was (LOAN-01 to 17) never does.
# Dismissed items come back when the run tells other facts than those that a visit refuted; figures
# that move with the calendar alone are none.
FOUND_AGAIN = text(f"""
    with again as (
        select i.item_id, i.state, i.acted_on, f.finding_id, f.household_key
        from screening s
        join finding f on {STANDS_IN} and f.verdict = 'not_met' and not {RECORDS_WHAT_WAS}
        join item_finding l on l.subject = f.subject and {ASKED_AGAIN} = f.rule_id
        join item i on i.item_id = l.item_id
        where s.screening_id = :screening_id and i.state = 'closed'
          and l.rule_id not in ({_OF_BORROWING})
          and s.business_date >= i.clean_on and s.judged_at > i.closed_at
        union all
        select i.item_id, i.state, i.acted_on, f.finding_id, f.household_key
        from screening s
        join finding f on {STANDS_IN} and f.verdict = 'not_met'
        join item_finding l on l.subject = f.subject and l.rule_id = f.rule_id
        join item i on i.item_id = l.item_id
        join finding refuted on refuted.household_key = l.household_key
            and refuted.finding_id = l.finding_id
        join screening run on run.screening_id = refuted.screening_id
        where s.screening_id = :screening_id and i.state = 'dismissed'
          and s.judged_at > i.dismissed_at and s.business_date >= run.business_date
          and not exists (
              select from finding known join screening before using (screening_id)
              where known.subject = f.subject and known.rule_id = f.rule_id
                and before.judged_at <= i.dismissed_at
                and known.amount is not distinct from f.amount
                and known.class is not distinct from f.class
                and known.figures - array[{_OF_THE_DAY}] = f.figures - array[{_OF_THE_DAY}]))
    select item_id, state, acted_on,
           jsonb_agg(jsonb_build_object('finding_id', finding_id, 'household_key', household_key)
                     order by finding_id) as findings
    from again group by item_id, state, acted_on order by item_id
""")

REOPEN = text("""
    update item i
    set state = 'reopened', acted_on = greatest(i.acted_on, :on), found_again_on = :on,
        completed_on = null, completed_at = null, completed_by = null, completed_by_agency = null,
        closed_on = null, closed_at = null, closed_by = null, closed_by_agency = null,
        clean_on = null, dismissed_on = null, dismissed_at = null, dismissed_by = null,
        refuted_by = null
    where item_id = any(:items) and state in ('closed', 'dismissed')
""")

ADD_RECURRENCES = text("""
    insert into item_recurrence (item_id, finding_id, household_key)
    select item_id, finding_id, household_key
    from jsonb_to_recordset(cast(:found as jsonb)) as f(item_id uuid, finding_id uuid,
        household_key uuid)
    on conflict do nothing
""")

SEEN = text("""
    insert into ledger_run (screening_id, reopened) values (:screening_id, :reopened)
""")

IS_ONE_UNREMINDED = f"""
    exists (select from item where state not in ({_NOT_REMINDED}))
"""
"""SQL: whether somebody may have to be reminded."""

# Of several steps that have passed only the last is told.
REMIND_BY_RULE = text(f"""
    update item i set reminded_at_step = step.days
    from (select item_id, max(step) as days
          from item, unnest(cast(:steps as int[])) as step
          where state not in ({_NOT_REMINDED}) and deadline + step <= :today
          group by item_id) step
    where i.item_id = step.item_id
      and (i.reminded_at_step is null or i.reminded_at_step < step.days)
    returning i.item_id, i.state, i.deadline, i.reminded_at_step as step
""")
