"""Administrative divisions: 12-digit statistical codes, and the ranges that contain them.

A division's subtree is the half-open range [lo, hi) of codes. Comparing ranges uses an index;
`LIKE prefix` in a policy was measured as a sequential scan (design, things that bite).
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_DIGITS = frozenset("0123456789")


def canonical(value: object) -> str:
    """The 12-digit form of a 6-, 9- or 12-digit code; raises for anything else."""
    if not isinstance(value, str) or len(value) not in (6, 9, 12) or not set(value) <= _DIGITS:
        raise PydanticCustomError(
            "division_code", "Write a division code of 6, 9 or 12 digits, such as 230231."
        )
    return value.ljust(12, "0")


DivisionCode = Annotated[
    str,
    BeforeValidator(canonical),
    WithJsonSchema(
        {"type": "string", "pattern": "^([0-9]{6}|[0-9]{9}|[0-9]{12})$", "examples": ["230231"]}
    ),
]
"""A division, always held as 12 digits."""

_LEVELS = (2, 4, 6, 9, 12)


def span(code: str) -> tuple[str, str]:
    """The range [lo, hi) of 12-digit codes inside a division, itself included."""
    level = next(n for n in _LEVELS if not code[n:].strip("0"))
    return code, str(int(code[:level]) + 1).rjust(level, "0").ljust(12, "0")


def spans(codes: Iterable[str]) -> tuple[list[str], list[str]]:
    """The ranges of several divisions, as two lists that SQL can unnest side by side."""
    pairs = [span(code) for code in codes]
    return [lo for lo, _ in pairs], [hi for _, hi in pairs]


def contains(codes: Iterable[str], code: str) -> bool:
    """Whether a division lies in one of the given divisions."""
    return any(lo <= code < hi for lo, hi in map(span, codes))


def ancestors(code: str) -> list[str]:
    """The divisions that hold this one, the province first."""
    lo, _ = span(code)
    return [above for n in _LEVELS if (above := lo[:n].ljust(12, "0")) != lo]


def county_of(code: str) -> str:
    """The county a division lies in, as 12 digits."""
    return code[:6].ljust(12, "0")


def smallest_holding(codes: Iterable[str]) -> str:
    """The smallest division that holds all of these."""
    known = list(codes)
    levels = ({code[:digits] for code in known} for digits in (12, 9, 6, 4, 2, 0))
    return next(parts.pop() for parts in levels if len(parts) == 1).ljust(12, "0")
