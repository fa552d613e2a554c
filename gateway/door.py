"""The outermost layer: numbers each request, turns the disabled away, and shows the way in.

Raw ASGI, because every request of every service passes here.
"""

from collections.abc import Mapping
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.addresses import ANSWERED_AT
from gateway.clients import Disabled
from kernel import clock, problems
from kernel.ids import new_id
from kernel.tokens import Claims, Refused, Verifier

_NOT_TO_BE_KEPT = ("/v1/", "/oauth2/")


class Door:
    """`/v1/{service}/…` goes to that service, everything else to the gateway's own app."""

    def __init__(
        self,
        own: ASGIApp,
        services: Mapping[str, ASGIApp],
        *,
        verifier: Verifier,
        disabled: Disabled,
    ) -> None:
        self._own = own
        self._services = services
        self._verifier = verifier
        self._disabled = disabled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get("x-request-id"))
        scope = {**scope, "request_id": request_id, "layer": "gateway"}
        kept_by_nobody = scope["path"].startswith(_NOT_TO_BE_KEPT)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                marked = MutableHeaders(scope=message)
                marked["X-Request-Id"] = request_id
                marked["X-Content-Type-Options"] = "nosniff"
                if kept_by_nobody:
                    marked["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._turn_away_the_disabled(headers.get("authorization", ""))
        except problems.Problem as problem:
            answer = problems.response_to(Request(scope, receive), problem)
            await answer(scope, receive, send_marked)
            return
        app, inner = self._way(scope)
        await app(inner, receive, send_marked)

    def _way(self, scope: Scope) -> tuple[ASGIApp, Scope]:
        """The app that a path leads to, and the scope as that app sees it."""
        if inner := ANSWERED_AT.get(scope["path"]):
            scope = {**scope, "path": inner, "raw_path": inner.encode()}
        service, slash, _ = scope["path"].removeprefix("/v1/").partition("/")
        if not (slash and scope["path"].startswith("/v1/") and service in self._services):
            return self._own, scope
        # Starlette takes the root path off the front of the path before it looks for a route.
        return self._services[service], {**scope, "root_path": f"/v1/{service}", "layer": service}

    async def _turn_away_the_disabled(self, authorization: str) -> None:
        claims = self._claims(authorization)
        if claims is not None and await self._disabled.includes(claims):
            raise problems.Unauthenticated(
                "This client has been disabled, or this token has been revoked."
            )

    def _claims(self, authorization: str) -> Claims | None:
        """What a valid bearer token says. Any other is refused by the route it is sent to."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer":
            return None
        try:
            return self._verifier.read(token.strip(), now=clock.now())
        except Refused:
            return None


def _request_id(given: str | None) -> str:
    """The caller's own if it is a UUID, so that nothing else gets into logs; else a fresh one."""
    try:
        return str(UUID(given or ""))
    except ValueError:
        return str(new_id())
