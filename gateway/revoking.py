"""A token given back before its time (RFC 7009), and what a token is still good for (RFC 7662).

Both are for a client of the agency that the token was issued to, who proves itself as at the token
endpoint. A revoked token is turned away by every process within `gateway.clients.Disabled.MAX_AGE`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import queries
from gateway.clients import Disabled
from gateway.forms import FORM, form_of
from gateway.proving import ASSERTION_TYPE, Proven, Refusal, proven_client
from gateway.schemas import Introspection, TokenRefusal
from kernel import clock
from kernel.database import Transaction
from kernel.tokens import AUDIENCE, LEEWAY, Claims, Refused, Verifier

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": TokenRefusal},
    401: {"model": TokenRefusal},
}


def revocation_routes(verifier: Verifier, disabled: Disabled, issuer: str) -> APIRouter:
    """`/oauth2/revoke` and `/oauth2/introspect`."""
    router = APIRouter(prefix="/oauth2", tags=["tokens"])
    described = {"requestBody": _described_form()}

    @router.post(
        "/revoke",
        operation_id="revoke_token",
        response_model=None,
        response_class=Response,
        responses={200: {"description": "It works no longer, if it ever did."}, **_REFUSALS},
        openapi_extra=described,
    )
    async def revoke_token(request: Request, session: Transaction) -> Response:
        """Give a token back: within a minute no process takes it any more (RFC 7009).

        200 also for what is no token, or none any more. A token of another agency is left as it is,
        and the client is told so.
        """
        try:
            asker, token = await _asked(request, session, issuer)
            claims = _read(verifier, token)
            if claims is not None:
                await _revoke(session, asker, claims)
        except Refusal as refusal:
            return refusal.response()
        disabled.forget()
        return Response(status_code=200)

    @router.post(
        "/introspect",
        operation_id="introspect_token",
        response_model=Introspection,
        response_model_exclude_none=True,
        responses=_REFUSALS,
        openapi_extra=described,
    )
    async def introspect_token(request: Request, session: Transaction) -> Response:
        """What a token of the asker's own agency says, while it is good (RFC 7662).

        Of an unknown, expired, revoked or foreign one: `{"active": false}` and nothing else.
        """
        try:
            asker, token = await _asked(request, session, issuer)
        except Refusal as refusal:
            return refusal.response()
        claims = _read(verifier, token)
        is_own = claims is not None and claims.agency == asker.agency.code
        if claims is None or not is_own or await _is_turned_away(session, claims):
            return JSONResponse({"active": False})
        told = Introspection(
            active=True,
            sub=claims.sub,
            client_id=claims.client_id,
            scope=" ".join(sorted(claims.scope)),
            token_type="Bearer",
            iss=issuer,
            aud=AUDIENCE,
            exp=claims.exp,
            jti=claims.jti,
            agency=claims.agency,
            agency_type=claims.agency_type,
            role=claims.role,
            kind=claims.kind,
            divisions=list(claims.divisions),
            purposes=None if claims.purposes is None else sorted(claims.purposes),
        )
        return JSONResponse(told.model_dump(exclude_none=True))

    return router


async def _asked(request: Request, session: AsyncSession, issuer: str) -> tuple[Proven, str]:
    """Who asks, and about which token; raises Refusal."""
    form = await form_of(request)
    header = request.headers.get("authorization")
    asker = await proven_client(session, form, header, issuer=issuer)
    if not form.get("token"):
        raise Refusal("invalid_request", "token is missing.")
    return asker, form["token"]


def _read(verifier: Verifier, token: str) -> Claims | None:
    try:
        return verifier.read(token, now=clock.now())
    except Refused:
        return None


async def _revoke(session: AsyncSession, asker: Proven, claims: Claims) -> None:
    if claims.agency != asker.agency.code:
        raise Refusal("unauthorized_client", "This token was issued to another agency's client.")
    until = datetime.fromtimestamp(claims.exp, tz=UTC) + timedelta(seconds=LEEWAY + 1)
    await queries.revoke(session, claims, by=asker.client.client_id, now=clock.now(), until=until)


async def _is_turned_away(session: AsyncSession, claims: Claims) -> bool:
    """Whether this token was revoked or its client disabled, in any process, up to now."""
    now = clock.now()
    disabled = {str(each) for each in await queries.lately_disabled(session, now)}
    return claims.client_id in disabled or claims.jti in await queries.revoked(session, now)


def _described_form() -> dict[str, Any]:
    text = {"type": "string"}
    schema = {
        "type": "object",
        "required": ["token"],
        "properties": {
            "token": {**text, "description": "An access token of a client of the same agency."},
            "token_type_hint": {**text, "description": "Not looked at: there is one type."},
            "client_id": text,
            "client_secret": {**text, "format": "password"},
            "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
            "client_assertion": {**text, "description": "Instead of a secret: a signed JWT."},
        },
    }
    return {"required": True, "content": {FORM: {"schema": schema}}}
