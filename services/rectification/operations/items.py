"""Items of the ledger as a caller sees them, with their sums."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.paging import Page, WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import Role
from kernel.workflow import possible
from services.rectification.operations.findings import shown_finding
from services.rectification.operations.item_acts import ACTS
from services.rectification.operations.plan import asked_by_plan, slow_until
from services.rectification.queries import items as queries
from services.rectification.queries.evidence import EVIDENCE_OF_ITEM, FILES_OF_ITEMS
from services.rectification.queries.money import MONEY_OF_ITEMS
from services.rectification.schemas.items import (
    EvidenceOut,
    ItemEventOut,
    ItemFilters,
    ItemFullOut,
    ItemOut,
    MoneyOut,
)
from services.rectification.vocabulary import (
    SOURCE_LABELS,
    STATE_LABELS,
    ItemState,
    RuleId,
    Source,
)


async def items_seen(
    session: AsyncSession, caller: Caller, wanted: WantedPage, asked: ItemFilters
) -> Page[ItemOut]:
    """A page of the items that a caller may see, in the order in which they were opened."""
    today = clock.today()
    filters = {name: getattr(asked, name) for name in ItemFilters.__slots__}
    if asked.slow is not None:
        filters["slow"] = asked.slow, slow_until(today)
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
    first = (await session.execute(queries.FIRST_FINDINGS, of_item)).scalars().all()
    found = await session.execute(queries.findings_named(caller, first))
    return ItemFullOut(
        **dict(item),
        history=[ItemEventOut.model_validate(dict(row)) for row in history],
        files=[EvidenceOut.model_validate(dict(row)) for row in files],
        shown_findings=[shown_finding(keys, caller, row) for row in found.mappings()],
    )


OVER_ALL_BANKS = [RuleId.LOAN_08.value, RuleId.LOAN_21.value]
"""Rules whose amounts tell a bank what others lent."""


async def _shown(
    session: AsyncSession, caller: Caller, rows: Sequence[Mapping[str, Any]], today: date
) -> list[ItemOut]:
    """Items with their sums. What other banks lent does not show in a bank's."""
    hidden = OVER_ALL_BANKS if caller.role in (Role.BANK, Role.INSURER) else []
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
        "can": possible(ACTS, state),
        "findings": sums.get("findings", 0),
        "amount": sums.get("amount"),
        "evidence": sums.get("files", 0),
        "reminders": sums.get("reminders", 0),
        "money": money,
    }
    return ItemOut.model_validate({**row, **shown})
