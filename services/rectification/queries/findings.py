"""Findings: what stands in which run, and who may see it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Text, and_, column, exists, false, func, or_, select, text, tuple_

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import span
from kernel.paging import WantedPage
from kernel.roles import Role
from services.rectification.tables import SCHEMA, Finding, ItemFinding, Sample, Screening
from services.rectification.vocabulary import ScreeningState

_screening = table_of(Screening)
_finding = table_of(Finding)
_sample = table_of(Sample)
_link = table_of(ItemFinding)
_agency = SCHEMA.tables["rectification.agency"]

STANDS_IN = "f.series = s.series and f.since <= s.seq and (f.until is null or f.until > s.seq)"
"""SQL: whether a finding `f` stands in the run `s`."""

IN_SCOPE = """
    (cardinality({run}.rules) = 0 or {rule} = any({run}.rules))
    and ({run}.agency is null or {run}.agency = {f}.agency)
    and exists (select from unnest({run}.lo, {run}.hi) as place(lo, hi)
                where place.lo <= {f}.division and {f}.division < place.hi)
    and ({run}.sample_id is null or exists (
        select from sample
        where sample.id = {run}.sample_id and sample.source_version = {run}.sample_version
          and sample.contract_nos @> jsonb_build_array(jsonb_build_object(
              'bank', {f}.agency, 'contract_no', {f}.contract_no))))
"""
"""SQL: whether a run judged the subject of `f` by a rule."""

# Numbers of a finding's figures tell apart what one contract, claim or person has several of.
SUBJECT_OF = """
    {f}.subject_kind || '|' || coalesce({f}.agency, '') || '|' || case
        when {f}.contract_no is not null or {f}.claim_no is not null
            then coalesce({f}.contract_no, '') || '|' || coalesce({f}.claim_no, '')
        when {f}.person_key is not null
            then cast({f}.person_key as text) || '|' || coalesce({f}.policy_no, '')
        when {f}.credit_code is not null then {f}.credit_code
        when {f}.household_no is not null then {f}.household_no
        else {f}.division end
    || '|' || coalesce({f}.figures ->> 'incident_no', {f}.figures ->> 'line_no',
                       {f}.figures ->> 'payment_no', '')
"""
"""SQL: whom or what a finding `f` speaks of, in words that are equal in every run."""

KEEP_FINDINGS = text(f"""
    insert into finding (household_key, finding_id, screening_id, series, since, rule_id,
        verdict, subject, subject_kind, agency, contract_no, household_no, person_key, village_code,
        credit_code, policy_no, claim_no, division, amount, class, figures, missing, citation,
        certainty, caused_by, judged_at)
    select e.household_key, e.finding_id, e.screening_id, s.series, s.seq, e.rule_id, e.verdict,
        {SUBJECT_OF.format(f="e")}, e.subject_kind, e.agency, e.contract_no, e.household_no,
        e.person_key, e.village_code, e.credit_code, e.policy_no, e.claim_no, e.division,
        e.amount, e.class, e.figures, e.missing, e.citation, e.certainty,
        coalesce(e.caused_by, 'screening'), e.judged_at
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, finding_id uuid,
        screening_id uuid, rule_id text, verdict text, subject_kind text, agency text,
        contract_no text, household_no text, person_key uuid, village_code text, credit_code text,
        policy_no text, claim_no text, division text, amount numeric, class text, figures jsonb,
        missing jsonb, citation text, certainty text, caused_by text, judged_at timestamptz)
    join screening s using (screening_id)
    where not exists (select from screening_answer a
                      where a.screening_id = e.screening_id and a.service = :service)
    on conflict do nothing
""")

_SAYS = """
    md5((to_jsonb({f}) - '{{finding_id, screening_id, since, until, judged_at}}'::text[])::text)
"""
_JUDGED_BY = "{f}.rule_id like cast(:prefix as text) || '-%'"

# In a run that continues another, a judge told again what it found of some households. What it had
# said word for word before still stands under its old id; what it did not say again is cleared.
SAID_BEFORE = text(f"""
    with told as (
        select n.finding_id, n.household_key, {_SAYS.format(f="n")} as says
        from finding n
        where n.series = :series and n.since = :seq and {_JUDGED_BY.format(f="n")}),
    stood as (
        select o.finding_id, o.household_key, {_SAYS.format(f="o")} as says
        from finding o
        where o.series = :series and o.since < :seq and o.until is null
          and {_JUDGED_BY.format(f="o")}
          and o.household_key in (select household_key from told)),
    pair as (
        select t.finding_id as told_id, s.finding_id as stood_id
        from (select *, row_number() over (partition by household_key, says) as n from told) t
        join (select *, row_number() over (partition by household_key, says) as n from stood) s
        using (household_key, says, n)),
    forgotten as (delete from finding where finding_id in (select told_id from pair))
    select stood_id from pair
""")

CLEAR = text(f"""
    update finding f set until = :seq
    where f.series = :series and f.since < :seq and f.until is null
      and {_JUDGED_BY.format(f="f")} and not f.finding_id = any(cast(:still as uuid[]))
      and (cast(:households as uuid[]) is null or f.household_key = any(cast(:households as uuid[]))
           or f.subject_kind = any(cast(:subject_kinds as text[])))
""")


def findings(caller: Caller) -> Select[Any]:
    """Findings of judged runs: a bank's or insurer's own (and its members'), else by division."""
    judged = _finding.join(_screening, _screening.c.screening_id == _finding.c.screening_id)
    return (
        select(_finding)
        .select_from(judged)
        .where(_screening.c.state == ScreeningState.JUDGED.value, _seen_by(caller))
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
        if name == "screening":
            page = page.where(stands_in(value))
            continue
        if name == "item":
            links = select(_link.c.finding_id).where(_link.c.item_id == value)
            page = page.where(_finding.c.finding_id.in_(links))
            continue
        within = _within(*span(value)) if name == "division" else _finding.c[name] == value
        page = page.where(within)
    if sample is not None:
        number = tuple_(_finding.c.agency, _finding.c.contract_no)
        page = page.where(number.in_(_contracts_of(sample)))
    return page


def stands_in(screening_id: Any) -> Any:
    """Whether a finding stands in a run; in none that is still being judged."""
    run = _screening.alias("run")
    return exists().where(
        run.c.screening_id == screening_id,
        run.c.state == ScreeningState.JUDGED.value,
        run.c.series == _finding.c.series,
        run.c.seq >= _finding.c.since,
        or_(_finding.c.until.is_(None), _finding.c.until > run.c.seq),
    )


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
