"""Every SQL statement of rectification."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Text, and_, column, false, func, or_, select, text, tuple_

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import span, spans
from kernel.paging import WantedPage
from kernel.roles import Role
from services.rectification.tables import SCHEMA, Finding, Sample, Screening
from services.rectification.vocabulary import JUDGES, State

# --- samples ---

ANNOUNCE_SAMPLES = text("""
    insert into outbox (type, agency, division, data)
    select 'sample.recorded', agency, division, json_build_object(
        'sample_id', id, 'agency', agency, 'name', name, 'source', source,
        'contract_nos', contract_nos, 'source_version', source_version)
    from pushed where outcome in ('accepted', 'superseded') order by line
""")

# The caller's own sample of this name; else the one last recorded of those in its divisions.
SAMPLE_NAMED = text("""
    select id, source_version from sample t
    where name = :name and superseded_at is null and (agency = :agency or exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
        where t.division >= seen.lo and t.division < seen.hi))
    order by agency = :agency desc, recorded_at desc limit 1
""")

# --- screenings ---

ADD_SCREENING = text("""
    insert into screening (screening_id, asked_by, business_date, division, rules, agency, sample,
                           sample_id, sample_version, lo, hi, state)
    values (:screening_id, :asked_by, :business_date, :division, :rules, :agency, :sample,
            :sample_id, :sample_version, :lo, :hi, 'requested')
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
                where f.screening_id = s.screening_id group by rule_id, verdict) by_verdict
            group by rule_id) by_rule), '{{}}')
    where screening_id = any(:screenings) and state <> 'judged'
      and (select count(*) from screening_answer a
           where a.screening_id = s.screening_id) = {len(JUDGES)}
""")

_screening = table_of(Screening)
_finding = table_of(Finding)
_sample = table_of(Sample)
_agency = SCHEMA.tables["rectification.agency"]


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

# --- findings ---

KEEP_FINDINGS = text("""
    insert into finding (household_key, finding_id, screening_id, rule_id, verdict, subject_kind,
        agency, contract_no, household_no, person_key, village_code, credit_code, policy_no,
        claim_no, division, amount, class, figures, missing, citation, certainty, caused_by,
        judged_at)
    select household_key, finding_id, screening_id, rule_id, verdict, subject_kind,
        agency, contract_no, household_no, person_key, village_code, credit_code, policy_no,
        claim_no, division, amount, class, figures, missing, citation, certainty,
        coalesce(caused_by, 'screening'), judged_at
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, finding_id uuid,
        screening_id uuid, rule_id text, verdict text, subject_kind text, agency text,
        contract_no text, household_no text, person_key uuid, village_code text, credit_code text,
        policy_no text, claim_no text, division text, amount numeric, class text, figures jsonb,
        missing jsonb, citation text, certainty text, caused_by text, judged_at timestamptz)
    on conflict do nothing
""")


def findings(caller: Caller) -> Select[Any]:
    """Findings of judged runs: a bank's or insurer's own (and its members'), else by division."""
    judged = _finding.join(_screening, _screening.c.screening_id == _finding.c.screening_id)
    return (
        select(_finding)
        .select_from(judged)
        .where(_screening.c.state == State.JUDGED.value, _seen_by(caller))
    )


def _seen_by(caller: Caller) -> Any:
    if caller.role in (Role.BANK, Role.INSURER):
        members = select(_agency.c.code).where(_agency.c.parent == caller.agency)
        return or_(_finding.c.agency == caller.agency, _finding.c.agency.in_(members))
    return or_(*[_within(*span(division)) for division in caller.divisions], false())


def _within(lo: str, hi: str) -> Any:
    return and_(_finding.c.division >= lo, _finding.c.division < hi)


def page_of_findings(
    caller: Caller, wanted: WantedPage, filters: Mapping[str, Any], sample: Any | None
) -> Select[Any]:
    """One finding more than a page of those that the caller may see.

    `filters` are columns and values, of which None filters nothing; `sample` is id and version.
    """
    page = findings(caller).order_by(_finding.c.finding_id).limit(wanted.limit + 1)
    if wanted.after:
        page = page.where(_finding.c.finding_id > wanted.after)
    for name, value in filters.items():
        if value is None:
            continue
        within = _within(*span(value)) if name == "division" else _finding.c[name] == value
        page = page.where(within)
    if sample is not None:
        number = tuple_(_finding.c.agency, _finding.c.contract_no)
        page = page.where(number.in_(_contracts_of(sample)))
    return page


def _contracts_of(sample: Any) -> Select[Any]:
    this = and_(_sample.c.id == sample.id, _sample.c.source_version == sample.source_version)
    rows = (
        func.jsonb_to_recordset(select(_sample.c.contract_nos).where(this).scalar_subquery())
        .table_valued(column("bank", Text), column("contract_no", Text))
        .render_derived(name="sampled", with_types=True)
    )
    return select(rows.c.bank, rows.c.contract_no)


def one_finding(caller: Caller, finding_id: Any) -> Select[Any]:
    """A finding, if the caller may see it."""
    return findings(caller).where(_finding.c.finding_id == finding_id)
