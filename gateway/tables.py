"""What the gateway stores: who may come in, and the keys that tokens are signed with."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.database import Row, schema
from kernel.facts import INSTANT
from kernel.tables import add_shared_tables

SCHEMA = schema("gateway")
add_shared_tables(SCHEMA)

_TEXTS: Any = ARRAY(Text)
_KEY_SET: Any = JSONB(none_as_null=True)


class Agency(Row, table=True):
    """An agency as an operator recorded it at one time. The newest row is in force."""

    __tablename__ = "agency"
    __table_args__ = (
        Index(
            "agency_current_idx",
            "code",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
        Index("agency_id_idx", "agency_id"),
    )
    metadata = SCHEMA

    code: str = Field(primary_key=True, sa_type=Text)
    source_version: int = Field(primary_key=True)
    agency_id: UUID
    """One for all versions of an agency."""
    name: str = Field(sa_type=Text)
    agency_type: str = Field(sa_type=Text)
    divisions: list[str] = Field(sa_type=_TEXTS)
    parent: str | None = Field(default=None, sa_type=Text)
    valid_from: date | None = None
    valid_to: date | None = None
    recorded_at: datetime = Field(sa_type=INSTANT)
    superseded_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Client(Row, table=True):
    """A system or an officer of an agency. What proves it is kept as a digest only."""

    __tablename__ = "client"
    __table_args__ = (
        Index("client_agency_idx", "agency"),
        Index("client_disabled_at_idx", "disabled_at"),
    )
    metadata = SCHEMA

    client_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)
    scopes: list[str] | None = Field(default=None, sa_type=_TEXTS)
    """None: all that the role grants, also what it will grant later."""
    purposes: list[str] | None = Field(default=None, sa_type=_TEXTS)
    """What it may ask for names and numbers for; none: all that the role may."""
    secret: bytes | None = None
    """SHA-256 of the secret; none if the client proves itself by keys."""
    old_secret: bytes | None = None
    """SHA-256 of the secret before the last rotation."""
    old_secret_until: datetime | None = Field(default=None, sa_type=INSTANT)
    jwks: dict[str, Any] | None = Field(default=None, sa_type=_KEY_SET)
    """Its public keys as a JSON Web Key Set, if it proves itself by those."""
    created_at: datetime = Field(sa_type=INSTANT)
    disabled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class UsedAssertion(Row, table=True):
    """An assertion by which a client has proven itself, and must not again while it is valid."""

    __tablename__ = "used_assertion"
    __table_args__ = (Index("used_assertion_until_idx", "until"),)
    metadata = SCHEMA

    client_id: UUID = Field(primary_key=True)
    jti: bytes = Field(primary_key=True)
    """SHA-256 of it."""
    until: datetime = Field(sa_type=INSTANT)


class RevokedToken(Row, table=True):
    """A token that is to be refused although it has not expired yet."""

    __tablename__ = "revoked_token"
    __table_args__ = (Index("revoked_token_until_idx", "until"),)
    metadata = SCHEMA

    jti: str = Field(primary_key=True, sa_type=Text)
    client_id: str = Field(sa_type=Text)
    """Whose token it is."""
    revoked_by: str = Field(sa_type=Text)
    """The client that gave it back."""
    revoked_at: datetime = Field(sa_type=INSTANT)
    until: datetime = Field(sa_type=INSTANT)
    """When nobody takes it any more anyway."""


class SigningKeyRow(Row, table=True):
    """A private key that signs tokens, encrypted under the exchange's secret."""

    __tablename__ = "signing_key"
    metadata = SCHEMA

    key_id: UUID = Field(primary_key=True)
    sealed: bytes
    created_at: datetime = Field(sa_type=INSTANT)
