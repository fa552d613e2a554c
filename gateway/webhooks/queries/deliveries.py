"""Deliveries as their agency reads them, and what it asks to be done with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.paging import WantedPage

_PAGE = text("""
    select d.*, a.outcome as last_outcome, a.status as last_status,
           a.milliseconds as last_milliseconds
    from webhook_delivery d
    join webhook_endpoint e using (endpoint_id)
    left join lateral (
        select * from webhook_attempt a where a.delivery_id = d.delivery_id
        order by a.number desc limit 1) a on true
    where (cast(:agency as text) is null or e.agency = :agency)
      and (cast(:endpoint_id as uuid) is null or d.endpoint_id = :endpoint_id)
      and (cast(:delivery_id as uuid) is null or d.delivery_id = :delivery_id)
      and (cast(:state as text) is null or d.state = :state)
      and (cast(:service as text) is null or d.service = :service)
      and (cast(:after as uuid) is null or d.delivery_id > :after)
    order by d.delivery_id limit :limit
""")

_ATTEMPTS = text("""
    select number, ended_at, outcome, status, milliseconds
    from webhook_attempt where delivery_id = :delivery_id order by number
""")

# What is being sent at this moment is waited for, by its row's lock, and then sent again.
_AGAIN = text("""
    update webhook_delivery
    set state = 'waiting', step = 0, next_at = :now, lease_until = null, ended_at = null
    where endpoint_id = :endpoint_id
      and (cast(:delivery_id as uuid) is null
           and state in ('waiting', 'failed') and origin = 'feed' and created_at >= :since
           or delivery_id = :delivery_id)
""")


async def page(
    session: AsyncSession, wanted: WantedPage, filters: Mapping[str, Any]
) -> Sequence[RowMapping]:
    """One row more than a page of deliveries, each with its last attempt."""
    values = {"endpoint_id": None, "delivery_id": None, "state": None, "service": None}
    asked = {**values, **filters, "after": wanted.after, "limit": wanted.limit + 1}
    return (await session.execute(_PAGE, asked)).mappings().all()


async def delivery(
    session: AsyncSession, delivery_id: UUID, agency: str | None
) -> RowMapping | None:
    """A delivery of this agency (None: of any)."""
    found = await page(
        session,
        WantedPage(limit=1, after=None),
        {"agency": agency, "delivery_id": delivery_id},
    )
    return found[0] if found else None


async def attempts(session: AsyncSession, delivery_id: UUID) -> Sequence[RowMapping]:
    """What became of each attempt, oldest first."""
    return (await session.execute(_ATTEMPTS, {"delivery_id": delivery_id})).mappings().all()


async def send_again(
    session: AsyncSession,
    endpoint_id: UUID,
    now: datetime,
    *,
    since: datetime | None = None,
    delivery_id: UUID | None = None,
) -> int:
    """Begin the schedule anew: for one delivery, or for all of an endpoint since an instant that
    were not delivered. Returns how many."""
    values = {
        "endpoint_id": endpoint_id,
        "delivery_id": delivery_id,
        "since": since or now,
        "now": now,
    }
    return int((await session.execute(_AGAIN, values)).rowcount)  # type: ignore[attr-defined]
