"""Acts upon an item of the ledger: who may do what in which state, and what closing asks.

open → in_progress → completed → closed, aside long_term, reopened and dismissed (rules.md, Ledger).
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.problems import NotFound
from kernel.roles import May
from kernel.workflow import Moves, move, state_after
from services.rectification.operations.closing import what_closing_lacks, what_dismissing_lacks
from services.rectification.problems import (
    BeforeLastAct,
    DayToCome,
    NotResponsible,
    NotToBeClosed,
    NotToBeDismissed,
    NotYourDivision,
)
from services.rectification.queries import items as queries
from services.rectification.vocabulary import Act, ItemState

_TO_BE_DONE = "open in_progress completed long_term reopened"

MOVES: Moves = {
    Act.START: move("open reopened long_term", ItemState.IN_PROGRESS),
    Act.COMPLETE: move("in_progress", ItemState.COMPLETED),
    Act.LONG_TERM: move("in_progress completed", ItemState.LONG_TERM),
    Act.CLOSE: move("completed", ItemState.CLOSED),
    Act.REOPEN: move("completed closed dismissed", ItemState.REOPENED),
    Act.DISMISS: move(_TO_BE_DONE, ItemState.DISMISSED),
}
"""What moves an item from which state. An act done twice is refused with what can be done now."""

ACTS: Moves = {**MOVES, Act.REMIND: move(_TO_BE_DONE, "as it was")}
"""What may be done in which state, moving or not."""


def day_of(on: date | None) -> date:
    """The day of an act: today unless an earlier one is given; raises DayToCome."""
    today = clock.today()
    if on is not None and on > today:
        raise DayToCome
    return on or today


async def work(
    session: AsyncSession,
    caller: Caller,
    item_id: UUID,
    act: Act,
    on: date | None,
    note: str | None,
) -> None:
    """Start, complete, or keep for the long term: acts of the responsible unit.

    Raises NotFound, NotResponsible, WrongState, DayToCome and BeforeLastAct.
    """
    item = await locked(session, caller, item_id)
    _check_responsible(caller, item)
    day = day_of(on)
    changes: dict[str, Any] = {}
    if act == Act.COMPLETE:
        changes = {
            "completed_on": day,
            "completed_at": clock.now(),
            "completed_by": caller.sub,
            "completed_by_agency": caller.agency,
        }
    await _move(session, caller, item, act, day, note, changes)


async def close(
    session: AsyncSession, caller: Caller, item_id: UUID, on: date | None, statement: str | None
) -> None:
    """销号: everything that closing asks must be so, as of the day of the act.

    Raises NotToBeClosed with every condition that is not met, besides what `work` raises.
    """
    item = await locked(session, caller, item_id)
    _check_place(caller, item)
    state_after(MOVES, "item", item["state"], Act.CLOSE)
    day = day_of(on)
    lacks, clean_on = await what_closing_lacks(session, caller, item, day, statement)
    if lacks:
        raise NotToBeClosed(lacks)
    changes = {
        "closed_on": day,
        "closed_at": clock.now(),
        "closed_by": caller.sub,
        "closed_by_agency": caller.agency,
        "clean_on": clean_on,
    }
    details = {"clean_on": str(clean_on)} if clean_on else None
    await _move(session, caller, item, Act.CLOSE, day, statement, changes, details)


async def reopen(
    session: AsyncSession, caller: Caller, item_id: UUID, on: date | None, reason: str
) -> None:
    """An officer finds that an item is not right after all; its closing stays in the history."""
    item = await locked(session, caller, item_id)
    _check_place(caller, item)
    await _move(session, caller, item, Act.REOPEN, day_of(on), reason, NOBODY_ENDED_IT)


NOBODY_ENDED_IT: Mapping[str, Any] = dict.fromkeys(
    (
        "completed_on",
        "completed_at",
        "completed_by",
        "completed_by_agency",
        "closed_on",
        "closed_at",
        "closed_by",
        "closed_by_agency",
        "clean_on",
        "dismissed_on",
        "dismissed_at",
        "dismissed_by",
        "refuted_by",
    )
)
"""What a reopened item forgets and its history keeps."""


async def dismiss(
    session: AsyncSession, caller: Caller, item_id: UUID, on: date | None, note: str | None
) -> None:
    """Visits refuted every finding of an item, and this officer, who recorded none, agrees.

    Raises NotToBeDismissed besides what `work` raises.
    """
    item = await locked(session, caller, item_id)
    _check_place(caller, item)
    state_after(MOVES, "item", item["state"], Act.DISMISS)
    day = day_of(on)
    lacks, recorded_by = await what_dismissing_lacks(session, caller, item_id, day)
    if lacks:
        raise NotToBeDismissed(lacks)
    changes = {
        "dismissed_on": day,
        "dismissed_at": clock.now(),
        "dismissed_by": caller.sub,
        "refuted_by": recorded_by,
    }
    await _move(session, caller, item, Act.DISMISS, day, note, changes)


async def remind(
    session: AsyncSession, caller: Caller, item_id: UUID, on: date | None, note: str | None
) -> None:
    """督办: an officer reminds those who are to put an item right. Its state stays as it is.

    The same officer's same reminder of the same day is kept once. Raises WrongState where nothing
    is to be done any more.
    """
    item = await locked(session, caller, item_id)
    _check_place(caller, item)
    day = day_of(on)
    state_after(ACTS, "item", item["state"], Act.REMIND)
    said = {"item_id": item_id, "on": day, "by": caller.sub, "note": note}
    if not (await session.execute(queries.IS_REMINDED, said)).scalar():
        await record(session, caller, item_id, Act.REMIND, item["state"], day, note)


async def locked(session: AsyncSession, caller: Caller, item_id: UUID) -> Mapping[str, Any]:
    """The item, which nobody else moves meanwhile; raises NotFound."""
    seen = await session.execute(queries.one_item(caller, item_id))
    if seen.first() is None:
        raise NotFound
    rows = await session.execute(queries.LOCK_ITEM, {"item_id": item_id})
    return dict(rows.mappings().one())


def _check_responsible(caller: Caller, item: Mapping[str, Any]) -> None:
    """Raises NotResponsible unless the caller's unit is the one named, or of a kind that is."""
    if not is_responsible(caller, item):
        who = item["responsible_unit"] or "any " + ", ".join(item["responsible_kinds"])
        raise NotResponsible(f"This item is worked by {who} that serves the place.")


def is_responsible(caller: Caller, item: Mapping[str, Any]) -> bool:
    """Whether an item is the caller's unit's to work."""
    if item["responsible_unit"] is not None:
        return bool(item["responsible_unit"] == caller.agency)
    return caller.role.upper() in item["responsible_kinds"] and caller.serves(item["division"])


def check_may_show(caller: Caller, item: Mapping[str, Any]) -> None:
    """Raises NotResponsible unless the caller works the item or looks after its place."""
    if May.ITEMS_CLOSE not in caller.scope:
        _check_responsible(caller, item)


def _check_place(caller: Caller, item: Mapping[str, Any]) -> None:
    if not caller.serves(item["division"]):
        raise NotYourDivision("The item's place is not served by the officer's unit.")


async def _move(
    session: AsyncSession,
    caller: Caller,
    item: Mapping[str, Any],
    act: Act,
    on: date,
    note: str | None,
    changes: Mapping[str, Any],
    details: Mapping[str, Any] | None = None,
) -> None:
    state = state_after(MOVES, "item", item["state"], act)
    if item["acted_on"] is not None and on < item["acted_on"]:
        raise BeforeLastAct(f"The last act upon this item was on {item['acted_on']}.")
    values = {"state": state, "acted_on": on, **changes}
    await session.execute(queries.move(list(values)), {**values, "item_id": item["item_id"]})
    await record(session, caller, item["item_id"], act, state, on, note, details)


async def record(
    session: AsyncSession,
    caller: Caller,
    item_id: UUID,
    act: Act,
    state: str,
    on: date,
    note: str | None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an officer's act to an item's history."""
    event = {
        "item_id": item_id,
        "act": act,
        "state": state,
        "on": on,
        "by": caller.sub,
        "agency": caller.agency,
        "note": note,
        "details": details,
        "recorded_at": clock.now(),
    }
    await session.execute(queries.ADD_EVENTS, {"events": json.dumps([event], default=str)})
