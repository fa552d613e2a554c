"""A chunk of rows into the tables, by a handful of set statements (design, decision 4).

Facts are versions: (number, source_version) is stored once and never overwritten. A correction
supersedes the version before it; a report of a later day (`as_at`) does not, it counts from its
day on. So any order and any repetition of pushes ends in the same state.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from kernel.bulk.preparing import Prepared, prepared
from kernel.bulk.resource import Outcome, Push, Raw, Resource, Row, Verdict
from kernel.bulk.statements import statements_of
from kernel.database import copy_rows
from kernel.division import spans


class Recorded(NamedTuple):
    """What became of some rows, one verdict a row in the order of their lines."""

    verdicts: list[Verdict]
    total: Decimal
    """What those that say something add up to, where the resource adds anything up."""


async def record(push: Push, resource: Resource, raws: Sequence[Raw], *, strict: bool) -> Recorded:
    """Make these rows ready, and store what can be stored of them.

    `strict` reads JSON types as they are; otherwise text stands for numbers, as in CSV and XLSX.
    Runs in the caller's transaction and raises only for what is not the rows' fault.
    """
    return await store(push, resource, prepared(push, resource, raws, strict=strict))


async def store(push: Push, resource: Resource, ready: Prepared) -> Recorded:
    """Store what can be stored of rows that are ready; as `record`."""
    verdicts = await _store(push, resource, ready) if ready.rows else []
    together = sorted([*verdicts, *ready.refused], key=lambda verdict: verdict.line)
    return Recorded(together, ready.total)


async def _store(push: Push, resource: Resource, ready: Prepared) -> list[Verdict]:
    session = push.session
    statements = statements_of(resource)
    # One writer per numbering at a time: two pushes of one number cannot both be first, and a row
    # cannot become pending while the agency's contract that it waits for is being committed.
    whose = resource.name if resource.shared_number else push.caller.agency
    await session.execute(statements["lock"], {"whose": whose})
    await session.execute(statements["stage"])
    rows = [(*values, push.now) for values in ready.values]
    await copy_rows(session, "pushed", [*ready.columns, "recorded_at"], rows)
    await session.execute(statements["count"])
    await resource.resolve(push)
    for step in ("on_record", "known", "repeated", "identify", "older", "count", "insert", "close"):
        await session.execute(statements[step], {"now": push.now})
    if resource.era:
        await session.execute(statements["reports"])
    await resource.after(push)
    found = (await session.execute(statements["verdicts"])).all()
    waiting = {row.line: row.waits_for for row in found if row.waits_for}
    await _keep_pending(push, resource, ready.rows, waiting)
    await session.execute(statements["clear"])
    return [_verdict(resource, row) for row in found]


def _verdict(resource: Resource, row: Any) -> Verdict:
    if row.outcome != Outcome.REJECTED:
        waits = row.outcome == Outcome.PENDING  # nothing is stored, so there is no id yet
        return Verdict(row.line, Outcome(row.outcome), id=None if waits else row.id)
    rejection = resource.rejections.get(row.code)
    return Verdict(
        row.line,
        Outcome.REJECTED,
        code=row.code,
        pointer=rejection.pointer if rejection else "",
        message=rejection.message if rejection else _VERSION_CONFLICT,
    )


_VERSION_CONFLICT = (
    "This source_version is on record with other content; push a correction under a higher one."
)


async def _keep_pending(
    push: Push, resource: Resource, rows: Sequence[Row], waiting: dict[int, str]
) -> None:
    if not waiting:
        return
    kept = [
        {
            "agency": push.caller.agency,
            "resource": resource.name,
            "row_key": (key := push.keys.digest(f"pending|{row.json.decode()}")),
            "waits_for": waiting[row.line],
            "client_id": push.caller.client_id,
            "divisions": json.dumps(push.caller.divisions),
            "places": json.dumps(list(zip(*spans(push.caller.divisions), strict=True))),
            "sealed": push.keys.seal_bytes("pending", key, row.json),
            "received_at": push.now,
        }
        for row in rows
        if row.line in waiting
    ]
    await push.session.execute(_PEND, kept)


_PEND = text("""
    insert into pending
        (agency, resource, row_key, waits_for, client_id, divisions, places, sealed, received_at)
    values (:agency, :resource, :row_key, :waits_for, :client_id, cast(:divisions as jsonb),
            cast(:places as jsonb), :sealed, :received_at)
    on conflict (agency, resource, row_key) do nothing
""")
