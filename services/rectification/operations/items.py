"""Items of the ledger: opened from findings or self-found, and shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import county_of, smallest_holding
from kernel.ids import new_id
from kernel.paging import Page, WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import Role
from services.rectification.operations.findings import shown_finding
from services.rectification.operations.item_acts import MOVES, day_of
from services.rectification.operations.plan import asked_by_plan
from services.rectification.problems import (
    AlreadyInAnItem,
    NotYourDivision,
    UnknownUnit,
    UnusableFindings,
)
from services.rectification.queries import items as queries
from services.rectification.queries.evidence import EVIDENCE_OF_ITEM, FILES_OF_ITEMS
from services.rectification.queries.money import MONEY_OF_ITEMS
from services.rectification.queries.units import UNIT_NAMED
from services.rectification.schemas.items import (
    EvidenceOut,
    ItemEventOut,
    ItemFilters,
    ItemFullOut,
    ItemIn,
    ItemOut,
    ItemsFromScreeningIn,
    ItemsOpenedOut,
    MoneyOut,
)
from services.rectification.vocabulary import (
    PLAN_ITEMS,
    SOURCE_LABELS,
    STATE_LABELS,
    Act,
    ItemState,
    RuleId,
    Source,
    Verdict,
)

# --- opening ---


async def open_item(session: AsyncSession, caller: Caller, asked: ItemIn) -> tuple[ItemOut, bool]:
    """Open an item; returns it and whether it is new.

    The same findings again, or the same self-found problem while it is not done with, give the
    item there is. Raises UnusableFindings, AlreadyInAnItem, NotYourDivision and UnknownUnit.
    """
    opened_on = day_of(asked.on)
    await session.execute(queries.LOCK_LEDGER)
    found = await _findings_named(session, caller, asked)
    known = await _item_of(session, found)
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


async def _item_of(session: AsyncSession, found: Sequence[Mapping[str, Any]]) -> UUID | None:
    """The item to which all of these findings belong; None if none does. Raises AlreadyInAnItem."""
    ids = [row["finding_id"] for row in found]
    rows = await session.execute(queries.ITEMS_OF_FINDINGS, {"findings": ids})
    by_finding: dict[UUID, UUID] = {row.finding_id: row.item_id for row in rows}
    if not by_finding:
        return None
    if len(by_finding) == len(ids) and len(set(by_finding.values())) == 1:
        return next(iter(by_finding.values()))
    raise AlreadyInAnItem(
        [(number, by_finding[each]) for number, each in enumerate(ids) if each in by_finding]
    )


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
    rules = {row["rule_id"] for row in found}
    return {
        "item_id": new_id(),
        "category": category,
        "source": source,
        "rule_id": rules.pop() if len(rules) == 1 else None,
        "division": division,
        "agencies": sorted({row["agency"] for row in found if row["agency"]}),
        "description": plan["problem"],
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


async def open_items_of_run(
    session: AsyncSession, caller: Caller, asked: ItemsFromScreeningIn
) -> ItemsOpenedOut:
    """Open items for what a judged run found and no item holds yet. Asked again it opens none."""
    opened_on = day_of(asked.on)
    await session.execute(queries.LOCK_LEDGER)
    statement = queries.findings_to_rectify(caller, asked.screening_id, asked.rules, asked.division)
    rows = (await session.execute(statement)).mappings().all()
    new = []
    for found in _grouped(rows, asked.by):
        category = PLAN_ITEMS[RuleId(found[0]["rule_id"])][0]
        division = smallest_holding([row["division"] for row in found])
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


# --- showing ---


async def items_seen(
    session: AsyncSession, caller: Caller, wanted: WantedPage, asked: ItemFilters
) -> Page[ItemOut]:
    """A page of the items that a caller may see, in the order in which they were opened."""
    today = clock.today()
    filters = {name: getattr(asked, name) for name in ItemFilters.__slots__}
    rows = await session.execute(queries.page_of_items(caller, wanted, filters, today))
    page = page_of(rows.mappings().all(), wanted, "item_id")
    shown = await _shown(session, caller, page["items"], today)
    return Page[ItemOut](items=shown, next_after=page["next_after"])


async def item_seen(session: AsyncSession, caller: Caller, item_id: UUID) -> ItemOut:
    """An item that the caller may see; raises NotFound."""
    rows = await session.execute(queries.one_item(caller, item_id))
    row = rows.mappings().first()
    if row is None:
        raise NotFound
    [shown] = await _shown(session, caller, [row], clock.today())
    return shown


async def item_in_full(
    session: AsyncSession, keys: Keys, caller: Caller, item_id: UUID
) -> ItemFullOut:
    """An item with its history, files and findings; raises NotFound."""
    item = await item_seen(session, caller, item_id)
    of_item = {"item_id": item_id}
    history = (await session.execute(queries.HISTORY, of_item)).mappings()
    files = (await session.execute(EVIDENCE_OF_ITEM, of_item)).mappings()
    found = await session.execute(queries.findings_of_item(caller, item_id))
    return ItemFullOut(
        **dict(item),
        history=[ItemEventOut.model_validate(dict(row)) for row in history],
        files=[EvidenceOut.model_validate(dict(row)) for row in files],
        shown_findings=[shown_finding(keys, caller, row) for row in found.mappings()],
    )


async def _shown(
    session: AsyncSession, caller: Caller, rows: Sequence[Mapping[str, Any]], today: date
) -> list[ItemOut]:
    """Items with their sums. What other banks lent does not show in a bank's."""
    hidden = [RuleId.LOAN_08.value] if caller.role in (Role.BANK, Role.INSURER) else []
    ids = [row["item_id"] for row in rows]
    values = {"items": ids, "on": today, "hidden": hidden}
    sums: dict[UUID, dict[str, Any]] = {each: {} for each in ids}
    for statement in (
        queries.COUNTS_OF_ITEMS,
        queries.REMINDERS_OF_ITEMS,
        FILES_OF_ITEMS,
        MONEY_OF_ITEMS,
    ):
        for row in (await session.execute(statement, values)).mappings():
            sums[row["item_id"]] |= row
    return [_shown_item(row, sums[row["item_id"]], today) for row in rows]


def _shown_item(row: Mapping[str, Any], sums: Mapping[str, Any], today: date) -> ItemOut:
    owed, returned = sums.get("owed"), sums.get("returned")
    money = None
    if owed is not None and returned is not None:
        money = MoneyOut(owed=owed, returned=returned, outstanding=owed - returned)
    state = ItemState(row["state"])
    shown = {
        "problem": asked_by_plan(row["category"], row["opened_on"])["problem"],
        "source_label": SOURCE_LABELS[Source(row["source"])],
        "state_label": STATE_LABELS[state],
        "overdue": row["deadline"] < today and state not in queries.DONE_WITH,
        "can": [verb for verb, each in MOVES.items() if state in each.sources],
        "findings": sums.get("findings", 0),
        "amount": sums.get("amount"),
        "evidence": sums.get("files", 0),
        "reminders": sums.get("reminders", 0),
        "money": money,
    }
    return ItemOut.model_validate({**row, **shown})
