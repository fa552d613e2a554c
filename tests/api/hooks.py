"""What Schemathesis needs to know of us: how a token is renewed, and what an ID number is.

Loaded by `schemathesis.toml` into Schemathesis's own environment (`make test-api`); nothing of ours
can be imported here.
"""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@schemathesis.auth(refresh_interval=300)
class Token:
    """The token of the client whose credentials JINQIAO_CLIENT names, new every five minutes."""

    def get(self, case: Any, context: Any) -> str:
        """Ask for one."""
        client = json.loads(Path(os.environ["JINQIAO_CLIENT"]).read_text())
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
