"""Every SQL statement of the gateway."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.tables import Agency, Client, SigningKeyRow
from kernel.paging import WantedPage
from kernel.tokens import LIFETIME, Claims

_LOCK = text("select pg_advisory_xact_lock(hashtextextended('gateway/' || :what, 0))")
_ANCESTORS = text("""
    with recursive ancestor(code) as (
        values (cast(:code as text))
        union
        select a.parent from agency a join ancestor using (code)
        where a.superseded_at is null and a.parent is not null
    )
    select code from ancestor
""")


_USE_ASSERTION = text("""
    insert into used_assertion (client_id, jti, until) values (:client_id, :jti, :until)
    on conflict do nothing returning true
""")
_FORGET_ASSERTIONS = text("delete from used_assertion where until < clock_timestamp()")
OLD_ASSERTIONS = "exists (select from used_assertion where until < clock_timestamp())"
_REVOKE = text("""
    insert into revoked_token (jti, client_id, revoked_by, revoked_at, until)
    values (:jti, :client_id, :by, :now, :until)
    on conflict do nothing
""")
_REVOKED = text("select jti from revoked_token where until > :now")
_FORGET_REVOKED = text("delete from revoked_token where until < clock_timestamp()")
OLD_REVOKED = "exists (select from revoked_token where until < clock_timestamp())"


async def answer(session: AsyncSession) -> None:
    """Raises if the database cannot answer."""
    await session.execute(text("select 1"))


async def lock(session: AsyncSession, what: str) -> None:
    """Let one transaction at a time past this line: for rare things that must not be done twice."""
    await session.execute(_LOCK, {"what": what})


async def agency_version(session: AsyncSession, code: str, version: int) -> Agency | None:
    """An agency as one of its versions says."""
    return await session.get(Agency, (code, version))


async def current_agency(session: AsyncSession, code: str) -> Agency | None:
    """An agency as it is on record now."""
    current = select(Agency).where(col(Agency.code) == code, col(Agency.superseded_at).is_(None))
    return (await session.execute(current)).scalar()


async def agency_with_id(session: AsyncSession, agency_id: UUID) -> Agency | None:
    """The agency with this id, as it is on record now."""
    current = select(Agency).where(
        col(Agency.agency_id) == agency_id, col(Agency.superseded_at).is_(None)
    )
    return (await session.execute(current)).scalar()


async def ancestors(session: AsyncSession, code: str) -> Sequence[str]:
    """An agency's code, its parent's, that one's parent's, and so on."""
    return (await session.execute(_ANCESTORS, {"code": code})).scalars().all()


async def agencies(
    session: AsyncSession, wanted: WantedPage, filters: Mapping[str, Any]
) -> Sequence[Agency]:
    """One row more than a page of agencies, as they are on record now."""
    page = select(Agency).where(col(Agency.superseded_at).is_(None))
    for name, value in filters.items():
        if value is not None:
            page = page.where(getattr(Agency, name) == value)
    if wanted.after:
        page = page.where(col(Agency.agency_id) > wanted.after)
    page = page.order_by(col(Agency.agency_id)).limit(wanted.limit + 1)
    return (await session.execute(page)).scalars().all()


async def client_with_id(
    session: AsyncSession, client_id: UUID, *, to_change: bool = False
) -> Client | None:
    """A client; locked until the transaction ends if it is to be changed."""
    return await session.get(Client, client_id, with_for_update=to_change or None)


async def client_and_agency(session: AsyncSession, client_id: UUID) -> tuple[Client, Agency] | None:
    """A client with its agency as it is on record now."""
    pair = (
        select(Client, Agency)
        .join(Agency, col(Agency.code) == col(Client.agency))
        .where(col(Client.client_id) == client_id, col(Agency.superseded_at).is_(None))
    )
    row = (await session.execute(pair)).first()
    return None if row is None else (row[0], row[1])


async def clients(
    session: AsyncSession, wanted: WantedPage, *, agency: str | None
) -> Sequence[Client]:
    """One row more than a page of clients."""
    page = select(Client).order_by(col(Client.client_id)).limit(wanted.limit + 1)
    if agency is not None:
        page = page.where(col(Client.agency) == agency)
    if wanted.after:
        page = page.where(col(Client.client_id) > wanted.after)
    return (await session.execute(page)).scalars().all()


async def lately_disabled(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Clients that may still hold a token from before they were disabled."""
    lately = now - LIFETIME - timedelta(minutes=1)
    found = select(col(Client.client_id)).where(col(Client.disabled_at) > lately)
    return (await session.execute(found)).scalars().all()


async def use_assertion(
    session: AsyncSession, client_id: UUID, jti: bytes, until: datetime
) -> bool:
    """Write down that an assertion was used; False if it was before."""
    values = {"client_id": client_id, "jti": jti, "until": until}
    return (await session.execute(_USE_ASSERTION, values)).first() is not None


async def forget_assertions(session: AsyncSession) -> int:
    """Delete the assertions that can no longer be used anyway; how many."""
    return int((await session.execute(_FORGET_ASSERTIONS)).rowcount)  # type: ignore[attr-defined]


async def revoke(
    session: AsyncSession, token: Claims, *, by: UUID, now: datetime, until: datetime
) -> None:
    """Write down that a token is revoked; twice is once."""
    values = {"jti": token.jti, "client_id": token.client_id, "by": str(by)}
    await session.execute(_REVOKE, {**values, "now": now, "until": until})


async def revoked(session: AsyncSession, now: datetime) -> Sequence[str]:
    """Which tokens are revoked that have not expired."""
    return (await session.execute(_REVOKED, {"now": now})).scalars().all()


async def forget_revoked(session: AsyncSession) -> int:
    """Delete the revoked tokens that have expired since; how many."""
    return int((await session.execute(_FORGET_REVOKED)).rowcount)  # type: ignore[attr-defined]


async def signing_keys(session: AsyncSession) -> Sequence[SigningKeyRow]:
    """The encrypted signing keys, oldest first."""
    keys = select(SigningKeyRow).order_by(col(SigningKeyRow.key_id))
    return (await session.execute(keys)).scalars().all()
