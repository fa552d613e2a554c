"""A service that runs in another process: requests are passed on to it, streaming both ways.

Raw ASGI and aiohttp, because every request passes here (docs/decisions/0021 says what it costs).
Nothing is sent twice here but by aiohttp itself: a GET, PUT or DELETE whose kept connection turned
out to be closed. Whoever gets 503 or 504 to a POST sends it again, under its Idempotency-Key.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import aiohttp
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from gateway.problems import ServiceTooSlow, ServiceUnavailable
from kernel.problems import Problem, response_to

CONNECT_SECONDS, SILENT_SECONDS = 2.0, 90.0
"""How long a service may take to be reached, and may be silent, as while a feed is waited for."""

KEPT_SECONDS = 30
"""How long an idle connection is kept; the service keeps it for longer (`jinqiao serve`)."""

_CONNECTIONS = 256
_WHOLE = 64 * 1024
"""Bytes of an answer that is passed on in one piece."""

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Of one connection only (RFC 9110, 7.6.1)."""

_NOT_SENT_ON = _HOP_BY_HOP | {b"host", b"expect", b"x-request-id"}
_NOT_SENT_BACK = _HOP_BY_HOP | {b"date", b"server", b"x-request-id"}

_Pairs = Iterable[tuple[bytes, bytes]]


class Forward:
    """A service as an ASGI app, wherever it runs."""

    def __init__(self, service: str, address: str) -> None:
        self._service = service
        self._address = address.rstrip("/")
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give all connections back."""
        if self._http:
            await self._http.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the service does; 503 if it cannot be reached, 504 if it stays silent."""
        incoming = _Incoming(receive)
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._pass_on(scope, incoming, watched)
        except aiohttp.ConnectionTimeoutError:
            problem: Problem = ServiceUnavailable(self._service)
        except TimeoutError:
            problem = ServiceTooSlow(self._service)
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, OSError):
            problem = ServiceUnavailable(self._service)
        else:
            return
        if incoming.is_gone:
            return
        if started:
            raise ConnectionError(f"{self._service} broke off in the middle of an answer")
        answer = response_to(Request({**scope, "layer": "gateway"}), problem)
        await answer(scope, receive, send)

    async def _pass_on(self, scope: Scope, incoming: "_Incoming", send: Send) -> None:
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        async with self._session().request(
            scope["method"],
            URL(self._address + target.decode("latin-1"), encoded=True),
            headers=_sent_on(scope),
            data=incoming.body() if _has_body(Headers(scope=scope)) else None,
            allow_redirects=False,
        ) as answer:
            start = {
                "type": "http.response.start",
                "status": answer.status,
                "headers": _without(answer.raw_headers, _NOT_SENT_BACK),
            }
            if (answer.content_length or _WHOLE + 1) <= _WHOLE:
                whole = await answer.read()
                await send(start)
                await send({"type": "http.response.body", "body": whole})
                return
            await send(start)
            gone = asyncio.create_task(incoming.gone())
            try:
                async for part in answer.content.iter_any():
                    if gone.done():
                        return  # leaving closes the connection, and the service stops as well
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            finally:
                gone.cancel()
            await send({"type": "http.response.body", "body": b""})

    def _session(self) -> aiohttp.ClientSession:
        """Made on first use, because it belongs to the loop that runs then."""
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=_CONNECTIONS, keepalive_timeout=KEPT_SECONDS, ttl_dns_cache=10
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS
                ),
            )
        return self._http


class _Incoming:
    """The body of a request as it comes in, and whether its sender has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_gone = False

    async def body(self) -> AsyncIterator[bytes]:
        """The parts of the body."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_gone = True
                raise ConnectionAbortedError
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def gone(self) -> None:
        """Returns when whoever asked has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True


def _sent_on(scope: Scope) -> list[tuple[str, str]]:
    pairs = _without(scope["headers"], _NOT_SENT_ON)
    return [*((_text(k), _text(v)) for k, v in pairs), ("X-Request-Id", scope["request_id"])]


def _without(headers: _Pairs, left_out: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """These headers, but for those left out and those that Connection names."""
    pairs = [(name.lower(), value) for name, value in headers]
    named = {
        each.strip().lower()
        for name, value in pairs
        if name == b"connection"
        for each in value.split(b",")
    }
    return [pair for pair in pairs if pair[0] not in left_out and pair[0] not in named]


def _text(value: bytes) -> str:
    """A header as aiohttp wants it, which writes UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
