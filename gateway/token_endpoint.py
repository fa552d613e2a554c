"""OAuth 2 client credentials (RFC 6749, 4.4): a client's secret for a token of ten minutes."""

import binascii
from base64 import b64decode
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import clients, queries
from gateway.key_ring import KeyRing
from gateway.schemas import Token, TokenRefusal
from kernel import clock
from kernel.database import Transaction
from kernel.problems import PayloadTooLarge
from kernel.roles import May
from kernel.service import read_body
from kernel.tokens import LIFETIME

_FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 8 * 1024


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


def token_routes(ring: KeyRing, issuer: str) -> APIRouter:
    """The token endpoint, and what a client needs to find it and to check what it gives."""
    router = APIRouter(tags=["tokens"])

    @router.post(
        "/oauth2/token",
        operation_id="issue_token",
        response_model=Token,
        responses={400: {"model": TokenRefusal}, 401: {"model": TokenRefusal}},
        openapi_extra={"requestBody": _described_form()},
    )
    async def issue_token(request: Request, session: Transaction) -> Response:
        """A token of ten minutes for a client's id and secret, in the form or as Basic."""
        try:
            token = await _issue(await _form_of(request), request, session, ring, issuer)
        except Refusal as refusal:
            return refusal.response()
        return JSONResponse(token.model_dump(), headers={"Pragma": "no-cache"})

    @router.get("/.well-known/oauth-authorization-server", operation_id="read_metadata")
    async def read_metadata() -> dict[str, Any]:
        """Where and how tokens are issued (RFC 8414)."""
        return {
            "issuer": issuer,
            "token_endpoint": f"{issuer}/oauth2/token",
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": sorted(May),
        }

    @router.get("/.well-known/jwks.json", operation_id="read_keys")
    async def read_keys(response: Response) -> dict[str, Any]:
        """The public keys that tokens are verified with (RFC 7517)."""
        response.headers["Cache-Control"] = "public, max-age=300"
        return {"keys": ring.public()}

    return router


async def _issue(
    form: dict[str, str], request: Request, session: AsyncSession, ring: KeyRing, issuer: str
) -> Token:
    claimed = _credentials(form, request.headers.get("authorization"))
    if not form.get("grant_type"):
        raise Refusal("invalid_request", "grant_type is missing.")
    if form["grant_type"] != "client_credentials":
        raise Refusal("unsupported_grant_type", "Only client_credentials is known here.")

    found = await queries.client_and_agency(session, _as_id(claimed.client_id))
    client, agency = found or (None, None)
    proven = clients.has_proven_itself(client, claimed.secret, clock.now())
    if client is None or agency is None or not proven:
        raise _unknown_client()
    if client.disabled_at is not None or not clients.acts_on(agency, clock.today()):
        raise _unknown_client()

    scopes = _narrowed(clients.scopes_of(client), form.get("scope"))
    claims = clients.claims_of(client, agency, scopes)
    return Token(
        access_token=ring.signing.sign(claims, issuer=issuer, now=clock.now()),
        expires_in=int(LIFETIME.total_seconds()),
        scope=claims["scope"],
    )


def _unknown_client() -> Refusal:
    """One answer to the unknown, the wrong and the disabled: nobody learns which clients exist."""
    return Refusal("invalid_client", "No client that may come in has this id and secret.")


class _Credentials(NamedTuple):
    client_id: str
    secret: str


def _credentials(form: dict[str, str], header: str | None) -> _Credentials:
    """What the client says it is: as Basic or in the form, but not both (RFC 6749, 2.3)."""
    if header is None:
        if not form.get("client_id") or not form.get("client_secret"):
            raise Refusal("invalid_client", "Send the client's id and secret.")
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


def _narrowed(granted: frozenset[str], asked: str | None) -> frozenset[str]:
    if not asked:
        return granted
    wanted = frozenset(asked.split(" "))
    if not wanted <= granted:
        raise Refusal("invalid_scope", "The client may not have all of these scopes.")
    return wanted


async def _form_of(request: Request) -> dict[str, str]:
    """The form a client posted, empty fields left out; Refusal if it is none or repeats a field."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise Refusal("invalid_request", f"Send the form as {_FORM}.")
    try:
        raw = await read_body(request, _LONGEST_FORM)
        fields = parse_qsl(raw.decode("ascii"), max_num_fields=20, errors="strict")
    except (PayloadTooLarge, ValueError):
        raise Refusal("invalid_request", "The form cannot be read.") from None
    form = dict(fields)
    if len(form) < len(fields):
        raise Refusal("invalid_request", "A field of the form stands twice.")
    return form


def _described_form() -> dict[str, Any]:
    text = {"type": "string"}
    schema = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"type": "string", "enum": ["client_credentials"]},
            "client_id": text,
            "client_secret": {**text, "format": "password"},
            "scope": {**text, "description": "Fewer scopes than the client may have."},
        },
    }
    return {"required": True, "content": {_FORM: {"schema": schema}}}
