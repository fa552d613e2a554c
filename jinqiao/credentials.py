"""A client's credentials as a file, and the partner of the exchange that they make."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from jinqiao.installation import Failed
from jinqiao.partner import Partner


@contextmanager
def partner(file: Path) -> Iterator[Partner]:
    """The client whose credentials this file holds, at the exchange that it names.

    The file has `address`, `client_id` and `client_secret`, as the first start and
    `jinqiao client add --out` write it. Raises Failed if it cannot be used, or if nobody answers.
    """
    try:
        found = json.loads(file.read_text())
        address, client_id, secret = (
            str(found[name]) for name in ("address", "client_id", "client_secret")
        )
    except OSError as problem:
        raise Failed(f"{file} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise Failed(f"{file} does not hold address, client_id and client_secret.") from None
    try:
        with httpx.Client(base_url=address, timeout=120) as http:
            yield Partner(http, client_id, secret)
    except httpx.TransportError as problem:
        raise Failed(f"{address} does not answer ({problem}): is `jinqiao up` running?") from None
