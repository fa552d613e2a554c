"""What webhooks store: who is told, with which keys, of what, and how it went."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field

from gateway.tables import SCHEMA
from gateway.webhooks.signing import Signing
from gateway.webhooks.vocabulary import Because, DeliveryState, Origin
from kernel.database import Row
from kernel.facts import INSTANT

_TEXTS: Any = ARRAY(Text)


def _one_of(column: str, words: type[Any]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class WebhookHost(Row, table=True):
    """A host to which an agency's deliveries may go, and the addresses it may have there."""

    __tablename__ = "webhook_host"
    __table_args__ = (
        Index(
            "webhook_host_current_idx",
            "agency",
            "host",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
        CheckConstraint("cardinality(cidrs) > 0", name="cidrs"),
    )
    metadata = SCHEMA

    host_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    host: str = Field(sa_type=Text)
    cidrs: list[str] = Field(sa_type=_TEXTS)
    approved_by: str = Field(sa_type=Text)
    """The client that approved it."""
    approved_at: datetime = Field(sa_type=INSTANT)
    withdrawn_by: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookEndpoint(Row, table=True):
    """Where an agency wants to be told, and of what."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        Index(
            "webhook_endpoint_current_idx",
            "agency",
            "url",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        _one_of("signing", Signing),
        _one_of("disabled_because", Because),
        CheckConstraint("(disabled_at is null) = (disabled_because is null)", name="disabled"),
    )
    metadata = SCHEMA

    endpoint_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    host: str = Field(sa_type=Text)
    types: list[str] | None = Field(default=None, sa_type=_TEXTS)
    """None: all that its agency may see."""
    signing: str = Field(sa_type=Text)
    description: str | None = Field(default=None, sa_type=Text)
    version: int
    created_at: datetime = Field(sa_type=INSTANT)
    failing_since: datetime | None = Field(default=None, sa_type=INSTANT)
    """The first failure after which it has taken nothing."""
    disabled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    disabled_because: str | None = Field(default=None, sa_type=Text)
    deleted_at: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookKey(Row, table=True):
    """A key that deliveries are signed with, encrypted under the exchange's secret."""

    __tablename__ = "webhook_key"
    metadata = SCHEMA

    endpoint_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sealed: bytes
    public_key: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When a key that was rotated stops signing."""


class WebhookHeard(Row, table=True):
    """Up to which position of a service's feed an endpoint's news became deliveries."""

    __tablename__ = "webhook_heard"
    metadata = SCHEMA

    endpoint_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)


class WebhookDelivery(Row, table=True):
    """One message for one endpoint; its id is the webhook-id of every attempt."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_of_endpoint_idx", "endpoint_id", "delivery_id"),
        Index(
            "webhook_delivery_open_idx",
            "endpoint_id",
            "next_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        _one_of("origin", Origin),
        _one_of("state", DeliveryState),
        CheckConstraint("(state = 'waiting') = (next_at is not null)", name="next_at"),
        CheckConstraint("first_position <= last_position", name="positions"),
    )
    metadata = SCHEMA

    delivery_id: UUID = Field(primary_key=True)
    endpoint_id: UUID
    origin: str = Field(sa_type=Text)
    service: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    """What the types have in common: what stands before the dot."""
    types: list[str] = Field(sa_type=_TEXTS)
    first_position: int = Field(sa_type=BigInteger)
    last_position: int = Field(sa_type=BigInteger)
    events: int = Field(sa_type=BigInteger)
    occurred_at: datetime = Field(sa_type=INSTANT)
    """When the last of its events was recorded."""
    created_at: datetime = Field(sa_type=INSTANT)
    state: str = Field(sa_type=Text)
    attempts: int
    """How many were begun: a worker that lost its lease cannot write over the next one's result."""
    step: int
    """How many of the schedule's; it begins anew when an agency asks."""
    next_at: datetime | None = Field(default=None, sa_type=INSTANT)
    lease_until: datetime | None = Field(default=None, sa_type=INSTANT)
    """While a worker is sending it. After a kill, when others may."""
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookAttempt(Row, table=True):
    """What became of one attempt."""

    __tablename__ = "webhook_attempt"
    metadata = SCHEMA

    delivery_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    ended_at: datetime = Field(sa_type=INSTANT)
    outcome: str = Field(sa_type=Text)
    status: int | None = None
    milliseconds: int
