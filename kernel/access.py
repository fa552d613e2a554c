"""From bearer token to a caller who may: `Annotated[Caller, allowed_to(May.X)]` on a route."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2
from starlette.requests import Request

from kernel import clock
from kernel.division import contains
from kernel.paging import refuse_loose_path
from kernel.problems import Forbidden, OfficerNeeded, Unauthenticated
from kernel.roles import Kind, May, Role
from kernel.tokens import Claims, Refused


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, as its token says."""

    client_id: str
    sub: str
    """Of an officer: his stable id, stored with what he decides."""
    agency: str
    role: Role
    kind: Kind
    divisions: tuple[str, ...]
    scope: frozenset[str]
    purposes: frozenset[str] | None = None
    """Those that its client was registered with; none: all that its role gives."""

    @classmethod
    def of(cls, claims: Claims) -> "Caller":
        return cls(
            client_id=claims.client_id,
            sub=claims.sub,
            agency=claims.agency,
            role=Role(claims.role),
            kind=Kind(claims.kind),
            divisions=claims.divisions,
            scope=claims.scope,
            purposes=claims.purposes,
        )

    def serves(self, division: str) -> bool:
        """Whether a division lies in the divisions of the caller's agency."""
        return contains(self.divisions, division)


_bearer = OAuth2(
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="/oauth2/token", scopes={may.value: may.value for may in May}
        )
    ),
    auto_error=False,
    scheme_name="token",
)


def caller_of(request: Request) -> Caller:
    """The caller a request's token names; raises Unauthenticated."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated
    try:
        return Caller.of(request.app.state.service.verifier.read(token.strip(), now=clock.now()))
    except (Refused, ValueError):
        raise Unauthenticated from None


def allowed_to(may: May) -> Any:
    """A dependency: the caller, if its token carries this scope, else 401 or 403."""

    async def caller(request: Request, _: Annotated[str | None, Depends(_bearer)] = None) -> Caller:
        found = caller_of(request)
        if may not in found.scope:
            raise Forbidden(f"This operation asks for the scope {may}, which the token lacks.")
        refuse_loose_path(request)
        return found

    return Security(caller, scopes=[may.value])  # so that OpenAPI names the scope


def officer_allowed_to(may: May) -> Any:
    """A dependency: the caller, if he is an officer whose token carries this scope.

    A system pushes and reads; only a named person decides (design, two kinds of client).
    """

    async def caller(request: Request, found: Annotated[Caller, allowed_to(may)]) -> Caller:
        if found.kind != Kind.OFFICER:
            raise OfficerNeeded
        return found

    return Depends(caller)


def officer_allowed_to_any(mays: Sequence[May]) -> Any:
    """A dependency: the caller, if he is an officer whose token carries one of these scopes."""

    async def caller(request: Request, found: Annotated[Caller, allowed_to_any(mays)]) -> Caller:
        if found.kind != Kind.OFFICER:
            raise OfficerNeeded
        return found

    return Depends(caller)


def allowed_to_any(mays: Sequence[May]) -> Any:
    """A dependency: the caller, if its token carries one of these scopes."""

    async def caller(request: Request, _: Annotated[str | None, Depends(_bearer)] = None) -> Caller:
        found = caller_of(request)
        if found.scope.isdisjoint(mays):
            raise Forbidden(f"This operation asks for one of the scopes {', '.join(mays)}.")
        refuse_loose_path(request)
        return found

    return Depends(caller)
