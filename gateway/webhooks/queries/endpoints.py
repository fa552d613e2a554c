"""Endpoints, their keys, and the hosts that the operator approved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.webhooks.tables import WebhookEndpoint, WebhookHost, WebhookKey
from kernel.paging import WantedPage


async def approved_host(session: AsyncSession, agency: str, host: str) -> WebhookHost | None:
    """The approval in force for an agency and a host."""
    found = select(WebhookHost).where(
        col(WebhookHost.agency) == agency,
        col(WebhookHost.host) == host,
        col(WebhookHost.withdrawn_at).is_(None),
    )
    return (await session.execute(found)).scalar()


async def host(session: AsyncSession, host_id: UUID, agency: str | None) -> WebhookHost | None:
    """An approval, if it is of this agency; None: of any."""
    found = await session.get(WebhookHost, host_id)
    return found if found and agency in (None, found.agency) else None


async def hosts(
    session: AsyncSession, wanted: WantedPage, filters: Mapping[str, Any]
) -> Sequence[WebhookHost]:
    """One row more than a page of approvals, those withdrawn among them."""
    page = select(WebhookHost).order_by(col(WebhookHost.host_id)).limit(wanted.limit + 1)
    for name, value in filters.items():
        if value is not None:
            page = page.where(getattr(WebhookHost, name) == value)
    if wanted.after:
        page = page.where(col(WebhookHost.host_id) > wanted.after)
    return (await session.execute(page)).scalars().all()


async def endpoint(
    session: AsyncSession, endpoint_id: UUID, agency: str | None, *, to_change: bool = False
) -> WebhookEndpoint | None:
    """An endpoint of this agency (None: of any) that is not deleted."""
    found = await session.get(WebhookEndpoint, endpoint_id, with_for_update=to_change or None)
    if found is None or found.deleted_at is not None or agency not in (None, found.agency):
        return None
    return found


async def endpoint_at(session: AsyncSession, agency: str, url: str) -> WebhookEndpoint | None:
    """The endpoint that an agency has at a URL."""
    found = select(WebhookEndpoint).where(
        col(WebhookEndpoint.agency) == agency,
        col(WebhookEndpoint.url) == url,
        col(WebhookEndpoint.deleted_at).is_(None),
    )
    return (await session.execute(found)).scalar()


async def how_many(session: AsyncSession, agency: str) -> int:
    """How many endpoints an agency has."""
    count = select(func.count()).where(
        col(WebhookEndpoint.agency) == agency, col(WebhookEndpoint.deleted_at).is_(None)
    )
    return int((await session.execute(count)).scalar_one())


async def endpoints(
    session: AsyncSession, wanted: WantedPage, *, agency: str | None
) -> Sequence[WebhookEndpoint]:
    """One row more than a page of endpoints."""
    page = select(WebhookEndpoint).where(col(WebhookEndpoint.deleted_at).is_(None))
    if agency is not None:
        page = page.where(col(WebhookEndpoint.agency) == agency)
    if wanted.after:
        page = page.where(col(WebhookEndpoint.endpoint_id) > wanted.after)
    page = page.order_by(col(WebhookEndpoint.endpoint_id)).limit(wanted.limit + 1)
    return (await session.execute(page)).scalars().all()


async def keys(session: AsyncSession, endpoint_ids: Sequence[UUID]) -> Sequence[WebhookKey]:
    """All keys that these endpoints ever had, newest first."""
    found = (
        select(WebhookKey)
        .where(col(WebhookKey.endpoint_id).in_(endpoint_ids))
        .order_by(col(WebhookKey.number).desc())
    )
    return (await session.execute(found)).scalars().all()


async def keys_in_force(
    session: AsyncSession, endpoint_ids: Sequence[UUID], now: datetime
) -> dict[UUID, list[WebhookKey]]:
    """The keys that sign now, by endpoint, newest first."""
    found: dict[UUID, list[WebhookKey]] = {}
    if not endpoint_ids:
        return found
    for key in await keys(session, endpoint_ids):
        if key.ends_at is None or now < key.ends_at:
            found.setdefault(key.endpoint_id, []).append(key)
    return found
