"""The gateway as an ASGI app: the door, its own routes, and the services behind it."""

import asyncio
import json
from collections.abc import Mapping
from typing import NamedTuple

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.types import ASGIApp

from gateway import queries
from gateway.clients import Disabled
from gateway.docs import docs_routes
from gateway.door import Door
from gateway.events import EVENTS, SOURCES
from gateway.health import health_routes
from gateway.key_ring import KeyRing
from gateway.openapi import merged
from gateway.problem_pages import problem_routes
from gateway.revoking import revocation_routes
from gateway.routes import agency_routes, client_routes
from gateway.rulebook import Rulebook, rulebook_routes
from gateway.token_endpoint import token_routes
from gateway.webhooks.delivering import Dispatcher
from gateway.webhooks.hearing import Listener
from gateway.webhooks.routes import delivery_routes, endpoint_routes, host_routes
from kernel.paging import refuse_unknown_filters
from kernel.service import Parts, Service, Work, create_service, mind_manners
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared


class Gateway(NamedTuple):
    """The whole exchange as one ASGI app, and the gateway as a service with a feed of its own."""

    app: ASGIApp
    service: Service
    apps: Mapping[str, FastAPI]
    """Every app by the path it stands at; the gateway's own at ''."""


def create_app(
    parts: Parts,
    ring: KeyRing,
    *,
    issuer: str,
    services: Mapping[str, FastAPI],
    elsewhere: Mapping[str, ASGIApp],
    rulebook: Rulebook,
) -> Gateway:
    """The gateway before these services, each under `/v1/{its name}`.

    `elsewhere` leads to those of them that run in other processes, and are here for the document.
    """
    shares = Shared(EVENTS, SOURCES)
    feed = create_service(
        "gateway",
        parts,
        routers=sharing_routes("gateway", shares),
        shares=shares,
        steps={
            "used assertions": Work(_forget_assertions, queries.OLD_ASSERTIONS),
            "revoked tokens": Work(_forget_revoked, queries.OLD_REVOKED),
        },
        errands=(Listener((*services, "gateway")), Dispatcher()),
    )
    service: Service = feed.state.service
    disabled = Disabled(service.database)
    own = FastAPI(
        title="Jinqiao gateway",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown_filters)],
        separate_input_output_schemas=False,
    )
    own.state.service = service
    behind = {**services, "gateway": feed}
    apps = {"": own, **{f"/v1/{name}": app for name, app in behind.items()}}
    for router in (
        token_routes(ring, issuer),
        revocation_routes(parts.verifier, disabled, issuer),
        agency_routes(),
        client_routes(disabled),
        host_routes(),
        endpoint_routes(parts.keys, _told_outside(behind)),
        delivery_routes(),
        health_routes(),
        _document_routes(apps),
        rulebook_routes(rulebook),
        problem_routes(),
        docs_routes(),
    ):
        own.include_router(router)
    mind_manners(own)
    door = Door(own, {**behind, **elsewhere}, verifier=parts.verifier, disabled=disabled)
    return Gateway(door, service, apps)


def _told_outside(apps: Mapping[str, FastAPI]) -> frozenset[str]:
    """The types of events that agencies may be told of, by whichever service."""
    services: list[Service] = [app.state.service for app in apps.values()]
    return frozenset(
        event.name for each in services for event in each.shares.events.values() if event.payload
    )


async def _forget_assertions(_: Service, session: AsyncSession) -> int:
    return await queries.forget_assertions(session)


async def _forget_revoked(_: Service, session: AsyncSession) -> int:
    return await queries.forget_revoked(session)


def _document_routes(apps: Mapping[str, FastAPI]) -> APIRouter:
    router = APIRouter(tags=["operation"])
    made: list[bytes] = []

    @router.get("/openapi.json", operation_id="read_openapi")
    async def read_openapi() -> Response:
        """This document."""
        if not made:  # a second's work, so in a thread, on first use
            made.append(await asyncio.to_thread(_encoded, apps))
        return Response(made[0], media_type="application/json")

    return router


def _encoded(apps: Mapping[str, FastAPI]) -> bytes:
    return json.dumps(merged(apps), ensure_ascii=False).encode()
