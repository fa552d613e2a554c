"""Screenings asked for, waited for, and read whole."""

import time
from collections.abc import Sequence
from typing import Any

from jinqiao.partner import Partner

Row = dict[str, Any]

_POLL_SECONDS = 0.1


def ask(partner: Partner, business_date: str, rules: Sequence[str] = (), **scope: str) -> str:
    """Ask for a screening; its id. Without rules: by every rule."""
    body: Row = {"business_date": business_date, **scope}
    if rules:
        body["rules"] = list(rules)
    return str(partner.post("/v1/rectification/screenings", body)["screening_id"])


def judged(partner: Partner, screening_id: str) -> Row:
    """The screening, once it is judged."""
    while True:
        screening: Row = partner.get(f"/v1/rectification/screenings/{screening_id}")
        if screening["state"] == "judged":
            return screening
        time.sleep(_POLL_SECONDS)


def findings(partner: Partner, screening_id: str, **filters: str) -> list[Row]:
    """All findings of a judged screening that the partner may see."""
    path = "/v1/rectification/findings"
    return list(partner.items(path, screening=screening_id, **filters))
