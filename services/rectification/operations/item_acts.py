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
from kernel.problems import Fault, NotFound
from kernel.roles import May
from kernel.workflow import Moves, move, state_after
from services.rectification.problems import (
    BeforeLastAct,
    DayToCome,
    NotResponsible,
    NotToBeClosed,
    NotToBeDismissed,
    NotYourDivision,
)
from services.rectification.queries import closing
from services.rectification.queries import items as queries
from services.rectification.vocabulary import Act, ItemState

MOVES: Moves = {
    Act.START: move("open reopened long_term", ItemState.IN_PROGRESS),
    Act.COMPLETE: move("in_progress", ItemState.COMPLETED),
    Act.LONG_TERM: move("in_progress completed", ItemState.LONG_TERM),
    Act.CLOSE: move("completed", ItemState.CLOSED),
    Act.REOPEN: move("completed closed dismissed", ItemState.REOPENED),
    Act.DISMISS: move("open in_progress completed long_term reopened", ItemState.DISMISSED),
}
"""What may be done in which state. An act done twice is refused with what can be done now."""


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
    lacks, clean_on = await _what_lacks(session, caller, item, day, statement)
    if lacks:
        raise NotToBeClosed(lacks)
    changes = {
        "closed_on": day,
        "closed_by": caller.sub,
        "closed_by_agency": caller.agency,
        "clean_on": clean_on,
    }
    details = {"clean_on": str(clean_on)} if clean_on else None
    await _move(session, caller, item, Act.CLOSE, day, statement, changes, details)


async def _what_lacks(
    session: AsyncSession,
    caller: Caller,
    item: Mapping[str, Any],
    day: date,
    statement: str | None,
) -> tuple[list[Fault], date | None]:
    """Every condition of closing that is not met, and the business date it is clean upon."""
    lacks = []

    def lack(code: str, message: str, pointer: str = "") -> None:
        lacks.append(Fault(pointer=pointer, code=code, message=message))

    if caller.agency == item["completed_by_agency"]:
        lack("same-unit", "An officer of another unit than the one that completed it closes it.")
    if caller.sub == item["completed_by"]:
        lack("same-officer", "Another officer than the one who completed it closes it.")
    if statement is None:
        lack("standard-not-stated", "Say in `statement` how the standard is met.", "/statement")
    values = {"item_id": item["item_id"], "on": day}
    if not (await session.execute(closing.HAS_EVIDENCE, values)).scalar():
        lack("no-evidence", "No evidence is on record; upload a file to the item's `evidence`.")
    for debt in (await session.execute(closing.UNPAID_DEBTS, values)).mappings():
        lack(
            "money-outstanding",
            f"{debt['rule_id']}: {debt['owed']} yuan are owed, {debt['returned']} came back by"
            f" {day}; {debt['outstanding']} are outstanding on {debt['debts']} debts.",
        )
    clean_on = None
    for row in (await session.execute(closing.STILL_FOUND, values)).mappings():
        clean_on = row["clean_on"]
        for code, message in _NOT_CLEAN.items():
            if row[code]:
                lack(code.replace("_", "-"), message.format(n=row[code], example=row["example"]))
    return lacks, clean_on


_NOT_CLEAN = {
    "not_screened_again": "{n} of its findings were not judged again: ask for a screening on a"
    " later business date, not before the item was completed, whose scope holds them.",
    "still_found": "{n} of its findings are found again by the last screening that judged them,"
    " as not met or undetermined.",
    "loan_lives": "{n} of its loans were neither repaid nor converted by a later screening, and"
    " no visit is on record; repay, convert, or record a visit with `POST findings/{example}"
    "/checks`.",
}


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
    values = {"item_id": item_id, "on": day}
    seen = (await session.execute(closing.REFUTED, values)).mappings().one()
    lacks = []
    if seen["findings"] == 0 or seen["refuted"] < seen["findings"]:
        message = (
            f"The last visit refuted {seen['refuted']} of {seen['findings']} findings; each needs"
            " a visit with the outcome REFUTED (`POST findings/{finding_id}/checks`)."
        )
        lacks.append(Fault(pointer="", code="not-refuted", message=message))
    if caller.sub in (seen["recorded_by"] or ()):
        message = "A second officer agrees, not the one who recorded the visit."
        lacks.append(Fault(pointer="", code="same-officer", message=message))
    if lacks:
        raise NotToBeDismissed(lacks)
    changes = {
        "dismissed_on": day,
        "dismissed_at": clock.now(),
        "dismissed_by": caller.sub,
        "refuted_by": seen["recorded_by"],
    }
    await _move(session, caller, item, Act.DISMISS, day, note, changes)


async def remind(
    session: AsyncSession, caller: Caller, item_id: UUID, on: date | None, note: str | None
) -> None:
    """督办: an officer reminds those who are to put an item right. Its state stays as it is.

    The same officer's same reminder of the same day is kept once.
    """
    item = await locked(session, caller, item_id)
    _check_place(caller, item)
    day = day_of(on)
    if item["state"] in queries.DONE_WITH:
        state_after({Act.REMIND: move("open", "open"), **MOVES}, "item", item["state"], Act.REMIND)
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
