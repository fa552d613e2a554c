"""Opening items of the ledger: from findings, from a whole run, or self-found (举一反三)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock, divisions
from kernel.access import Caller
from kernel.division import county_of, smallest_holding
from kernel.ids import new_id
from kernel.roles import Role
from services.rectification.operations.item_acts import day_of
from services.rectification.operations.items import item_seen
from services.rectification.operations.plan import asked_by_plan
from services.rectification.problems import (
    AlreadyInAnItem,
    NotJudgedYet,
    NotYourDivision,
    UnknownRun,
    UnknownUnit,
    UnusableFindings,
)
from services.rectification.queries import items as queries
from services.rectification.queries.screenings import STATE_OF
from services.rectification.queries.units import UNIT_NAMED
from services.rectification.schemas.items import (
    ItemIn,
    ItemOut,
    ItemsFromScreeningIn,
    ItemsOpenedOut,
)
from services.rectification.vocabulary import (
    PLAN_ITEMS,
    Act,
    ItemState,
    RuleId,
    ScreeningState,
    Source,
    Verdict,
)


async def open_item(session: AsyncSession, caller: Caller, asked: ItemIn) -> tuple[ItemOut, bool]:
    """Open an item; returns it and whether it is new.

    The same findings again, or the same self-found problem while it is not done with, give the
    item there is. Raises UnusableFindings, AlreadyInAnItem, NotYourDivision and UnknownUnit.
    """
    opened_on = day_of(asked.on)
    await session.execute(queries.LOCK_LEDGER)
    found = await _findings_named(session, caller, asked)
    known = await _item_of(session, asked.finding_ids)
    if known is not None:
        return await item_seen(session, caller, known), False
    item = await _item_asked_for(session, caller, asked, found, opened_on)
    if not found:
        same = (
            await session.execute(queries.SAME_SELF_FOUND, item | {"done_with": queries.DONE_WITH})
        ).scalar()
        if same is not None:
            return await item_seen(session, caller, same), False
    await _add(session, caller, [(item, found)])
    return await item_seen(session, caller, item["item_id"]), True


async def _findings_named(
    session: AsyncSession, caller: Caller, asked: ItemIn
) -> Sequence[Mapping[str, Any]]:
    """The findings that an item is asked for; raises UnusableFindings."""
    wanted = list(dict.fromkeys(asked.finding_ids))
    if not wanted:
        return []
    rows = await session.execute(queries.findings_named(caller, wanted))
    found = {row["finding_id"]: row for row in rows.mappings()}
    faults: list[tuple[int, str, str]] = []
    for number, finding_id in enumerate(asked.finding_ids):
        row = found.get(finding_id)
        if row is None:
            faults.append((number, "unknown-finding", "No finding of this id that you may see."))
        elif row["verdict"] == Verdict.UNDETERMINED:
            message = "This is undetermined: a fact is missing, so there is nothing to rectify yet."
            faults.append((number, "undetermined-finding", message))
        elif asked.category not in PLAN_ITEMS[RuleId(row["rule_id"])]:
            items = ", ".join(str(each) for each in PLAN_ITEMS[RuleId(row["rule_id"])])
            message = f"{row['rule_id']} belongs to category {items}."
            faults.append((number, "other-category", message))
    if faults:
        raise UnusableFindings(faults)
    return [found[finding_id] for finding_id in wanted]


async def _item_of(session: AsyncSession, ids: Sequence[UUID]) -> UUID | None:
    """The item to which all of these findings belong; None if none does. Raises AlreadyInAnItem."""
    rows = await session.execute(queries.ITEMS_OF_FINDINGS, {"findings": ids})
    items: dict[UUID, UUID] = {row.finding_id: row.item_id for row in rows}
    if not items:
        return None
    if len(items) == len(set(ids)) and len(set(items.values())) == 1:
        return next(iter(items.values()))
    raise AlreadyInAnItem((at, items[each]) for at, each in enumerate(ids) if each in items)


async def _item_asked_for(
    session: AsyncSession,
    caller: Caller,
    asked: ItemIn,
    found: Sequence[Mapping[str, Any]],
    opened_on: date,
) -> dict[str, Any]:
    division = asked.division
    if division is None:
        division = smallest_holding([row["division"] for row in found] or caller.divisions)
    elif not caller.serves(division):
        raise NotYourDivision("This division is not served by the agency.")
    unit = None
    if asked.responsible_unit is not None:
        unit = await _unit_named(session, caller, asked.responsible_unit)
    item = _item(caller, asked.category, asked.source, found, division, opened_on)
    if not found and caller.role in (Role.BANK, Role.INSURER):
        item["agencies"] = [caller.agency]  # what it found in its own books is no competitor's
    given = {
        "measure": asked.measure,
        "description": asked.description,
        "standard": asked.standard,
        "deadline": asked.deadline,
        "lead_unit": asked.lead_unit,
        "responsible_unit": unit,
    }
    return item | {name: value for name, value in given.items() if value is not None}


async def _unit_named(session: AsyncSession, caller: Caller, name: str) -> str:
    """The code of the agency that bears this code or name; raises UnknownUnit."""
    if name == caller.agency:
        return name
    code = (await session.execute(UNIT_NAMED, {"name": name})).scalar()
    if code is None:
        raise UnknownUnit
    return str(code)


def _item(
    caller: Caller,
    category: int,
    source: Source,
    found: Sequence[Mapping[str, Any]],
    division: str,
    opened_on: date,
) -> dict[str, Any]:
    """An item as the plan describes those of its category."""
    plan = asked_by_plan(category, opened_on)
    rules = sorted({row["rule_id"] for row in found})
    return {
        "item_id": new_id(),
        "category": category,
        "source": source,
        "rule_id": rules[0] if len(rules) == 1 else None,
        "division": division,
        "agencies": sorted({row["agency"] for row in found if row["agency"]}),
        "description": _description(plan["problem"], rules, division, len(found)),
        "measure": plan["measure"],
        "standard": plan["standard"],
        "deadline": plan["deadline"],
        "lead_unit": "、".join(plan["lead_unit"]),
        "responsible_unit": None,
        "responsible_kinds": plan["responsible_kinds"],
        "opened_on": opened_on,
        "opened_by": caller.sub,
        "opened_by_agency": caller.agency,
        "opened_at": clock.now(),
    }


def _description(problem: str, rules: Sequence[str], division: str, count: int) -> str:
    """What is wrong, where, and how many findings say so (具体问题)."""
    place = divisions.names().get(division, division)
    return (
        f"{place}：{problem}（{'、'.join(rules)}，{count}项）" if rules else f"{place}：{problem}"
    )


async def open_items_of_run(
    session: AsyncSession, caller: Caller, asked: ItemsFromScreeningIn
) -> ItemsOpenedOut:
    """Open items for what a judged run found and no item holds yet. Asked again it opens none.

    Raises UnknownRun, NotJudgedYet and DayToCome.
    """
    opened_on = day_of(asked.on)
    state = (await session.execute(STATE_OF, {"screening_id": asked.screening_id})).scalar()
    if state is None:
        raise UnknownRun
    if state != ScreeningState.JUDGED:
        raise NotJudgedYet
    await session.execute(queries.LOCK_LEDGER)
    statement = queries.findings_to_rectify(caller, asked.screening_id, asked.rules, asked.division)
    rows = (await session.execute(statement)).mappings().all()
    new = []
    for found in _grouped(rows, asked.by):
        category = PLAN_ITEMS[RuleId(found[0]["rule_id"])][0]
        lies_in = found[0]["division"]
        division = county_of(lies_in) if asked.by == "place" else lies_in
        item = _item(caller, category, asked.source, found, division, opened_on)
        if asked.measure is not None:
            item["measure"] = asked.measure
        new.append((item, found))
    await _add(session, caller, new)
    ids = [item["item_id"] for item, _ in new]
    return ItemsOpenedOut(opened=len(new), findings=len(rows), items=ids[:200])


def _grouped(rows: Sequence[Mapping[str, Any]], by: str) -> Iterable[Sequence[Mapping[str, Any]]]:
    """Findings that make one item: each, or those of a rule, county and agency."""
    if by == "finding":
        return [[row] for row in rows]

    def place(row: Mapping[str, Any]) -> tuple[str, str, str]:
        return row["rule_id"], county_of(row["division"]), row["agency"] or ""

    return [list(group) for _, group in groupby(sorted(rows, key=place), key=place)]


async def _add(
    session: AsyncSession,
    caller: Caller,
    new: Sequence[tuple[dict[str, Any], Sequence[Mapping[str, Any]]]],
) -> None:
    """Record items, to which findings they belong, and that they were opened."""
    links = [
        {name: row[name] for name in ("subject", "rule_id", "household_key", "finding_id")}
        | {"item_id": item["item_id"]}
        for item, found in new
        for row in found
    ]
    events = [
        {
            "item_id": item["item_id"],
            "act": Act.OPEN,
            "state": ItemState.OPEN,
            "on": item["opened_on"],
            "by": caller.sub,
            "agency": caller.agency,
            "recorded_at": item["opened_at"],
        }
        for item, _ in new
    ]
    for statement, name, values in (
        (queries.ADD_ITEMS, "items", [item for item, _ in new]),
        (queries.ADD_ITEM_FINDINGS, "links", links),
        (queries.ADD_EVENTS, "events", events),
    ):
        await session.execute(statement, {name: json.dumps(values, default=str)})
