"""How a client proves who it is: by its secret, or by an assertion that its key has signed.

Whoever cannot hears one and the same refusal, so that nobody learns which clients there are.
"""

import binascii
import hashlib
from base64 import b64decode
from typing import NamedTuple
from urllib.parse import unquote_plus
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from gateway import clients, queries
from gateway.tables import Agency, Client
from kernel import clock
from kernel.tokens import Refused, client_named_in, read_assertion

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Refusal(Exception):
    """No token, and why, in the words of RFC 6749, 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def response(self) -> Response:
        """The refusal as the client hears it."""
        body = {"error": self.error, "error_description": self.description}
        if self.error != "invalid_client":
            return JSONResponse(body, 400)
        return JSONResponse(body, 401, {"WWW-Authenticate": 'Basic realm="jinqiao"'})


class Proven(NamedTuple):
    """A client that is who it says it is, and the agency it acts for today."""

    client: Client
    agency: Agency


async def proven_client(
    session: AsyncSession, form: dict[str, str], header: str | None, *, issuer: str
) -> Proven:
    """The client that this form, or this Authorization header, proves; raises Refusal."""
    if "client_assertion" in form or "client_assertion_type" in form:
        proven = await _by_assertion(session, form, header, issuer)
    else:
        proven = await _by_secret(session, _credentials(form, header))
    if proven is None or proven.client.disabled_at is not None:
        raise _unknown_client()
    if not clients.acts_on(proven.agency, clock.today()):
        raise _unknown_client()
    return proven


def _unknown_client() -> Refusal:
    """One answer to the unknown, the wrong and the disabled."""
    return Refusal(
        "invalid_client", "No client that may come in has this id and secret, or signed this."
    )


async def _by_secret(session: AsyncSession, claimed: "_Credentials") -> Proven | None:
    found = await queries.client_and_agency(session, _as_id(claimed.client_id))
    client = found[0] if found else None
    if clients.has_proven_itself(client, claimed.secret, clock.now()) and found:
        return Proven(*found)
    return None


async def _by_assertion(
    session: AsyncSession, form: dict[str, str], header: str | None, issuer: str
) -> Proven | None:
    """Each assertion proves its client once. Secrets of clients with keys prove nothing."""
    if header is not None or "client_secret" in form:
        raise Refusal("invalid_request", "Send a client assertion or a secret, not both.")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise Refusal(
            "invalid_request", f"Send client_assertion, with client_assertion_type {ASSERTION_TYPE}"
        )
    assertion = form["client_assertion"]
    try:
        client_id = client_named_in(assertion)
        if form.get("client_id", client_id) != client_id:
            return None
        found = await queries.client_and_agency(session, _as_id(client_id))
        keys = (found[0].jwks or {}).get("keys", []) if found else []
        used = read_assertion(assertion, keys, client_id=client_id, issuer=issuer, now=clock.now())
    except Refused:
        return None
    assert found is not None
    jti = hashlib.sha256(used.jti.encode("utf-8", "surrogatepass")).digest()
    is_new = await queries.use_assertion(session, found[0].client_id, jti, used.until)
    return Proven(*found) if is_new else None


class _Credentials(NamedTuple):
    client_id: str
    secret: str


def _credentials(form: dict[str, str], header: str | None) -> _Credentials:
    """What the client says it is: as Basic or in the form, but not both (RFC 6749, 2.3)."""
    if header is None:
        if not form.get("client_id") or not form.get("client_secret"):
            raise Refusal("invalid_client", "Send the client's id and secret, or an assertion.")
        return _Credentials(form["client_id"], form["client_secret"])
    scheme, _, encoded = header.partition(" ")
    try:
        pair = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    client_id, colon, secret = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise Refusal("invalid_client", "The Authorization header is not a client's id and secret.")
    found = _Credentials(unquote_plus(client_id), unquote_plus(secret))
    if "client_secret" in form or form.get("client_id", found.client_id) != found.client_id:
        raise Refusal("invalid_request", "Send the client's id and secret in one way only.")
    return found


def _as_id(text: str) -> UUID:
    """The id in a text; for other text one that nobody has, so that it takes the same work."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
