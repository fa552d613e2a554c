"""Idempotency-Key: what must not be done twice is done once, and answered with its first answer.

An act that nothing but its caller tells apart from its repetition (a reservation, a screening, an
officer's decision) takes `_: IdempotencyKey` as its last parameter, on a router whose route class
is `ActedOnce` (or `AnsweredOnce`, where nobody waits for the act to arrive elsewhere). What is
pushed needs none: an agency's own number and `source_version` tell.

A key belongs to one client and one address. Key, work and answer are one transaction: a crash
leaves all or nothing. What is refused is rolled back, key and all, so the same key may be sent
again when what was wrong is mended.
"""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from kernel.access import caller_of
from kernel.crypto import Keys
from kernel.database import Transaction
from kernel.problems import Conflict, Invalid
from kernel.service import JSON_BODY_LIMIT, Service, Work, read_body
from kernel.written import TellsItsEnd

REPLAYED = "Idempotency-Replayed"

KEPT_DAYS = 7
"""How long an answer is kept, and so a key remembered."""

_SWEPT_AT_ONCE = 5_000

_COLUMN = "idempotency_key.sealed"

# Two statements: one that looked and locked at once would look before it had the lock, and miss
# what the holder has just committed.
_LOCK = text("""
    select pg_try_advisory_xact_lock(
        hashtextextended(current_schema() || '/idempotency/' || cast(:key as text), 0))
""")
_KNOWN = text("""
    select request, sealed from idempotency_key where client_id = :client_id and key = :key
""")
_KEEP = text("""
    insert into idempotency_key (client_id, key, request, sealed)
    values (:client_id, :key, :request, :sealed)
""")
_SWEEP = text("""
    delete from idempotency_key where (client_id, key) in (
        select client_id, key from idempotency_key
        where kept_at < clock_timestamp() - make_interval(days => :days) limit :limit)
""")


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is still being answered; send it again then."""

    code, retryable = "still-running", True

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class KeyUsedOtherwise(Invalid):
    """This Idempotency-Key came with another request before; a new request needs a new key."""

    title, code = "The Idempotency-Key is in use", "idempotency-key-reused"


class _Known(Exception):
    """This was done before; what was answered then."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class _Held:
    """A key whose work is being done in a transaction, which alone may keep its answer."""

    session: AsyncSession
    keys: Keys
    client_id: str
    key: UUID
    request: UUID
    is_kept: bool = False

    async def keep(self, answer: Response) -> None:
        """Write the answer down, encrypted: it may say whom it is about."""
        sealed = self.keys.seal_bytes(_COLUMN, self.key, _packed(answer))
        values = {"client_id": self.client_id, "key": self.key, "request": self.request}
        await self.session.execute(_KEEP, {**values, "sealed": sealed})
        self.is_kept = True


class AnsweredOnce(APIRoute):
    """A route that answers a request with a known Idempotency-Key as it did the first time."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers, with the transaction still open when it has."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                answer = await handle(request)
            except _Known as known:
                return known.answer
            held: _Held | None = getattr(request.state, "held", None)
            if held:
                await held.keep(answer)
            return answer

        return handle_once


class ActedOnce(AnsweredOnce, TellsItsEnd):
    """The same, and the answer bears Event-Id, which is kept with it."""


async def _hold(
    request: Request,
    session: Transaction,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            pattern=r'^"?[A-Za-z0-9._~:/+=-]{8,80}"?$',
            description="Yours, new for each request, such as a UUID. Sent again with the same "
            "request it gets the first answer, for seven days.",
        ),
    ],
) -> AsyncIterator[None]:
    service: Service = request.app.state.service
    client_id = caller_of(request).client_id
    where = f"{request.method} {request.url.path}"
    key = service.keys.digest(f"idempotency|{client_id}|{where}|{idempotency_key.strip(chr(34))}")
    if not (await session.execute(_LOCK, {"key": str(key)})).scalar_one():
        raise StillRunning
    said = service.keys.digest(await _said_by(request))
    this = {"client_id": client_id, "key": key}
    known = (await session.execute(_KNOWN, this)).first()
    if known is not None:
        if known.request != said:
            raise KeyUsedOtherwise
        raise _Known(_unpacked(service.keys.open_bytes(_COLUMN, key, known.sealed)))
    held = request.state.held = _Held(session, service.keys, client_id, key, said)
    yield
    # Only AnsweredOnce keeps answers. On another route the work would be done again each time.
    assert held.is_kept, "a route that takes an IdempotencyKey needs the class ActedOnce"


IdempotencyKey = Annotated[None, Depends(_hold, scope="function")]
"""The last parameter of a route that is to be done once for each key: what comes before, such as
permission and the form of the body, is asked for each time."""


async def _said_by(request: Request) -> str:
    """What tells one request from another, whoever sends it."""
    body: bytes | None = getattr(request.state, "body", None)
    if body is None:
        body = request.state.body = await read_body(request, JSON_BODY_LIMIT)
    target = f"{request.url.path}?{request.url.query}"
    return f"{request.method} {target} {hashlib.sha256(body).hexdigest()}"


def _packed(answer: Response) -> bytes:
    headers = [pair for pair in answer.headers.items() if pair[0] != "content-length"]
    body = b64encode(bytes(answer.body)).decode()
    return zlib.compress(json.dumps([answer.status_code, headers, body]).encode(), 1)


def _unpacked(packed: bytes) -> Response:
    status, headers, body = json.loads(zlib.decompress(packed))
    return Response(b64decode(body), status, {**dict(headers), REPLAYED: "true"})


async def _sweep(_: Service, session: AsyncSession) -> int:
    values = {"days": KEPT_DAYS, "limit": _SWEPT_AT_ONCE}
    return int((await session.execute(_SWEEP, values)).rowcount)  # type: ignore[attr-defined]


SWEEPING = Work(
    _sweep,
    "exists (select from idempotency_key where kept_at < clock_timestamp() - interval '1 day' * "
    f"{KEPT_DAYS})",
)
"""Forgets keys that are older than they are kept."""
