"""What was asked and answered, with everything taken out that is different in every telling.

Ids are made of where they were met first, days and times moved to when the story plays, secrets
replaced, long lists cut. So a chapter more changes nothing in the others.
"""

import hashlib
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from kernel.clock import BEIJING

STORY_DAY = date(2019, 6, 3)
"""The day that stands for the one on which the story is told."""

MOST_ITEMS, MOST_WORDS = 2, 8
"""How many things and how many words of a list are shown."""

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])")
_TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b(?!T)")

_STANDS_FOR = {
    "access_token": "an-access-token",
    "token": "an-access-token",
    "jti": "016b1c3a-0000-7000-8000-000000000000",
    "client_secret": "a-client-secret",
    "secret": "whsec_shown-this-once",
    "public_key": "whpk_the-key-that-verifies",
    "public_keys": "whpk_the-key-that-verifies",
    # RFC 7515, appendix A.3: a public key that everybody knows.
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "kid": "2019-06",
}
_NUMBERS = {"milliseconds": 12, "last_milliseconds": 12, "exp": 1559524200}

_TOLD_AT, _SERVED_AT = "http://exchange", "http://127.0.0.1:8700"
"""Where the story is told, and where our guides find an exchange."""


class Plain:
    """Makes things plain; the same id becomes the same one everywhere."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._operation = ""
        self._met: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._secrets: dict[str, str] = {}

    def at(self, operation: str) -> None:
        """What follows was asked of this operation, or answered by it."""
        self._operation = operation

    def of(self, value: Any, name: str = "") -> Any:
        """A JSON value, made plain."""
        if isinstance(value, dict):
            return {self._text(key): self.of(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self.of(each, name) for each in value]
        if isinstance(value, str):
            if name in _STANDS_FOR:
                self._secrets[value] = _STANDS_FOR[name]
            return self._secrets.get(value) or self._text(value)
        return _NUMBERS.get(name, value) if value else value

    def _text(self, text: str) -> str:
        text = text.replace(_TOLD_AT, _SERVED_AT)
        text = _ID.sub(lambda found: self._id(found[0]), text)
        text = _DIGEST.sub(lambda found: self._digest(found[0]), text)
        text = _TIME.sub(lambda found: f"{self._day_of(found[0])}T09:00:00Z", text)
        return _DAY.sub(lambda found: self._day(found[0]), text)

    def _id(self, found: str) -> str:
        return self._met.get(found) or self._meet(found, "016b1c3a-0000-7000-8000-{0:.12}")

    def _digest(self, found: str) -> str:
        return self._met.get(found) or self._meet(found, f"{{0:.{len(found)}}}")

    def _meet(self, found: str, form: str) -> str:
        """What stands for something met for the first time."""
        self._counts[self._operation] += 1
        place = f"{self._operation} {self._counts[self._operation]}"
        said = form.format(hashlib.sha256(place.encode()).hexdigest())
        return self._met.setdefault(found, said)

    def _day_of(self, instant: str) -> str:
        return self._day(str(datetime.fromisoformat(instant).astimezone(BEIJING).date()))

    def _day(self, found: str) -> str:
        """Days near the telling move to the story's; those of the story stay."""
        try:
            day = date.fromisoformat(found)
        except ValueError:
            return found
        if abs(day - self._today) > timedelta(days=200):
            return found
        return str(STORY_DAY + (day - self._today))


def cut(value: Any) -> Any:
    """A JSON value whose long lists show only how they begin."""
    if isinstance(value, dict):
        return {name: cut(each) for name, each in value.items()}
    if isinstance(value, list):
        most = MOST_ITEMS if any(isinstance(each, dict) for each in value) else MOST_WORDS
        return [cut(each) for each in value[:most]]
    return value


_INVENTED = re.compile(r"016b1c3a-0000-7000-8000-[0-9a-f]{12}|2019-06-0[234](?:T09:00:00Z)?")


def blank(value: Any) -> Any:
    """A plain value without its ids, since which row bears which follows the order of random
    things, and without the day of the telling, which may end meanwhile."""
    return json.loads(_INVENTED.sub("…", json.dumps(value)))
