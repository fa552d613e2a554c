"""What the gateway hears and says about agencies and clients."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from kernel.division import DivisionCode
from kernel.purposes import Purpose
from kernel.roles import AgencyType, Kind, May, Role
from kernel.tokens import is_public_key

AgencyCode = Annotated[
    str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]
"""The code by which everybody calls an agency, such as RCU23."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]

# A token carries its agency's divisions and must stay below 4 KiB (kernel.tokens).
MOST_DIVISIONS = 100


class AgencyIn(BaseModel):
    """An agency: what it is, where it serves, and from when to when it acts."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: AgencyCode
    name: Name
    agency_type: AgencyType
    divisions: Annotated[
        list[DivisionCode],
        Field(max_length=MOST_DIVISIONS),
        AfterValidator(lambda codes: sorted(set(codes))),
    ]
    """Where it serves. Only an operator or auditor may have none."""
    parent: AgencyCode | None = None
    """The agency it belongs to, as a county union belongs to RCU23."""
    valid_from: date | None = None
    valid_to: date | None = None
    """The first day on which it no longer acts."""
    source_version: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1


class AgencyOut(BaseModel):
    """An agency as it is on record now."""

    model_config = ConfigDict(from_attributes=True)

    agency_id: UUID
    code: str
    name: str
    agency_type: AgencyType
    divisions: list[str]
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    source_version: int
    recorded_at: datetime


class AgencyAnswer(BaseModel):
    """What became of an agency that was sent."""

    outcome: Literal["accepted", "unchanged", "superseded"]
    agency: AgencyOut
    findings: list[dict[str, Any]] = Field(default_factory=list)


_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


class PublicKey(BaseModel):
    """A public key on the curve P-256 (RFC 7517). Whoever registers one keeps its private half."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
    y: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
    kid: Annotated[str, Field(pattern="^[!-~]{1,64}$")]
    """How the key is called; every assertion names the key that has signed it."""
    use: Literal["sig"] = "sig"
    alg: Literal["ES256"] = "ES256"

    @model_validator(mode="before")
    @classmethod
    def _holds_nothing_private(cls, given: Any) -> Any:
        if isinstance(given, dict) and any(name in given for name in _PRIVATE):
            raise ValueError("This is a private key, which nobody else may see: make a new one.")
        return given

    @model_validator(mode="after")
    def _is_a_key(self) -> "PublicKey":
        if not is_public_key(self.x, self.y):
            raise ValueError("x and y are no point of the curve P-256.")
        return self


class KeySet(BaseModel):
    """Public keys by which a client proves itself (a JSON Web Key Set)."""

    model_config = ConfigDict(extra="forbid")

    keys: Annotated[list[PublicKey], Field(min_length=1, max_length=5)]

    @field_validator("keys", mode="after")
    @classmethod
    def _have_names(cls, keys: list[PublicKey]) -> list[PublicKey]:
        if len({key.kid for key in keys}) < len(keys):
            raise ValueError("Two keys have the same kid.")
        return keys


class ClientIn(BaseModel):
    """A client to be registered: a system, or an officer who is one named person."""

    model_config = ConfigDict(extra="forbid")

    agency: AgencyCode
    kind: Kind
    role: Role
    name: Name | None = None
    """Whose client it is; an officer's own name is required."""
    scopes: Annotated[list[May], Field(min_length=1, max_length=100)] | None = None
    """Fewer than the role grants, if it needs fewer."""
    purposes: Annotated[list[Purpose], Field(max_length=20)] | None = None
    """What it may ask for names and ID numbers for (`X-Purpose`), if less than its role may."""
    jwks: KeySet | None = None
    """The client's public keys, if it proves itself by those and not by a secret."""


class RotateIn(BaseModel):
    """What a client proves itself by from now on: these keys, or else a new secret."""

    model_config = ConfigDict(extra="forbid")

    jwks: KeySet | None = None
    """All its public keys; one that is left out works no longer."""


class ClientOut(BaseModel):
    """A client. Its secret is known to nobody but the client."""

    model_config = ConfigDict(from_attributes=True)

    client_id: UUID
    agency: str
    kind: Kind
    role: Role
    name: str | None
    scopes: list[str] | None
    purposes: list[Purpose] | None = None
    jwks: KeySet | None = None
    created_at: datetime
    disabled_at: datetime | None


class NewClient(ClientOut):
    """A client just registered, with its secret, which is shown this once; none if it has keys."""

    client_secret: str | None


class NewSecret(BaseModel):
    """A client's new secret, shown this once, and how long the one before it still works.

    If it proves itself by keys: those, and no secret.
    """

    client_id: UUID
    client_secret: str | None
    old_secret_valid_until: datetime | None
    jwks: KeySet | None = None


class Token(BaseModel):
    """An access token (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    scope: str


class TokenRefusal(BaseModel):
    """Why no token was given (RFC 6749, 5.2)."""

    error: Literal[
        "invalid_request",
        "invalid_client",
        "invalid_scope",
        "unsupported_grant_type",
        "unauthorized_client",
    ]
    error_description: str


class Introspection(BaseModel):
    """What a token says, if it is good and its agency the asker's (RFC 7662, 2.2).

    Of any other nothing is said but that it is not active.
    """

    active: bool
    sub: str | None = None
    client_id: str | None = None
    scope: str | None = None
    token_type: Literal["Bearer"] | None = None
    iss: str | None = None
    aud: str | None = None
    exp: int | None = None
    jti: str | None = None
    agency: str | None = None
    agency_type: str | None = None
    role: str | None = None
    kind: str | None = None
    divisions: list[str] | None = None
    purposes: list[str] | None = None
