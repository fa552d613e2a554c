"""The exchange put together: all of it in one process, or one service in a process of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import make_url
from starlette.types import ASGIApp

import gateway.app
import services.insurance.app
import services.loans.app
import services.rectification.app
import services.registry.app
import services.subsidy.app
from gateway.alone import create_alone
from gateway.asyncapi import announced
from gateway.forward import Forward
from gateway.key_ring import KeyRing
from gateway.openapi import merged
from jinqiao import migration
from jinqiao.rulebook import rulebook
from kernel import clock
from kernel.crypto import Keys
from kernel.database import Database, url_of
from kernel.roles import Kind, May, Role
from kernel.service import Parts, Service
from kernel.settings import Settings
from kernel.tokens import Verifier
from kernel.worker import Worker

SERVICES: tuple[tuple[str, Callable[[Parts], FastAPI]], ...] = (
    ("registry", services.registry.app.create_app),
    ("loans", services.loans.app.create_app),
    ("subsidy", services.subsidy.app.create_app),
    ("insurance", services.insurance.app.create_app),
    ("rectification", services.rectification.app.create_app),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A running exchange, or one service of it: what answers requests, and what works behind."""

    app: ASGIApp
    apps: Mapping[str, FastAPI]
    """Every app by the path it stands at; the gateway's own at ''."""
    worker: Worker
    services: Mapping[str, Service]
    """Those that run in this process."""
    keys: Keys
    closing: Sequence[Callable[[], Awaitable[None]]]

    async def close(self) -> None:
        """Give everything back."""
        for close in self.closing:
            await close()
        for service in self.services.values():
            await service.database.close()


@asynccontextmanager
async def open_exchange(
    settings: Settings, server_url: str, *, prepare: bool = True, patient: bool = False
) -> AsyncIterator[Exchange]:
    """The exchange on the database at this address, for the length of a block.

    Services that `settings.elsewhere` names run in other processes, the others in this one.
    `prepare` brings the database up to date first; `patient` lets statements take as long as
    they need, as a worker must and a server of requests must not.
    """
    keys = Keys.stored_in(settings.data)
    if prepare:
        await migration.prepare(server_url, keys)
    database = _databases(settings, server_url, keys, patient=patient)
    ring = KeyRing()
    await ring.load(database("gateway"), keys)
    parts = Parts(keys, Verifier(ring.public, issuer=settings.issuer), database)
    exchange = _assembled(parts, ring, settings.issuer, settings.elsewhere)
    try:
        yield exchange
    finally:
        await exchange.close()


@asynccontextmanager
async def open_service(
    name: str,
    settings: Settings,
    server_url: str,
    *,
    prepare: bool = True,
    patient: bool = False,
) -> AsyncIterator[Exchange]:
    """One service alone, for the length of a block; as `open_exchange`.

    It reads its neighbours' feeds through the gateway, as everybody does.
    """
    keys = Keys.stored_in(settings.data)
    if prepare:
        await migration.prepare(server_url, keys)
    database = _databases(settings, server_url, keys, patient=patient)
    gateway = Database(url_of(server_url, "gateway", keys), pool_size=1, patient=patient)
    ring = KeyRing()
    await ring.load(gateway, keys)
    parts = Parts(keys, Verifier(ring.public, issuer=settings.issuer), database)
    app = dict(SERVICES)[name](parts)
    service: Service = app.state.service
    feeds = httpx.AsyncClient(
        base_url=settings.gateway or settings.issuer,
        auth=_ServiceToken(ring, settings.issuer),
        timeout=httpx.Timeout(60, connect=2),
        trust_env=False,
    )
    exchange = Exchange(
        create_alone(app, gateway),
        {f"/v1/{name}": app},
        Worker([service], feeds),
        {name: service},
        keys,
        [feeds.aclose, gateway.close],
    )
    try:
        yield exchange
    finally:
        await exchange.close()


def _databases(
    settings: Settings, server_url: str, keys: Keys, *, patient: bool
) -> Callable[[str], Database]:
    """The connections of a service, by its name; one pool for each in a process."""

    @cache
    def database(service: str) -> Database:
        url = url_of(server_url, service, keys)
        return Database(url, pool_size=settings.pool_size, patient=patient)

    return database


@cache
def document() -> dict[str, Any]:
    """The merged OpenAPI document. Nothing is opened for it.

    Always the same object, since it takes seconds to make: read it, and leave it as it is.
    """
    return merged(_unopened().apps)


def events() -> dict[str, Any]:
    """The AsyncAPI document of all feeds. Nothing is opened for it."""
    shared = {name: each.shares.events for name, each in _unopened().services.items()}
    return announced(dict(sorted(shared.items())))


def _unopened() -> Exchange:
    parts = Parts(
        Keys(bytes(32)),
        Verifier(list, issuer=""),
        lambda service: Database(make_url("postgresql+asyncpg://"), pool_size=1),
    )
    return _assembled(parts, KeyRing(), "", {})


def _assembled(parts: Parts, ring: KeyRing, issuer: str, addresses: Mapping[str, str]) -> Exchange:
    behind = {name: create_app(parts) for name, create_app in SERVICES}
    elsewhere = {name: Forward(name, address) for name, address in addresses.items()}
    door = gateway.app.create_app(
        parts,
        ring,
        issuer=issuer,
        services=behind,
        elsewhere=elsewhere,
        rulebook=rulebook,
    )
    running: dict[str, Service] = {
        name: app.state.service for name, app in behind.items() if name not in elsewhere
    }
    running["gateway"] = door.service
    feeds = httpx.AsyncClient(
        transport=httpx.ASGITransport(door.app),
        base_url="http://exchange",
        auth=_ServiceToken(ring, issuer),
    )
    worker = Worker(list(running.values()), feeds)
    closing = [feeds.aclose, *(each.close for each in elsewhere.values())]
    return Exchange(door.app, door.apps, worker, running, parts.keys, closing)


class _ServiceToken(httpx.Auth):
    """A token for our own readers of feeds, made anew when half of its life is over."""

    HALF_LIFE = timedelta(minutes=5)

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring = ring
        self._issuer = issuer
        self._token = ""
        self._made_at: datetime | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        now = clock.now()
        if self._made_at is None or abs(now - self._made_at) > self.HALF_LIFE:
            self._token = self._ring.signing.sign(_CLAIMS, issuer=self._issuer, now=now)
            self._made_at = now
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


_CLAIMS = {
    "sub": "worker",
    "client_id": "worker",
    "scope": May.FEED_READ.value,
    "agency": "EXCHANGE",
    "agency_type": "SERVICE",
    "role": Role.SERVICE.value,
    "kind": Kind.SYSTEM.value,
    "divisions": [],
}
