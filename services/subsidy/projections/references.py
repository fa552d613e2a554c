"""Reference interest R(day), computed by the engine when a fact arrives and kept (decision 8).

Where a part of a loan bears no subsidy (overdue days, the part of a family above the cap, days
past conversion), what may be subsidised is computed when it is judged, for those loans alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.database import copy_rows
from kernel.policy.interest import Terms, reference_interest
from kernel.recomputing import references_anew, versions
from services.subsidy.queries import reference


async def refresh_references(session: AsyncSession, loans: Sequence[UUID]) -> None:
    """Compute R anew for these loans at every day on which something claimed or paid begins or
    ends, by the terms known now."""
    if not loans:
        return
    await session.execute(reference.LOCK)
    found = (await session.execute(reference.TERMS_NOW, {"loans": list(loans)})).mappings().all()
    for statement in reference.FORGET:
        await session.execute(statement, {"loans": list(loans)})
    rows = [row for row in found if row["days"]]
    keys = ("household_key", "loan_id")
    await copy_rows(
        session,
        "reference_interest",
        [*keys, "day", "amount"],
        [(row["household_key"], row["loan_id"], *each) for row in rows for each in _computed(row)],
    )
    told = ("terms_digest", "closed_on")
    await copy_rows(
        session,
        "reference_terms",
        [*keys, *told, *versions()],
        [(*(row[name] for name in (*keys, *told)), *versions().values()) for row in rows],
    )


recompute_references = references_anew(refresh_references, reference.LOCK)
"""Compute anew what other law or another engine had computed; a `Recompute`."""


async def lay_out_corrected_references(session: AsyncSession, scope: Mapping[str, Any]) -> None:
    """Put into `reference_now` what kept reference interest does not say for a business date.

    Needs `standing`. That is: loans whose terms were known otherwise by then than they are now.
    """
    for statement in reference.NOW:
        await session.execute(statement)
    values = {"on": scope["on"], **versions()}
    found = (await session.execute(reference.CORRECTED_TERMS, values)).mappings().all()
    rows = [(row["loan_id"], *each) for row in found if row["days"] for each in _computed(row)]
    await copy_rows(session, "reference_now", ["loan_id", "day", "amount"], rows)


def terms_of(row: Mapping[Any, Any]) -> Terms:
    """A loan's terms from a row of `queries.reference`."""
    return Terms(
        principal=row["principal"],
        annual_rate=row["annual_rate"],
        drawdown=row["disbursed_on"],
        maturity=row["matures_on"],
        rate_changes=tuple(
            (day_of(change["from"]), Decimal(change["annual_rate"]))
            for change in row["rate_changes"] or []
        ),
        repaid=tuple((day_of(day), Decimal(amount)) for day, amount in row["repaid"]),
        payoff=row["closed_on"],
    )


def day_of(told: str) -> date:
    """A day as JSON from the database tells it, whose calendar knows infinity."""
    ends = {"infinity": date.max, "-infinity": date.min}
    return ends.get(told) or date.fromisoformat(told)


def _computed(row: RowMapping) -> Iterable[tuple[date, Decimal]]:
    # The first and last days of the calendar come from the database as one with infinity.
    terms, days = terms_of(row), set(row["days"])
    return [(day, reference_interest(terms, day)) for day in days]
