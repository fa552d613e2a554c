"""Rows made ready to be stored: read, checked, keyed and encrypted. No database has a part in it.

It is half of the work of a push, so a job does it for its next chunk, in a thread, while the
database stores the one before (`kernel.bulk.ahead`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from kernel.bulk.resource import Outcome, Push, Raw, Resource, Row, Verdict
from kernel.ids import new_id
from kernel.problems import Fault, faults


@dataclass(frozen=True, slots=True)
class Prepared:
    """Some rows of a push, ready to be stored."""

    rows: Sequence[Row]
    """Those that say something."""
    columns: Sequence[str]
    values: Sequence[tuple[Any, ...]]
    """Of each row, as they go into the table: all but when it was recorded."""
    refused: Sequence[Verdict]
    """On those that say nothing."""
    total: Decimal
    """What the rows add up to, where the resource adds anything up."""


def prepared(push: Push, resource: Resource, raws: Sequence[Raw], *, strict: bool) -> Prepared:
    """Make rows ready. `strict` reads JSON types as they are; otherwise text stands for numbers,
    as in CSV and XLSX. May run in any thread.
    """
    rows, refused = validated(resource.model, raws, strict=strict)
    staged = [_staged(push, resource, row) for row in rows]
    amount = resource.amount
    return Prepared(
        rows=rows,
        columns=list(staged[0]) if staged else [],
        values=[tuple(row.values()) for row in staged],
        refused=refused,
        total=sum((amount(row.value) for row in rows), Decimal(0)) if amount else Decimal(0),
    )


def validated(
    model: type[BaseModel], raws: Sequence[Raw], *, strict: bool
) -> tuple[list[Row], list[Verdict]]:
    """The rows that say something, and verdicts on those that do not."""
    adapter: TypeAdapter[Any] = _adapter(model)
    rows, refused = [], []
    for raw in raws:
        if raw.fault:
            refused.append(_refused(raw, raw.fault))
            continue
        try:
            rows.append(Row(raw.line, raw.json, adapter.validate_json(raw.json, strict=strict)))
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_context=False, include_input=False)
            refused.append(_refused(raw, faults(errors)[0]))
    return rows, refused


def _refused(raw: Raw, fault: Fault) -> Verdict:
    return Verdict(
        raw.line_of(fault),
        Outcome.REJECTED,
        code=fault["code"],
        pointer=fault["pointer"],
        message=fault["message"],
    )


@lru_cache(maxsize=64)
def _adapter(model: type) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _staged(push: Push, resource: Resource, row: Row) -> dict[str, Any]:
    content = row.value.model_dump_json(exclude={"source_version"})
    return {
        "line": row.line,
        "id": new_id(),
        "agency": push.caller.agency,
        "source_version": row.value.source_version,
        "digest": push.keys.digest(f"{resource.name}|{content}"),
        **resource.columns(push, row.value),
    }
