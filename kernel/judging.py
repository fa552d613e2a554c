"""How a service judges its rows when rectification asks for a screening (design, decision 6).

The request names the position each neighbour's copy must have reached. Then facts are laid out
once, every rule is asked over them by one set statement, and what is not met or undetermined is
announced as `finding.raised`, at last `screening.judged`. Nothing is kept here: the run keeps it.

A run may continue one of the same business date and scope: then only households are judged of
which anything has changed since (`kernel.touched`), and `screening.judged` names them.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    FromClause,
    Insert,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, array
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.feed import Event, said_by
from kernel.law import Certainty, Rule
from kernel.outbox import announce
from kernel.service import Service, Work
from kernel.touched import add_touched, changed_since, digest_of


@dataclass(frozen=True, slots=True)
class Screening:
    """What is to be judged: on which business date, which rules, over which rows."""

    screening_id: UUID
    business_date: date
    rules: tuple[str, ...]
    """Empty: all."""
    lo: list[str]
    hi: list[str]
    """Divisions in scope, as ranges."""
    agency: str | None
    contracts: list[dict[str, str]] | None
    """A sample: {bank, contract_no}; none: everything in the divisions."""
    households: list[str] | None = None
    """Only rows under these household keys are judged, since all others were judged before on the
    same business date and have not changed; none: all."""

    @property
    def scope(self) -> dict[str, Any]:
        """Parameters that every facts statement takes."""
        sample = self.contracts
        return {
            "on": self.business_date,
            "lo": self.lo,
            "hi": self.hi,
            "agency": self.agency,
            "banks": None if sample is None else [row["bank"] for row in sample],
            "numbers": None if sample is None else [row["contract_no"] for row in sample],
            "households": self.households,
        }

    def asks(self, rule: Rule) -> bool:
        """Whether a rule is among those asked for."""
        return not self.rules or rule.id in self.rules


Judge = Callable[[Service, AsyncSession, Screening], Awaitable[None]]


def add_screening_requests(metadata: MetaData, *, continues: bool = True) -> None:
    """Give a judging service's schema its list of screenings asked for.

    `continues`: whether it notes what is touched, so that a run may continue another.
    """
    Table(
        "screening_request",
        metadata,
        Column("screening_id", Uuid, primary_key=True),
        Column("asked", JSONB, nullable=False),
        Column("judged_at", DateTime(timezone=True)),
        Column("seen", Text, comment="pg_snapshot: what was judged, and what came later"),
        Column("made_by", Text, comment="digest of the law and code that judged"),
    )
    if continues:
        add_touched(metadata)
    Table(
        "screening_heard",
        metadata,
        Column("screening_id", Uuid, primary_key=True),
        Column("service", Text, primary_key=True),
        comment="Neighbours known to have judged a screening.",
    )


_ASK = text("""
    insert into screening_request (screening_id, asked)
    select (e ->> 'screening_id')::uuid, e
    from jsonb_array_elements(cast(:events as jsonb)) as e
    on conflict (screening_id) do nothing
""")
_HEAR = text("""
    insert into screening_heard (screening_id, service)
    select (e ->> 'screening_id')::uuid, e ->> 'service'
    from jsonb_array_elements(cast(:events as jsonb)) as e
    on conflict do nothing
""")
_NEXT = """
    select screening_id, asked, pg_current_snapshot()::text as seen from screening_request r
    where judged_at is null and not exists (
        select from jsonb_each_text(r.asked -> 'positions') as wanted(source, position)
        where wanted.source = any(:read) and wanted.position::bigint > coalesce(
            (select c.position from reader_cursor c where c.source = wanted.source), 0))
      and not exists (
        select from unnest(cast(:after as text[])) as neighbour(name) where not exists (
            select from screening_heard h
            where h.screening_id = r.screening_id and h.service = neighbour.name))
      and not exists (select from pending p where {ready})
    order by screening_id limit 1
"""
_DONE = text("""
    update screening_request
    set judged_at = :now, seen = :seen, made_by = :made_by
    where screening_id = :screening_id
""")


async def keep_requests(session: AsyncSession, events: list[Event]) -> None:
    """Remember the screenings that rectification asks for."""
    data = said_by(events)
    await session.execute(_ASK, {"events": data})


async def hear_judged(session: AsyncSession, events: list[Event]) -> None:
    """Remember which screenings a neighbour has judged."""
    data = said_by(events)
    await session.execute(_HEAR, {"events": data})


def judge_step(
    judge: Judge,
    *,
    ready: str = "false",
    after: Sequence[str] = (),
    people: Sequence[str] = (),
    added_up: Sequence[str] = (),
) -> Work:
    """A background step: judge the oldest screening for which everything is here.

    That is: this service's copies have reached the positions the screening names, no pending row
    could be applied (`ready`, a condition over `pending p`), and the neighbours of `after` have
    judged it themselves. These announce what their own pending rows became before they announce
    that they judged, so whoever waits for them misses nothing that was acknowledged.

    `people` are the tables, with `household_key` and `person_key`, through which one household's
    facts bear on another's verdicts; without any, every run judges everything. `added_up` are the
    kinds of subject over which many households are added up: these are judged in every run.
    """
    statement = text(_NEXT.format(ready=ready))

    async def step(service: Service, session: AsyncSession) -> int:
        read = [projection.source for projection in service.projections]
        found = (await session.execute(statement, {"read": read, "after": list(after)})).first()
        if found is None:
            return 0
        asked = found.asked
        made_by = digest_of(service.name)
        changed = None
        if people and asked.get("continues"):
            changed = await changed_since(session, asked["continues"], made_by, people)
        screening = Screening(
            screening_id=found.screening_id,
            business_date=date.fromisoformat(asked["business_date"]),
            rules=tuple(asked["rules"]),
            lo=asked["lo"],
            hi=asked["hi"],
            agency=asked["agency"],
            contracts=asked["contracts"],
            households=changed,
        )
        if changed != []:
            await judge(service, session, screening)
        answer = {
            "screening_id": str(screening.screening_id),
            "service": service.name,
            "households": changed,
            "subject_kinds": [] if changed == [] else list(added_up),
        }
        await announce(session, "screening.judged", json.dumps(answer))
        # What is committed while we judge was not surely seen: the snapshot is from before.
        done = {"now": clock.now(), "seen": found.seen, "made_by": made_by}
        await session.execute(_DONE, done | {"screening_id": screening.screening_id})
        return 1

    return Work(step, "exists (select from screening_request where judged_at is null)")


_OUTBOX = Table(
    "outbox",
    MetaData(),
    Column("type", Text),
    Column("household_key", Uuid),
    Column("agency", Text),
    Column("division", Text),
    Column("data", JSON),
)


def findings_of(facts: FromClause, rule: Rule, screening: Screening, judged_at: datetime) -> Insert:
    """The statement that announces every subject which one rule does not find in order.

    `facts` is laid out with the columns that findings show (`SUBJECT`); what a rule does not have
    is left out of the finding.
    """
    verdict = rule.condition(facts)
    columns = facts.c

    def shown(name: str) -> ColumnElement[Any]:
        return columns[name] if name in columns else null()

    failed = verdict.is_(False)
    figures = func.json_build_object(
        *[
            part
            for name in (*rule.figures, *rule.beside)
            for part in (literal(name), _figure(columns[name]))
        ]
    )
    data = func.json_build_object(
        *_pairs(
            screening_id=literal(str(screening.screening_id)),
            rule_id=literal(rule.id),
            verdict=case((failed, "not_met"), else_="undetermined"),
            **{name: shown(name) for name in SUBJECT},
            amount=cast(columns[rule.amount], Text) if rule.amount else null(),
            **{"class": case((failed, columns[rule.shown_class])) if rule.shown_class else null()},
            figures=figures,
            missing=_missing(columns, rule, failed),
            citation=literal(rule.cite),
            certainty=_certainty(columns, rule),
            judged_at=literal(judged_at.isoformat()),
        )
    )
    applies = rule.applies(facts) if rule.applies else literal(True)
    chosen = select(
        literal("finding.raised"), columns.household_key, shown("agency"), columns.division, data
    ).where(and_(applies, verdict.is_not(True)))
    return insert(_OUTBOX).from_select(
        ["type", "household_key", "agency", "division", "data"], chosen
    )


SUBJECT = (
    "subject_kind",
    "agency",
    "contract_no",
    "household_key",
    "household_no",
    "person_key",
    "village_code",
    "credit_code",
    "policy_no",
    "claim_no",
    "division",
)


def _certainty(columns: Any, rule: Rule) -> ColumnElement[Any]:
    """That of the rule, unless the figures that applied to a subject are less certain."""
    if not rule.assumed:
        return literal(rule.certainty.value)
    on_assumption = or_(*[columns[name].is_(True) for name in rule.assumed])
    return case((on_assumption, Certainty.ASSUMED.value), else_=rule.certainty.value)


def _figure(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Money and rates leave as decimal strings, everything else as it is."""
    return cast(column, Text) if isinstance(column.type, Numeric) else column


def _missing(columns: Any, rule: Rule, failed: ColumnElement[bool]) -> ColumnElement[Any]:
    """What an undetermined verdict lacks: figures that are blank, and what its silence names."""
    texts = ARRAY(Text)
    parts: Sequence[ColumnElement[Any]] = [
        func.array_remove(
            _text_array([case((columns[name].is_(None), name)) for name in rule.figures]),
            cast(null(), Text),
        ),
        *[func.coalesce(columns[name], cast(_text_array([]), texts)) for name in rule.silence],
    ]
    found = parts[0]
    for part in parts[1:]:
        found = func.array_cat(found, part)
    return case((failed, cast(_text_array([]), texts)), else_=found)


def _text_array(items: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A PostgreSQL text[] of these items."""
    return cast(array(items), ARRAY(Text))


def _pairs(**named: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [part for name, value in named.items() for part in (literal(name), value)]
