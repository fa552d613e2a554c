"""What webhooks hear and say."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from gateway.schemas import AgencyCode
from gateway.webhooks.signing import Signing
from gateway.webhooks.vocabulary import AttemptOutcome, Because, DeliveryState, Origin

EventType = Annotated[
    str, StringConstraints(max_length=60, pattern=r"^[a-z][a-z_-]*\.[a-z][a-z_]*$")
]
"""A type of event, such as contract.recorded."""

Host = Annotated[str, StringConstraints(min_length=1, max_length=253, to_lower=True)]
Cidr = Annotated[str, StringConstraints(min_length=3, max_length=43)]


class HostIn(BaseModel):
    """A host to which an agency's deliveries may go, and the networks its addresses must lie in."""

    model_config = ConfigDict(extra="forbid")

    agency: AgencyCode
    host: Host
    cidrs: Annotated[
        list[Cidr],
        Field(min_length=1, max_length=20),
        AfterValidator(lambda cidrs: sorted(set(cidrs))),
    ]
    """Every address that the name has must lie in one of them, at every delivery."""


class HostOut(BaseModel):
    """An approved host."""

    model_config = ConfigDict(from_attributes=True)

    host_id: UUID
    agency: str
    host: str
    cidrs: list[str]
    approved_at: datetime
    withdrawn_at: datetime | None


class HostAnswer(BaseModel):
    """What became of an approval."""

    outcome: Literal["accepted", "unchanged"]
    host: HostOut


class EndpointIn(BaseModel):
    """Where to tell your agency of news, and of which."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    types: (
        Annotated[
            list[EventType],
            Field(min_length=1, max_length=100),
            AfterValidator(lambda types: sorted(set(types))),
        ]
        | None
    ) = None
    """Only these types of event; none named: all that your agency may see."""
    signing: Signing = Signing.V1A
    """v1a: ed25519, of which you get the public key. v1: HMAC-SHA256 with a shared secret."""
    description: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class EndpointOut(BaseModel):
    """An endpoint. A secret is shown when it is made and never again; a public key always."""

    model_config = ConfigDict(from_attributes=True)

    endpoint_id: UUID
    agency: str
    url: str
    types: list[str] | None
    signing: Signing
    public_keys: list[str]
    """Keys with which v1a is verified now, newest first; none for v1."""
    description: str | None
    version: int
    created_at: datetime
    failing_since: datetime | None
    """Since when it has taken nothing; after 120 hours it is disabled."""
    disabled_at: datetime | None
    disabled_because: Because | None


class EndpointAnswer(BaseModel):
    """What became of an endpoint that was sent."""

    outcome: Literal["accepted", "unchanged"]
    endpoint: EndpointOut
    secret: str | None
    """Of v1, when it is made: keep it, it is shown this once."""


class NewKeyOut(BaseModel):
    """A new key, and until when the ones before it sign beside it."""

    endpoint_id: UUID
    secret: str | None
    """Of v1: shown this once."""
    public_key: str | None
    """Of v1a."""
    older_keys_sign_until: datetime


class RecoverIn(BaseModel):
    """From when on everything that was not delivered is sent again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime


class Recovered(BaseModel):
    """How many deliveries are on their way again."""

    deliveries: int


class News(BaseModel):
    """What the body of a delivery says in `data`: where in which feed the news stands."""

    service: str
    first_position: int
    last_position: int
    count: int
    """Events between these positions that your agency may see and this endpoint wants."""
    types: list[str]


class DeliveryOut(BaseModel):
    """One message for one endpoint. `webhook_id` is the same in every attempt."""

    delivery_id: UUID
    webhook_id: str
    endpoint_id: UUID
    origin: Origin
    type: str
    data: News
    state: DeliveryState
    attempts: int
    last_status: int | None
    """The HTTP status of the last attempt, if it got an answer."""
    last_outcome: AttemptOutcome | None
    last_milliseconds: int | None
    next_attempt_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class AttemptOut(BaseModel):
    """What became of one attempt."""

    number: int
    ended_at: datetime
    outcome: AttemptOutcome
    status: int | None
    milliseconds: int


class DeliveryLog(DeliveryOut):
    """A delivery with all its attempts, oldest first."""

    log: list[AttemptOut]
