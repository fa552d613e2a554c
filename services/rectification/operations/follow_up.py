"""What the ledger does by rule, behind everybody's back: reopen what comes back, remind (督办)."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.service import Service
from services.rectification.operations.plan import reminder_steps
from services.rectification.queries import follow_up as queries
from services.rectification.queries.items import ADD_EVENTS, LOCK_LEDGER
from services.rectification.vocabulary import Act, ItemState


async def reopen_what_came_back(_: Service, session: AsyncSession) -> int:
    """A background step: look at one judged run for problems that were closed or dismissed.

    A closed item is reopened when the same problem is found again, a dismissed one when the facts
    have changed. Each run is looked at once.
    """
    run = (await session.execute(queries.OLDEST_UNSEEN)).first()
    if run is None:
        return 0
    await session.execute(LOCK_LEDGER)
    this = {"screening_id": run.screening_id}
    again = (await session.execute(queries.FOUND_AGAIN, this)).mappings().all()
    if again:
        found = [
            {**each, "item_id": str(row["item_id"])} for row in again for each in row["findings"]
        ]
        items = [row["item_id"] for row in again]
        await session.execute(queries.ADD_RECURRENCES, {"found": json.dumps(found)})
        await session.execute(queries.REOPEN, {"items": items, "on": run.business_date})
        await _record(
            session,
            [
                {
                    "item_id": row["item_id"],
                    "act": Act.REOPEN,
                    "state": ItemState.REOPENED,
                    "on": run.business_date,
                    "note": "同一问题再次发现" if row["state"] == ItemState.CLOSED else "事实已变",
                    "details": {
                        "screening_id": str(run.screening_id),
                        "finding_ids": [each["finding_id"] for each in row["findings"]],
                    },
                }
                for row in again
            ],
        )
    await session.execute(queries.SEEN, this | {"reopened": len(again)})
    return 1


async def remind_of_deadlines(_: Service, session: AsyncSession) -> int:
    """A background step: remind of items at each step of law, once each, on the first day it can.

    Returns how many were reminded. An item that is completed, or kept up for the long term, is not.
    """
    today = clock.today()
    values = {"steps": reminder_steps(today), "today": today}
    rows = (await session.execute(queries.REMIND_BY_RULE, values)).mappings().all()
    await _record(
        session,
        [
            {
                "item_id": row["item_id"],
                "act": Act.REMIND,
                "state": row["state"],
                "on": today,
                "note": "整改时限已过" if row["deadline"] < today else "整改时限将至",
                "details": {"step": row["step"], "deadline": str(row["deadline"])},
            }
            for row in rows
        ],
    )
    return len(rows)


async def _record(session: AsyncSession, events: list[Mapping[str, Any]]) -> None:
    """Add acts by rule to the history of items; nobody's name stands beside them."""
    told = [{**event, "recorded_at": clock.now()} for event in events]
    await session.execute(ADD_EVENTS, {"events": json.dumps(told, default=str)})
