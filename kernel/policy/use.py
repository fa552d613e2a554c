"""What the money is for, and who uses it (LOAN-12, LOAN-13; rules.md)."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func

PRODUCTIVE = ("PLANTING", "BREEDING", "PROCESSING", "TRADE", "FARM_SIDELINE")
"""Uses that 24号 allows: planting, breeding, processing, trade and other farm sideline work."""


def is_productive(purpose: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whether a purpose is production; blank or UNKNOWN is null, not productive."""
    return func.nullif(purpose, "UNKNOWN").in_(PRODUCTIVE)


def is_used_by_the_household(
    kind: ColumnElement[Any], mode: ColumnElement[Any]
) -> ColumnElement[Any]:
    """户借、户用、户还: whether the household itself uses the loan, with no mode named."""
    return and_(kind == "HOUSEHOLD", mode.is_(None))
