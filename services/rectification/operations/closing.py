"""What an item lacks before it may be closed or dismissed, named all at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.problems import Fault
from services.rectification.queries import closing as queries


async def what_closing_lacks(
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
    if not (await session.execute(queries.HAS_EVIDENCE, values)).scalar():
        lack("no-evidence", "No evidence is on record; upload a file to the item's `evidence`.")
    for debt in (await session.execute(queries.UNPAID_DEBTS, values)).mappings():
        lack(
            "money-outstanding",
            f"{debt['rule_id']}: {debt['owed']} yuan are owed, {debt['returned']} came back by"
            f" {day}; {debt['outstanding']} are outstanding on {debt['debts']} debts.",
        )
    clean_on = None
    for row in (await session.execute(queries.STILL_FOUND, values)).mappings():
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


async def what_dismissing_lacks(
    session: AsyncSession, caller: Caller, item_id: UUID, day: date
) -> tuple[list[Fault], list[str]]:
    """Every condition of dismissing that is not met, and who recorded the visits that refuted."""
    values = {"item_id": item_id, "on": day}
    seen = (await session.execute(queries.REFUTED, values)).mappings().one()
    recorded_by = seen["recorded_by"] or []
    lacks = []
    if seen["findings"] == 0 or seen["refuted"] < seen["findings"]:
        message = (
            f"The last visit refuted {seen['refuted']} of {seen['findings']} findings; each needs"
            " a visit with the outcome REFUTED (`POST findings/{finding_id}/checks`)."
        )
        lacks.append(Fault(pointer="", code="not-refuted", message=message))
    if caller.sub in recorded_by:
        message = "A second officer agrees, not the one who recorded the visit."
        lacks.append(Fault(pointer="", code="same-officer", message=message))
    return lacks, recorded_by
