"""A client's credentials as a file, and the partner of the exchange that they make."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from jinqiao.installation import Failed
from jinqiao.partner import Partner
from kernel.tokens import SigningKey


@contextmanager
def partner(file: Path) -> Iterator[Partner]:
    """The client whose credentials this file holds, at the exchange that it names.

    The file has `address`, `client_id` and `client_secret`, as the first start and
    `jinqiao client add --out` write it. Instead of a secret it may name the file of a private key
    as `key`; where it does neither, that is the file of its own name that ends in `.pem`. Raises
    Failed if it cannot be used, or if nobody answers.
    """
    try:
        found = json.loads(file.read_text())
        address, client_id = (str(found[name]) for name in ("address", "client_id"))
        secret = str(found.get("client_secret", ""))
        named = file.parent / str(found.get("key", file.with_suffix(".pem").name))
    except OSError as problem:
        raise Failed(f"{file} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failed(f"{file} does not hold address, client_id and client_secret.") from None
    key = None if secret else _key_in(named, file)
    try:
        with httpx.Client(base_url=address, timeout=120) as http:
            yield Partner(http, client_id, secret, key)
    except httpx.TransportError as problem:
        raise Failed(f"{address} does not answer ({problem}): is `jinqiao up` running?") from None


def _key_in(named: Path, credentials: Path) -> SigningKey:
    """The private key of a client whose credentials hold no secret; raises Failed."""
    if not named.exists():
        raise Failed(
            f"{credentials} does not hold address, client_id and client_secret, and there is no "
            f"key in {named}."
        )
    try:
        return SigningKey(named.read_bytes())
    except (OSError, ValueError, TypeError):
        raise Failed(f"{named} holds no private key that can be read.") from None
