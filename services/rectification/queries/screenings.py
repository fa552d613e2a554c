"""Screenings: runs, what their judges must have read, who has answered."""

from typing import Any

from sqlalchemy import Select, or_, select, text

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import spans
from kernel.paging import WantedPage
from services.rectification.tables import Screening
from services.rectification.vocabulary import JUDGES

# The newest judged run of the same question: nothing of its series may still be under way.
LIKE_IT = text("""
    select screening_id, series, seq from screening s
    where state = 'judged' and business_date = :business_date and rules = :rules
      and lo = :lo and hi = :hi and agency is not distinct from cast(:agency as text)
      and sample_id is not distinct from cast(:sample_id as uuid)
      and sample_version is not distinct from cast(:sample_version as int)
      and not exists (select from screening later
                      where later.series = s.series and later.seq > s.seq)
    order by judged_at desc limit 1
    for update skip locked
""")

ADD_SCREENING = text("""
    insert into screening (screening_id, asked_by, business_date, division, rules, agency, sample,
                           sample_id, sample_version, lo, hi, state, series, seq)
    values (:screening_id, :asked_by, :business_date, :division, :rules, :agency, :sample,
            :sample_id, :sample_version, :lo, :hi, 'requested', :series, :seq)
    returning *
""")

IS_ONE_WAITING = "exists (select from screening where state = 'requested')"
"""SQL: whether a run is to be told to its judges."""

NAME_POSITIONS = text("""
    with named as (
        update screening set state = 'judging', positions = cast(:positions as jsonb)
        where state = 'requested' and requested_at < :complete_until
        returning *)
    insert into outbox (type, agency, data)
    select 'screening.requested', n.asked_by, json_build_object(
        'screening_id', n.screening_id, 'business_date', n.business_date, 'rules', n.rules,
        'lo', n.lo, 'hi', n.hi, 'agency', n.agency, 'contracts', s.contract_nos,
        'positions', n.positions, 'continues', before.screening_id)
    from named n
    left join screening before on before.series = n.series and before.seq = n.seq - 1
    left join sample s on s.id = n.sample_id and s.source_version = n.sample_version
    order by n.screening_id
""")

# Two answers that arrive at once would each miss the other, and nobody would close the run.
LOCK_SCREENINGS = text("""
    select screening_id, series, seq, state from screening
    where screening_id = any(cast(:screenings as uuid[]))
    order by screening_id for update
""")

KEEP_ANSWERS = text("""
    insert into screening_answer (screening_id, service)
    select unnest(cast(:screenings as uuid[])), :service
    on conflict do nothing
""")

# A run that continues another has its counts from it, from what was raised and what cleared.
CLOSE_SCREENINGS = text(f"""
    update screening s
    set state = 'judged', judged_at = :now, counts = coalesce((
        select jsonb_object_agg(rule_id, verdicts) from (
            select rule_id, jsonb_object_agg(verdict, n) as verdicts from (
                select rule_id, verdict, sum(n) as n from (
                    select rule.key as rule_id, verdict.key as verdict, verdict.value::int as n
                    from screening before, jsonb_each(before.counts) rule,
                         jsonb_each(rule.value) verdict
                    where before.series = s.series and before.seq = s.seq - 1
                    union all
                    select rule_id, verdict, 1 from finding f
                    where f.series = s.series and f.since = s.seq
                    union all
                    select rule_id, verdict, -1 from finding f
                    where f.series = s.series and f.until = s.seq) counted
                group by rule_id, verdict having sum(n) > 0) by_verdict
            group by rule_id) by_rule), '{{}}')
    where screening_id = any(:screenings) and state <> 'judged'
      and (select count(*) from screening_answer a
           where a.screening_id = s.screening_id) = {len(JUDGES)}
""")

_screening = table_of(Screening)


def screenings(caller: Caller) -> Select[Any]:
    """The runs that the caller asked for, or whose whole scope lies in its divisions."""
    lo, hi = spans(caller.divisions)
    return select(_screening).where(
        or_(
            _screening.c.asked_by == caller.agency,
            text("""not exists (
                select from unnest(screening.lo, screening.hi) as run(lo, hi)
                where not exists (
                    select from unnest(cast(:seen_lo as text[]), cast(:seen_hi as text[]))
                        as seen(lo, hi)
                    where seen.lo <= run.lo and run.hi <= seen.hi))
            """).bindparams(seen_lo=lo, seen_hi=hi),
        )
    )


def page_of_screenings(caller: Caller, wanted: WantedPage) -> Select[Any]:
    """One run more than a page of those that the caller may see, oldest first."""
    page = screenings(caller).order_by(_screening.c.screening_id).limit(wanted.limit + 1)
    return page.where(_screening.c.screening_id > wanted.after) if wanted.after else page


def one_screening(caller: Caller, screening_id: Any) -> Select[Any]:
    """A run, if the caller may see it."""
    return screenings(caller).where(_screening.c.screening_id == screening_id)


STATE_OF = text("select state from screening where screening_id = :screening_id")
