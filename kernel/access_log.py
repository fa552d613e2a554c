"""Who saw whom in clear, when and why: on record before the answer leaves.

A record is written in the transaction of the request, which is committed before its answer leaves
(`kernel.database.Transaction`): no record, no answer. The service's role may add records and
read them, and has no right to change or delete any (`jinqiao.migration`). A record names people by
their keys and holds nothing that was shown.

Each is announced whole (`access.recorded`, to sister services only), so that whoever answers for
all services has it, and so that it stands in a sequence without gaps: that of the feed.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller
from kernel.ids import new_id
from kernel.outbox import announce
from kernel.problems import Unavailable
from kernel.purposes import Purpose
from kernel.roles import AGENCY_TYPE_OF

RECORDED = "access.recorded"


class Access(NamedTuple):
    """What is about to be shown, of whom, and why."""

    purpose: Purpose
    fields: Sequence[str]
    """Which fields are shown in clear."""
    person_keys: Sequence[UUID]
    """Of whom."""
    household_key: UUID | None
    """Theirs, if it is one household's."""
    division: str


Note = Callable[[Access], Awaitable[None]]
"""Puts an access on record; what it is about may be shown when it has returned."""


class NotRecorded(Unavailable):
    """It could not be put on record that names and numbers are shown, so they are not shown; try
    again shortly."""

    code = "access-not-recorded"


_COLUMNS = """
    record_id, service, recorded_at, request_id, operation, purpose, fields, sub, client_id, agency,
    agency_type, division, household_key, person_keys
"""
# The row comes from the text that is announced, so that both say the same.
_KEEP = text(f"""
    insert into access_record ({_COLUMNS})
    select {_COLUMNS} from jsonb_to_recordset(cast(:records as jsonb)) as r(
        record_id uuid, service text, recorded_at timestamptz, request_id uuid, operation text,
        purpose text, fields text[], sub text, client_id text, agency text, agency_type text,
        division text, household_key uuid, person_keys uuid[])
    on conflict (record_id) do nothing
""")


def noting(request: Request, session: AsyncSession, caller: Caller) -> Note:
    """What puts the accesses of this request on record; raises NotRecorded if that fails."""

    async def note(access: Access) -> None:
        try:
            await _note(request, session, caller, access)
        except Exception as failure:
            raise NotRecorded from failure

    return note


async def _note(request: Request, session: AsyncSession, caller: Caller, access: Access) -> None:
    record: dict[str, Any] = {
        "record_id": str(new_id()),
        "service": request.app.state.service.name,
        "recorded_at": clock.now().isoformat(),
        "request_id": request.scope["request_id"],
        "operation": request.scope["route"].operation_id,
        "purpose": access.purpose.value,
        "fields": list(access.fields),
        "sub": caller.sub,
        "client_id": caller.client_id,
        "agency": caller.agency,
        "agency_type": AGENCY_TYPE_OF[caller.role].value,
        "division": access.division,
        "household_key": access.household_key and str(access.household_key),
        "person_keys": sorted(str(key) for key in access.person_keys),
    }
    await session.execute(_KEEP, {"records": json.dumps([record])})
    await announce(
        session,
        RECORDED,
        json.dumps(record),
        agency=caller.agency,
        division=access.division,
        household_key=access.household_key,
    )


async def copy_accesses(session: AsyncSession, events: list[dict[str, Any]]) -> None:
    """Keep what a neighbour has put on record; any event may come twice."""
    await session.execute(_KEEP, {"records": json.dumps([event["data"] for event in events])})
