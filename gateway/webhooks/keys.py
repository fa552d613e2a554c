"""The keys of an endpoint: made, kept encrypted, rotated with an overlap."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from gateway.webhooks.signing import NewKey
from gateway.webhooks.tables import WebhookKey
from kernel.crypto import Keys

OLD_KEY_SIGNS = timedelta(hours=24)
"""How long a key that was rotated signs beside the new one."""

MOST_OLD_KEYS = 10


def sealed(keys: Keys, endpoint_id: UUID, number: int, key: NewKey, now: datetime) -> WebhookKey:
    """A key as it is stored."""
    return WebhookKey(
        endpoint_id=endpoint_id,
        number=number,
        sealed=keys.seal_bytes(_column(number), endpoint_id, key.secret.encode()),
        public_key=key.public_key,
        created_at=now,
    )


def opened(keys: Keys, stored: Iterable[WebhookKey]) -> list[str]:
    """What deliveries are signed with, in the order given."""
    return [
        keys.open_bytes(_column(key.number), key.endpoint_id, key.sealed).decode() for key in stored
    ]


def _column(number: int) -> str:
    return f"gateway.webhook_key.{number}"
