"""A chunk of rows into the tables, by a handful of set statements (design, decision 4).

Facts are versions: (number, source_version) is stored once and never overwritten. A correction
supersedes the version before it; a report of a later day (`as_at`) does not, it counts from its
day on. So any order and any repetition of pushes ends in the same state.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import Table, text
from sqlalchemy.sql.elements import TextClause

from kernel.bulk.resource import Outcome, Push, Raw, Resource, Row, Verdict
from kernel.database import copy_rows
from kernel.division import spans
from kernel.ids import new_id
from kernel.problems import Fault, faults

_SETTLED_HERE = ("superseded_at", "counts_from", "counts_to")


class Recorded(NamedTuple):
    """What became of some rows, one verdict a row in the order of their lines."""

    verdicts: list[Verdict]
    total: Decimal
    """What those that say something add up to, where the resource adds anything up."""


async def record(push: Push, resource: Resource, raws: Sequence[Raw], *, strict: bool) -> Recorded:
    """Store what can be stored of these rows.

    `strict` reads JSON types as they are; otherwise text stands for numbers, as in CSV and XLSX.
    Runs in the caller's transaction and raises only for what is not the rows' fault.
    """
    rows, refused = validated(resource.model, raws, strict=strict)
    verdicts = await _store(push, resource, rows) if rows else []
    amount = resource.amount
    total = sum((amount(row.value) for row in rows), Decimal(0)) if amount else Decimal(0)
    return Recorded(sorted([*verdicts, *refused], key=lambda verdict: verdict.line), total)


def validated(
    model: type[BaseModel], raws: Sequence[Raw], *, strict: bool
) -> tuple[list[Row], list[Verdict]]:
    """The rows that say something, and verdicts on those that do not."""
    adapter: TypeAdapter[Any] = _adapter(model)
    rows, refused = [], []
    for raw in raws:
        if raw.fault:
            refused.append(_refused(raw, raw.fault))
            continue
        try:
            rows.append(Row(raw.line, raw.json, adapter.validate_json(raw.json, strict=strict)))
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_context=False, include_input=False)
            refused.append(_refused(raw, faults(errors)[0]))
    return rows, refused


def _refused(raw: Raw, fault: Fault) -> Verdict:
    return Verdict(
        raw.line_of(fault),
        Outcome.REJECTED,
        code=fault["code"],
        pointer=fault["pointer"],
        message=fault["message"],
    )


@lru_cache(maxsize=64)
def _adapter(model: type) -> TypeAdapter[Any]:
    return TypeAdapter(model)


async def _store(push: Push, resource: Resource, rows: Sequence[Row]) -> list[Verdict]:
    session = push.session
    statements = _statements(resource)
    # One writer per numbering at a time: two pushes of one number cannot both be first, and a row
    # cannot become pending while the agency's contract that it waits for is being committed.
    whose = resource.name if resource.shared_number else push.caller.agency
    await session.execute(statements["lock"], {"whose": whose})
    await session.execute(statements["stage"])
    staged = [_staged(push, resource, row) for row in rows]
    await copy_rows(session, "pushed", list(staged[0]), [tuple(row.values()) for row in staged])
    await session.execute(statements["count"])
    await resource.resolve(push)
    for step in ("known", "repeated", "identify", "older", "count", "insert", "close"):
        await session.execute(statements[step], {"now": push.now})
    if resource.era:
        await session.execute(statements["reports"])
    await resource.after(push)
    found = (await session.execute(statements["verdicts"])).all()
    await _keep_pending(push, resource, rows, {r.line: r.waits_for for r in found if r.waits_for})
    await session.execute(text("drop table pushed"))
    return [_verdict(resource, row) for row in found]


def _staged(push: Push, resource: Resource, row: Row) -> dict[str, Any]:
    content = row.value.model_dump_json(exclude={"source_version"})
    return {
        "line": row.line,
        "id": new_id(),
        "agency": push.caller.agency,
        "source_version": row.value.source_version,
        "digest": push.keys.digest(f"{resource.name}|{content}"),
        "recorded_at": push.now,
        **resource.columns(push, row.value),
    }


def _verdict(resource: Resource, row: Any) -> Verdict:
    if row.outcome != Outcome.REJECTED:
        waits = row.outcome == Outcome.PENDING  # nothing is stored, so there is no id yet
        return Verdict(row.line, Outcome(row.outcome), id=None if waits else row.id)
    rejection = resource.rejections.get(row.code)
    return Verdict(
        row.line,
        Outcome.REJECTED,
        code=row.code,
        pointer=rejection.pointer if rejection else "",
        message=rejection.message if rejection else _VERSION_CONFLICT,
    )


_VERSION_CONFLICT = (
    "This source_version is on record with other content; push a correction under a higher one."
)


async def _keep_pending(
    push: Push, resource: Resource, rows: Sequence[Row], waiting: dict[int, str]
) -> None:
    if not waiting:
        return
    kept = [
        {
            "agency": push.caller.agency,
            "resource": resource.name,
            "row_key": (key := push.keys.digest(f"pending|{row.json.decode()}")),
            "waits_for": waiting[row.line],
            "client_id": push.caller.client_id,
            "divisions": json.dumps(push.caller.divisions),
            "places": json.dumps(list(zip(*spans(push.caller.divisions), strict=True))),
            "sealed": push.keys.seal_bytes("pending", key, row.json),
            "received_at": push.now,
        }
        for row in rows
        if row.line in waiting
    ]
    await push.session.execute(_PEND, kept)


_PEND = text("""
    insert into pending
        (agency, resource, row_key, waits_for, client_id, divisions, places, sealed, received_at)
    values (:agency, :resource, :row_key, :waits_for, :client_id, cast(:divisions as jsonb),
            cast(:places as jsonb), :sealed, :received_at)
    on conflict (agency, resource, row_key) do nothing
""")


@lru_cache(maxsize=64)
def _statements_of(
    name: str, table: Table, number: tuple[str, ...], era: str | None
) -> dict[str, TextClause]:
    """The set statements of one resource. Names come from our own tables, never from a caller."""
    # Quoted, because facts have fields such as `on`, `to` and `limit`.
    columns = [f'"{column.name}"' for column in table.columns if column.name not in _SETTLED_HERE]
    listed = ", ".join(columns)
    key = ", ".join(number)
    same = " and ".join(f"s.{column} = p.{column}" for column in number)
    same_number = " and ".join(f"n.{column} = s.{column}" for column in number)
    era_match = f" and n.{era} = s.{era}" if era else ""
    partition = ", ".join(f"s.{column}" for column in number)
    # A fact of one version supersedes nothing and counts for ever. It is stored so at once: to
    # store it and settle that afterwards wrote each new row twice.
    beside_others = "outcome in ('accepted', 'superseded') and not alone"
    counts = ", counts_from, counts_to" if era else ""
    for_ever = [f", case when alone then date '{day}' end" for day in ("-infinity", "infinity")]
    counts_alone = "".join(for_ever) if era else ""
    sql = {
        "lock": "select pg_advisory_xact_lock(hashtextextended("
        "current_schema() || '/' || cast(:whose as text), 0))",
        "stage": f"""
            create temp table pushed on commit drop as
            select null::int as line, null::text as outcome, null::text as code,
                   null::text as waits_for, null::boolean as alone, {listed}
            from {table.name} limit 0
        """,
        "known": f"""
            update pushed p set outcome = case when p.digest = s.digest then 'unchanged'
                                               else 'rejected' end,
                                code = case when p.digest = s.digest then null
                                            else 'version-conflict' end
            from {table.name} s
            where {same} and s.source_version = p.source_version and p.outcome is null
        """,
        # The same number and version twice in one chunk: equal is unchanged, else a conflict.
        "repeated": f"""
            update pushed p set outcome = case when p.digest = f.digest then 'unchanged'
                                               else 'rejected' end,
                                code = case when p.digest = f.digest then null
                                            else 'version-conflict' end
            from (select {key}, source_version, min(line) as line,
                         (array_agg(digest order by line))[1] as digest
                  from pushed where outcome is null group by {key}, source_version
                  having count(*) > 1) f
            where {same.replace("s.", "f.")} and p.source_version = f.source_version
              and p.line > f.line and p.outcome is null
        """,
        # All versions of one fact share its id: the stored one, else the first one pushed.
        "identify": f"""
            update pushed p set id = s.id
            from (select distinct on ({key}) {key}, id
                  from (select {key}, id, 0 as line from {table.name}
                        where ({key}) in (select {key} from pushed)
                        union all
                        select {key}, id, line from pushed
                        where outcome is null or outcome = 'unchanged') every
                  order by {key}, line) s
            where {same}
        """,
        "older": f"""
            update pushed p
            set outcome = case when s.newest > p.source_version then 'superseded'
                               else 'accepted' end, alone = s.alone
            from (select line, greatest(stored.newest, max(source_version) over earlier) as newest,
                         stored.newest is null and count(*) over (partition by {key}) = 1 as alone
                  from pushed
                  left join (select {key}, max(source_version) as newest from {table.name}
                             where ({key}) in (select {key} from pushed)
                             group by {key}) stored using ({key})
                  where outcome is null
                  window earlier as (partition by {key} order by line
                                     rows between unbounded preceding and 1 preceding)) s
            where s.line = p.line
        """,
        # Without statistics, and with those from before there were outcomes, the planner takes
        # `pushed` for one row: 2,000 rows then took 15 seconds instead of a tenth of one.
        "count": "analyze pushed",
        "insert": f"""
            insert into {table.name} ({listed}{counts})
            select {listed}{counts_alone} from pushed where outcome in ('accepted', 'superseded')
        """,
        "close": f"""
            update {table.name} s set superseded_at = :now
            where superseded_at is null
              and ({key}) in (select {key} from pushed where {beside_others})
              and exists (select from {table.name} n where {same_number}{era_match}
                          and n.source_version > s.source_version)
        """,
        # Which days each report counts for: from its as_at until the next one's, and the first
        # one also for the days before (fields.md).
        "reports": f"""
            with w as materialized (
                select s.id, s.source_version,
                       case when row_number() over days = 1 then date '-infinity'
                            else s.{era} end as counts_from,
                       coalesce(lead(s.{era}) over days, date 'infinity') as counts_to
                from {table.name} s
                where s.superseded_at is null and ({partition}) in (
                    select {key} from pushed where {beside_others})
                window days as (partition by {partition} order by s.{era}))
            update {table.name} t set counts_from = w.counts_from, counts_to = w.counts_to
            from w
            where t.id = w.id and t.source_version = w.source_version
              and (t.counts_from, t.counts_to) is distinct from (w.counts_from, w.counts_to)
        """,
        "verdicts": "select line, outcome, code, waits_for, id from pushed order by line",
    }
    return {step: text(statement) for step, statement in sql.items()}


def _statements(resource: Resource) -> dict[str, TextClause]:
    return _statements_of(resource.name, resource.table, resource.number, resource.era)
