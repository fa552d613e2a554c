"""Who a client is: its secret, what its token says, and whether it was turned away lately."""

import asyncio
import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from gateway import queries
from gateway.tables import Agency, Client
from kernel import clock
from kernel.database import Database
from kernel.problems import Unavailable
from kernel.roles import GRANTS, Role
from kernel.tokens import Claims

OLD_SECRET_LIVES = timedelta(hours=24)
"""How long a rotated secret still works, so that a client can change over without a gap."""

_NOBODY = bytes(32)


def new_secret() -> str:
    """A secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """What is stored of a secret.

    Plain SHA-256: nobody can try 2^256 values, however fast the hash. A slow hash protects what
    people think up, and here it would only cost every token request.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def has_proven_itself(client: Client | None, secret: str, now: datetime) -> bool:
    """Whether this is a secret of the client. An unknown client takes the same work."""
    given = digest_of(secret)
    known = (client and client.secret) or _NOBODY
    old_lives = bool(client and client.old_secret_until and now < client.old_secret_until)
    secret_fits = hmac.compare_digest(given, known)
    old_fits = hmac.compare_digest(given, (client and client.old_secret) or _NOBODY)
    return secret_fits or (old_fits and old_lives)


def acts_on(agency: Agency, day: date) -> bool:
    """Whether an agency acts on a day."""
    begun = agency.valid_from is None or agency.valid_from <= day
    return begun and (agency.valid_to is None or day < agency.valid_to)


def scopes_of(client: Client) -> frozenset[str]:
    """What a client may at most: what its role grants now, or the part of it that it was given."""
    granted = frozenset(may.value for may in GRANTS[Role(client.role)])
    return granted if client.scopes is None else granted.intersection(client.scopes)


def claims_of(client: Client, agency: Agency, scopes: frozenset[str]) -> dict[str, Any]:
    """What a client's token says (api.md, tokens)."""
    return {
        "sub": str(client.client_id),
        "client_id": str(client.client_id),
        "scope": " ".join(sorted(scopes)),
        "agency": agency.code,
        "agency_type": agency.agency_type,
        "role": client.role,
        "kind": client.kind,
        "divisions": agency.divisions,
        **({} if client.purposes is None else {"purposes": client.purposes}),
    }


class Disabled:
    """The clients that were disabled while a token of theirs may still be valid, and the tokens
    that were revoked.

    Read again when it is older than `MAX_AGE`, so that disabling works within that time in every
    process, and at once in the one that did it.
    """

    MAX_AGE = timedelta(seconds=15)

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: frozenset[str] = frozenset()
        self._jtis: frozenset[str] = frozenset()
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def includes(self, claims: Claims) -> bool:
        """Whether this token or its client is turned away; Unavailable if that cannot be known."""
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    await self._read()
        return claims.client_id in self._ids or claims.jti in self._jtis

    def forget(self) -> None:
        """Read again before the next answer."""
        self._read_at = None

    def _is_old(self) -> bool:
        return self._read_at is None or clock.now() - self._read_at > self.MAX_AGE

    async def _read(self) -> None:
        now = clock.now()
        try:
            async with self._database.begin() as session:
                found = await queries.lately_disabled(session, now)
                jtis = await queries.revoked(session, now)
        except Exception as failure:
            # Letting everybody in because the list cannot be read would let the wrong one in.
            raise Unavailable from failure
        self._ids = frozenset(map(str, found))
        self._jtis = frozenset(jtis)
        self._read_at = now
