"""Which language human wording is answered in: Chinese unless English is preferred."""

from typing import Literal

Language = Literal["zh-CN", "en"]

_KNOWN: dict[str, Language] = {"zh": "zh-CN", "en": "en"}


def preferred(accept_language: str | None) -> Language:
    """The first of our languages by the weights of an Accept-Language header (RFC 9110, 12.5.4).

    Whatever cannot be read, or asks for none of ours, is answered in Chinese.
    """
    best: Language = "zh-CN"
    weight = 0.0
    for part in (accept_language or "").lower().split(","):
        tag, _, given = part.partition(";")
        found = _KNOWN.get(tag.strip().partition("-")[0])
        wanted = _weight(given)
        if found and wanted > weight:
            best, weight = found, wanted
    return best


def _weight(given: str) -> float:
    """The weight after `q=`: 1 if there is none, 0 if it cannot be read."""
    name, _, number = given.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0
