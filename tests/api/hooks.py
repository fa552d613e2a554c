"""What Schemathesis needs to know of us: how a token is renewed, what an ID number is, how rows are
sent, and that a new request takes a new Idempotency-Key.

Loaded by `schemathesis.toml` into Schemathesis's own environment (`make test-api`); nothing of ours
can be imported here. Who brings a token of his own (`-H "Authorization: Bearer …"`) keeps it.
"""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import schemathesis
from hypothesis import strategies as st

CLIENT = os.environ.get("JINQIAO_CLIENT")
"""A file with a client's credentials, whose token is asked for and renewed."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Token:
    """The token of the client whose credentials JINQIAO_CLIENT names, new every five minutes."""

    def get(self, case: Any, context: Any) -> str:
        """Ask for one."""
        client = json.loads(Path(str(CLIENT)).read_text())
        answer = requests.post(
            client["address"] + "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
            timeout=30,
        )
        return str(answer.json()["access_token"])

    def set(self, case: Any, data: str, context: Any) -> None:
        """Send it."""
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


if CLIENT:
    schemathesis.auth(refresh_interval=300)(Token)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Each case is a request of its own, and two requests under one key are refused (422)."""
    key = (case.headers or {}).get("Idempotency-Key")
    meta = case.meta
    if key is not None and meta is not None and meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = str(uuid4())


@schemathesis.serializer("application/x-ndjson")
def rows(context: Any, value: Any) -> bytes:
    """Rows as they stand in an example, or any bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


def _with_check_character(first_17: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return first_17 + "10X98765432"[total % 11]


# No living person's number begins with 230199.
schemathesis.openapi.format(
    "id-number",
    st.builds(
        lambda day, number: _with_check_character(f"230199{day:%Y%m%d}{number:03}"),
        st.dates(min_value=date(1940, 1, 1)),
        st.integers(0, 999),
    ),
)
