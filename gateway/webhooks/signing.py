"""Signatures of Standard Webhooks 1.0.0, over `id.timestamp.body`.

`v1` is HMAC-SHA256 under a secret that both sides have (`whsec_`); `v1a` is ed25519: we keep the
private key (`whsk_`), the receiver has the public one (`whpk_`) and cannot forge what he shows.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SECRET, _PRIVATE, _PUBLIC = "whsec_", "whsk_", "whpk_"
_HMAC_BYTES = 32


class Signing(StrEnum):
    """How an endpoint wants its deliveries signed."""

    V1 = "v1"
    V1A = "v1a"


class NewKey(NamedTuple):
    """A key just made: what we sign with, and what the receiver verifies with."""

    secret: str
    """Stored encrypted."""
    public_key: str | None
    """None where the receiver verifies with the secret itself."""


def new_key(signing: Signing) -> NewKey:
    """A fresh key of the kind an endpoint has chosen."""
    if signing == Signing.V1:
        return NewKey(_SECRET + _encoded(secrets.token_bytes(_HMAC_BYTES)), None)
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return NewKey(_PRIVATE + _encoded(private.private_bytes_raw()), _PUBLIC + _encoded(public))


def headers_of(message_id: str, timestamp: int, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """The headers of one attempt, signed with every key in force: rotation leaves no gap.

    `timestamp` is the attempt's, in seconds since 1970, and not the event's.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(key, signed) for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    if key.startswith(_SECRET):
        digest = hmac.digest(base64.b64decode(key.removeprefix(_SECRET)), signed, "sha256")
        return "v1," + _encoded(digest)
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix(_PRIVATE)))
    return "v1a," + _encoded(private.sign(signed))


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
