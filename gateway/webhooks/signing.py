"""Signatures of Standard Webhooks 1.0.0, over `id.timestamp.body`.

`v1` is HMAC-SHA256 under a secret that both sides have (`whsec_`); `v1a` is ed25519: we keep the
private key (`whsk_`), the receiver has the public one (`whpk_`) and cannot forge what he shows.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

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
    private = _PRIVATE + _encoded(Ed25519PrivateKey.generate().private_bytes_raw())
    return NewKey(private, receivers_key(private))


def receivers_key(secret: str) -> str:
    """What a receiver verifies with: the public key, or the very secret of v1.

    Raises ValueError for what is no key to sign with.
    """
    if secret.startswith(_SECRET) and base64.b64decode(secret.removeprefix(_SECRET)):
        return secret
    if secret.startswith(_PRIVATE):
        return _PUBLIC + _encoded(_private(secret).public_key().public_bytes_raw())
    raise ValueError("no key to sign with")


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
    return "v1a," + _encoded(_private(key).sign(signed))


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix(_PRIVATE)))


def is_signed_with(key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is made with a receiver's key, whenever that was.

    A key fits signatures of its own scheme only. Headers, in lower case, that lack something or
    hold nonsense are signed with nothing.
    """
    try:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        made = [each.partition(",") for each in headers["webhook-signature"].split(" ")]
        return any(
            _fits(key, scheme, base64.b64decode(signature), signed) for scheme, _, signature in made
        )
    except (KeyError, ValueError):
        return False


def _fits(key: str, scheme: str, signature: bytes, signed: bytes) -> bool:
    kind, _, encoded = key.partition("_")
    raw = base64.b64decode(encoded)
    if (kind, scheme) == ("whsec", "v1"):
        return hmac.compare_digest(hmac.digest(raw, signed, "sha256"), signature)
    if (kind, scheme) == ("whpk", "v1a"):
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed)
        except InvalidSignature:
            return False
        return True
    return False


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
