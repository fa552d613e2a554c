"""What has changed since a screening: so that judging again costs what has changed.

The database itself notes, by triggers on every table that a service judges by, which household a
statement touched and in which transaction. A judge keeps the snapshot in which it judged: whatever
was committed outside it has changed since. No writer can forget to tell, and none commits between.
"""

import hashlib
from collections.abc import Container, Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.tables import NOW

KEPT_DAYS = 7
"""How long it is remembered what was touched. An older run is continued by judging everything."""

MOST = 20_000
"""Changed households above which judging everything is no slower."""


def add_touched(metadata: MetaData) -> None:
    """Give a judging service's schema its notes of what was touched."""
    touched = Table(
        "touched",
        metadata,
        Column("note_id", BigInteger, Identity(), primary_key=True),
        Column("household_key", Uuid, comment="none: something that bears on every household"),
        Column(
            "touched_in",
            BigInteger,
            nullable=False,
            server_default=text("pg_current_xact_id()::text::bigint"),
        ),
        Column("touched_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        comment="Which household was touched in which transaction; written by triggers.",
    )
    Index("touched_touched_in_idx", touched.c.touched_in)


def noticing(metadata: MetaData, there: Container[str]) -> list[str]:
    """The SQL that makes the database note what is touched in a schema.

    `there` are the tables that have their triggers already: to add one waits for writers, so a
    start of the program beside a running one adds none anew.
    """
    if f"{metadata.schema}.touched" not in metadata.tables:
        return []
    schema = metadata.schema
    statements = [
        _FUNCTION.format(schema=schema, name="note_household", key="household_key"),
        _FUNCTION.format(schema=schema, name="note_everybody", key="null::uuid"),
    ]
    for table in metadata.sorted_tables:
        if table.name in _NOT_JUDGED_BY or f"{schema}.{table.name}" in there:
            continue
        note = "note_household" if "household_key" in table.c else "note_everybody"
        statements += [
            _TRIGGER.format(schema=schema, table=table.name, note=note, act=act, which=which)
            for act, which in (("insert", "new"), ("update", "new"), ("delete", "old"))
        ]
    return statements


NOTICED = text("""
    select distinct tgrelid::regclass::text from pg_trigger where tgname = 'insert_is_noted'
""")
"""The tables, with their schema, that have their triggers."""

_NOT_JUDGED_BY = (
    *("touched", "outbox", "feed", "feed_head", "reader_cursor", "pending", "job", "job_chunk"),
    *("event_applied", "idempotency_key", "access_record"),
    *("screening_request", "screening_heard", "household_lock"),
    # Questions and what was told; what was lent is judged, not what was asked.
    *("condition_words", "eligibility_check", "reservation", "reservation_end"),
    *(
        "feed_reader",
        "reader_grant",
        "feed_day",
        "feed_month",
        "snapshot",
        "snapshot_chunk",
        "user_disposition",
    ),
    "policy",  # its people and days stand in `cover`
    *("claim_version", "claim_progress", "claim_act"),  # what is judged stands in `claim_line`
)
"""Tables on which no verdict rests. Any other without a household key bears on everybody."""

_FUNCTION = """
    create or replace function {schema}.{name}() returns trigger language plpgsql as $$
    begin
        insert into {schema}.touched (household_key) select distinct {key} from changed;
        return null;
    end $$
"""
_TRIGGER = """
    create trigger {act}_is_noted after {act} on {schema}.{table}
    referencing {which} table as changed for each statement execute function {schema}.{note}()
"""

_BEFORE = text("""
    select seen from screening_request
    where screening_id = :screening_id and made_by = :made_by
      and judged_at > clock_timestamp() - make_interval(days => :kept)
""")
_TOUCHED = text("""
    select distinct household_key from touched
    where touched_in >= pg_snapshot_xmin(cast(cast(:seen as text) as pg_snapshot))::text::bigint
      and not pg_visible_in_snapshot(touched_in::text::xid8,
                                     cast(cast(:seen as text) as pg_snapshot))
    limit :most
""")
_FORGET = text("""
    delete from touched where touched_at < clock_timestamp() - make_interval(days => :kept + 1)
""")

# Verdicts on a household rest on facts of its people, wherever these are kept: two steps out. The
# ties are looked up by index, so that this costs what was touched.
_BEARS_ON = """
    with tie as not materialized ({ties}),
    neighbour as (
        select unnest(cast(:touched as uuid[])) as household_key
        union
        select other.household_key from tie one join tie other using (person_key)
        where one.household_key = any(:touched))
    select household_key from neighbour
    union
    select other.household_key
    from neighbour n join tie one using (household_key) join tie other using (person_key)
"""


async def changed_since(
    session: AsyncSession, screening_id: UUID, made_by: str, people: Sequence[str]
) -> list[str] | None:
    """The households whose verdicts may differ from those of an earlier screening here.

    None where that cannot be told: something changed that bears on everybody, too much did, too
    long ago was it judged, or by other law or code. Then everything is to be judged.
    """
    await session.execute(_FORGET, {"kept": KEPT_DAYS})
    before = {"screening_id": screening_id, "made_by": made_by, "kept": KEPT_DAYS}
    seen = (await session.execute(_BEFORE, before)).scalar()
    if seen is None:
        return None
    found = await session.execute(_TOUCHED, {"seen": seen, "most": MOST + 1})
    touched = list(found.scalars())
    if None in touched or len(touched) > MOST:
        return None
    if not touched:
        return []
    ties = " union all ".join(f"select household_key, person_key from {name}" for name in people)
    reached = await session.execute(text(_BEARS_ON.format(ties=ties)), {"touched": touched})
    return sorted(str(key) for key in reached.scalars())


@cache
def digest_of(service: str) -> str:
    """Tells one state of the law and code that a service judges by from another."""
    root = Path(__file__).parents[1]
    parts = [root / "services" / service, root / "kernel"]
    files = sorted(
        path for part in parts for pattern in ("*.py", "*.toml") for path in part.rglob(pattern)
    )
    sums = hashlib.sha256()
    for path in files:
        sums.update(path.read_bytes())
    return sums.hexdigest()[:16]
