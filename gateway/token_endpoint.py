"""OAuth 2 client credentials (RFC 6749, 4.4): a client's proof for a token of ten minutes."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import clients
from gateway.forms import FORM, form_of
from gateway.key_ring import KeyRing
from gateway.proving import ASSERTION_TYPE, Refusal, proven_client
from gateway.schemas import Token, TokenRefusal
from kernel import clock
from kernel.database import Transaction
from kernel.roles import May
from kernel.tokens import LIFETIME

_PROVING = {
    "methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    "signing_alg_values_supported": ["ES256"],
}
"""How a client proves itself, at each endpoint for clients."""


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
        """A token of ten minutes for a client's id and secret, in the form or as Basic.

        A client that has registered public keys sends `client_assertion` instead: a JWT that one
        of its keys has signed (RFC 7523, ES256), with `iss` and `sub` its id, `aud` the issuer,
        `exp` at most five minutes ahead, and a `jti` that is used once.
        """
        try:
            token = await _issue(await form_of(request), request, session, ring, issuer)
        except Refusal as refusal:
            return refusal.response()
        return JSONResponse(token.model_dump(), headers={"Pragma": "no-cache"})

    @router.get("/.well-known/oauth-authorization-server", operation_id="read_metadata")
    async def read_metadata() -> dict[str, Any]:
        """Where and how tokens are issued (RFC 8414)."""
        return {
            "issuer": issuer,
            "token_endpoint": f"{issuer}/oauth2/token",
            "revocation_endpoint": f"{issuer}/oauth2/revoke",
            "introspection_endpoint": f"{issuer}/oauth2/introspect",
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            **{
                f"{endpoint}_endpoint_auth_{said}": value
                for endpoint in ("token", "revocation", "introspection")
                for said, value in _PROVING.items()
            },
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
    if not form.get("grant_type"):
        raise Refusal("invalid_request", "grant_type is missing.")
    if form["grant_type"] != "client_credentials":
        raise Refusal("unsupported_grant_type", "Only client_credentials is known here.")
    header = request.headers.get("authorization")
    client, agency = await proven_client(session, form, header, issuer=issuer)
    scopes = _narrowed(clients.scopes_of(client), form.get("scope"))
    claims = clients.claims_of(client, agency, scopes)
    return Token(
        access_token=ring.signing.sign(claims, issuer=issuer, now=clock.now()),
        expires_in=int(LIFETIME.total_seconds()),
        scope=claims["scope"],
    )


def _narrowed(granted: frozenset[str], asked: str | None) -> frozenset[str]:
    if not asked:
        return granted
    wanted = frozenset(asked.split(" "))
    if not wanted <= granted:
        raise Refusal("invalid_scope", "The client may not have all of these scopes.")
    return wanted


def _described_form() -> dict[str, Any]:
    text = {"type": "string"}
    schema = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"type": "string", "enum": ["client_credentials"]},
            "client_id": text,
            "client_secret": {**text, "format": "password"},
            "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
            "client_assertion": {**text, "description": "Instead of a secret: a signed JWT."},
            "scope": {**text, "description": "Fewer scopes than the client may have."},
        },
    }
    return {"required": True, "content": {FORM: {"schema": schema}}}
