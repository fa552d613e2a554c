"""Identifiers that sort by the moment they were made (UUIDv7, RFC 9562)."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as QuickUUID


def new_id() -> UUID:
    """A fresh UUIDv7. Opaque to callers: its order is for indexes, not for meaning."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = millis << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    made: UUID = QuickUUID(value.to_bytes(16, "big"))
    return made


def made_at(identifier: UUID) -> datetime:
    """The moment a UUIDv7 carries, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
