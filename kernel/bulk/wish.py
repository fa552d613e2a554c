"""How a caller wants a push to be done: by row or all or nothing, for show, as a declaration."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.division import canonical

ATOMIC_LIMIT = 50_000
"""Rows of the largest push that may be all or nothing."""


@dataclass(frozen=True, slots=True)
class Covers:
    """The declaration that a push files if no row is rejected."""

    valid_from: date
    valid_to: date
    division: str | None
    control_total: Decimal | None


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants a push to be done."""

    mode: str
    dry_run: bool
    covers: Covers | None
    generation: int | None = None
    """Which generation of national codes an XLSX uses where bare codes changed meaning."""


def kept_covers(covers: Covers) -> dict[str, str | None]:
    """As a job keeps them, in JSON."""
    total = covers.control_total
    return {
        "valid_from": str(covers.valid_from),
        "valid_to": str(covers.valid_to),
        "division": covers.division,
        "control_total": None if total is None else str(total),
    }


def covers_of(kept: Any) -> Covers:
    """What `kept_covers` keeps."""
    total = kept["control_total"]
    return Covers(
        date.fromisoformat(kept["valid_from"]),
        date.fromisoformat(kept["valid_to"]),
        canonical(kept["division"]) if kept["division"] else None,
        None if total is None else Decimal(total),
    )
