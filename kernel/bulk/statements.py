"""The set statements of one resource, over the temporary table `pushed` and the fact's own."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Table, text
from sqlalchemy.sql.elements import TextClause

from kernel.bulk.resource import Resource

_SETTLED_HERE = ("superseded_at", "counts_from", "counts_to")


def statements_of(resource: Resource) -> Mapping[str, TextClause]:
    """The statements of a push, by the step they do."""
    return _of(resource.table, resource.number, resource.era)


@lru_cache(maxsize=64)
def _of(table: Table, number: tuple[str, ...], era: str | None) -> dict[str, TextClause]:
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
        # Rows are found by their numbers in tables of any size: to the planner's usual idea of a
        # disk it looks cheaper to read a table of hundreds of thousands of rows whole, each chunk.
        "lock": "select set_config('random_page_cost', '1.1', true), "
        "pg_advisory_xact_lock(hashtextextended("
        "current_schema() || '/' || cast(:whose as text), 0))",
        "stage": f"""
            create temp table pushed on commit drop as
            select null::int as line, null::text as outcome, null::text as code,
                   null::text as waits_for, null::boolean as alone, {listed}
            from {table.name} limit 0
        """,
        # What is known of the numbers in hand, looked up once: all else reads this.
        "on_record": f"""
            create temp table on_record on commit drop as
            select s.* from (select distinct {key} from pushed) p cross join lateral (
                select {key}, id, source_version, digest from {table.name} s
                where {same} offset 0) s
        """,
        "known": f"""
            update pushed p set outcome = case when p.digest = s.digest then 'unchanged'
                                               else 'rejected' end,
                                code = case when p.digest = s.digest then null
                                            else 'version-conflict' end
            from on_record s
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
                  from (select {key}, id, 0 as line from on_record
                        union all
                        select {key}, id, line from pushed
                        where outcome is null or outcome = 'unchanged') every
                  order by {key}, line) s
            where {same} and p.id <> s.id
        """,
        "older": f"""
            update pushed p
            set outcome = case when s.newest > p.source_version then 'superseded'
                               else 'accepted' end, alone = s.alone
            from (select line, greatest(stored.newest, max(source_version) over earlier) as newest,
                         stored.newest is null and count(*) over (partition by {key}) = 1 as alone
                  from pushed
                  left join (select {key}, max(source_version) as newest from on_record
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
        "clear": "drop table pushed, on_record",
        "verdicts": "select line, outcome, code, waits_for, id from pushed order by line",
    }
    return {step: text(statement) for step, statement in sql.items()}
