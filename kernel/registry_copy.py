"""The copy of the registry that loans and insurance keep: who lives where, with which status.

Registry announces a household's whole state with each change (`household.recorded`), so a copy is
replaced household by household and any event may be applied twice. Health is not in it: registry
announces only `able_to_work` and `needs_capacity_review`.

Two ranges of days qualify each row. `known_from/known_to`: the business dates on which this row
is what was known (a report counts from its `as_at`, the first one also before). `holds_from/
holds_to`, `valid_from/valid_to` and `joined_on/gone_on`: the days in the world it speaks of.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.feed import Event, said_by


def add_registry_copy(metadata: MetaData) -> None:
    """Give a service's schema the tables of the copy."""
    Table(
        "household",
        metadata,
        Column("household_key", Uuid, primary_key=True),
        Column("household_no", Text, nullable=False),
        Column("agency", Text, nullable=False),
    )
    Table(
        "household_place",
        metadata,
        Column("household_key", Uuid, primary_key=True),
        Column("known_from", Date, primary_key=True),
        Column("known_to", Date, nullable=False),
        Column("division", Text, nullable=False, comment="village"),
        # Which report says so, so that a judgement can name what it rests on.
        Column("report_id", Uuid),
        Column("source_version", Integer),
        Column("as_at", Date),
        Column("recorded_at", DateTime(timezone=True)),
    )
    status = Table(
        "household_status",
        metadata,
        Column("household_key", Uuid, nullable=False),
        Column("status", Text, nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("known_from", Date, nullable=False),
        Column("known_to", Date, nullable=False),
    )
    Index("household_status_household_key_idx", status.c.household_key)
    member = Table(
        "member",
        metadata,
        Column("household_key", Uuid, nullable=False),
        Column("person_key", Uuid, nullable=False),
        Column("name_key", Uuid, nullable=False),
        Column("born_on", Date, nullable=False),
        Column("joined_on", Date, nullable=False),
        Column("gone_on", Date, nullable=False, comment="left, died or no longer listed"),
        Column("died_on", Date),
        Column("known_from", Date, nullable=False),
        Column("known_to", Date, nullable=False),
        Column("holds_from", Date, nullable=False),
        Column("holds_to", Date, nullable=False),
        Column("able_to_work", Boolean),
        Column("needs_capacity_review", Boolean),
    )
    Index("member_household_key_idx", member.c.household_key)
    Index("member_person_key_idx", member.c.person_key)


_CHANGED = """
    with state as (
        select distinct on (e ->> 'household_key') (e ->> 'household_key')::uuid as household_key, e
        from jsonb_array_elements(cast(:events as jsonb)) with ordinality as t(e, n)
        order by e ->> 'household_key', n desc)
"""
_FORGET = [
    text(f"{_CHANGED} delete from {table} where household_key in (select household_key from state)")
    for table in ("household", "household_place", "household_status", "member")
]
_KEEP = [
    text(f"""
        {_CHANGED} insert into household (household_key, household_no, agency)
        select household_key, e ->> 'household_no', e ->> 'agency' from state
    """),
    text(f"""
        {_CHANGED} insert into household_place (household_key, known_from, known_to, division,
            report_id, source_version, as_at, recorded_at)
        select s.household_key, p.known_from, p.known_to, p.division, p.report_id,
               p.source_version, p.as_at, p.recorded_at
        from state s, jsonb_to_recordset(s.e -> 'places')
            as p(known_from date, known_to date, division text, report_id uuid,
                 source_version int, as_at date, recorded_at timestamptz)
    """),
    text(f"""
        {_CHANGED} insert into household_status
            (household_key, status, valid_from, valid_to, known_from, known_to)
        select s.household_key, p.status, p.valid_from, p.valid_to, p.known_from, p.known_to
        from state s, jsonb_to_recordset(s.e -> 'statuses') as p(status text, valid_from date,
            valid_to date, known_from date, known_to date)
    """),
    text(f"""
        {_CHANGED} insert into member (household_key, person_key, name_key, born_on, joined_on,
            gone_on, died_on, known_from, known_to, holds_from, holds_to, able_to_work,
            needs_capacity_review)
        select s.household_key, m.person_key, m.name_key, m.born_on, m.joined_on, m.gone_on,
               m.died_on, m.known_from, m.known_to, m.holds_from, m.holds_to, m.able_to_work,
               m.needs_capacity_review
        from state s, jsonb_to_recordset(s.e -> 'members') as m(person_key uuid, name_key uuid,
            born_on date, joined_on date, gone_on date, died_on date, known_from date,
            known_to date, holds_from date, holds_to date, able_to_work bool,
            needs_capacity_review bool)
    """),
]


FORGET_ALL = tuple(
    f"delete from {table}"
    for table in ("household", "household_place", "household_status", "member")
)
"""Empties the copy before it is made anew."""


async def copy_households(session: AsyncSession, events: list[Event]) -> None:
    """Replace the copy of each household that these events speak of by its newest state."""
    data = said_by(events)
    for statement in [*_FORGET, *_KEEP]:
        await session.execute(statement, {"events": data})
