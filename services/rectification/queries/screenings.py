"""Screenings: runs, what their judges must have read, who has answered."""

from typing import Any

from sqlalchemy import Select, or_, select, text

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import spans
from kernel.paging import WantedPage
from services.rectification.queries.findings import STANDS_IN
from services.rectification.tables import Screening
from services.rectification.vocabulary import JUDGES

ADD_SCREENING = text("""
    insert into screening (screening_id, asked_by, business_date, division, rules, agency, sample,
                           sample_id, sample_version, lo, hi, state, series, seq)
    values (:screening_id, :asked_by, :business_date, :division, :rules, :agency, :sample,
            :sample_id, :sample_version, :lo, :hi, 'requested', :screening_id, 1)
    returning *
""")

IS_ONE_WAITING = text("select exists (select from screening where state = 'requested')")

NAME_POSITIONS = text("""
    with named as (
        update screening set state = 'judging', positions = cast(:positions as jsonb)
        where state = 'requested' and requested_at < :complete_until
        returning *)
    insert into outbox (type, agency, data)
    select 'screening.requested', n.asked_by, json_build_object(
        'screening_id', n.screening_id, 'business_date', n.business_date, 'rules', n.rules,
        'lo', n.lo, 'hi', n.hi, 'agency', n.agency, 'contracts', s.contract_nos,
        'positions', n.positions)
    from named n
    left join sample s on s.id = n.sample_id and s.source_version = n.sample_version
    order by n.screening_id
""")

# Two answers that arrive at once would each miss the other, and nobody would close the run.
LOCK_SCREENINGS = text("""
    select screening_id from screening where screening_id = any(:screenings)
    order by screening_id for update
""")

KEEP_ANSWERS = text("""
    insert into screening_answer (screening_id, service)
    select unnest(cast(:screenings as uuid[])), :service
    on conflict do nothing
""")

CLOSE_SCREENINGS = text(f"""
    update screening s
    set state = 'judged', judged_at = :now, counts = coalesce((
        select jsonb_object_agg(rule_id, verdicts) from (
            select rule_id, jsonb_object_agg(verdict, n) as verdicts from (
                select rule_id, verdict, count(*) as n from finding f
                where {STANDS_IN} group by rule_id, verdict) by_verdict
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
