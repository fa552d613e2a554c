"""Reference interest R(day), computed by the engine when a fact arrives and kept (decision 5)."""

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
from services.loans.queries import reference


async def refresh_references(session: AsyncSession, loans: Sequence[UUID]) -> None:
    """Compute R anew at every day a line of these loans begins or ends, by the terms known now."""
    if not loans:
        return
    found = (await session.execute(reference.TERMS_NOW, {"loans": list(loans)})).mappings().all()
    for statement in reference.FORGET:
        await session.execute(statement, {"loans": list(loans)})
    rows = [row for row in found if row["days"]]
    await copy_rows(
        session,
        "reference_interest",
        ["household_key", "loan_id", "day", "amount"],
        [(row["household_key"], row["loan_id"], *each) for row in rows for each in _computed(row)],
    )
    await copy_rows(
        session,
        "reference_terms",
        ["household_key", "loan_id", "terms_digest", "closed_on", *versions()],
        [
            (
                row["household_key"],
                row["loan_id"],
                row["terms_digest"],
                row["closed_on"],
                *versions().values(),
            )
            for row in rows
        ],
    )


recompute_references = references_anew(refresh_references, reference.ONE_AT_A_TIME)
"""Compute anew what other law or another engine had computed; a `Recompute`."""


async def lay_out_corrected_references(session: AsyncSession, scope: Mapping[str, Any]) -> None:
    """Put into `reference_now` what stored reference interest does not say for a business date.

    That is: loans in scope whose terms were known otherwise by then than they are now.
    """
    for statement in reference.REFERENCE_NOW:
        await session.execute(statement)
    values = {**scope, **versions()}
    found = (await session.execute(reference.TERMS_ON_BUSINESS_DATE, values)).mappings().all()
    rows = [(row["loan_id"], *each) for row in found if row["days"] for each in _computed(row)]
    await copy_rows(session, "reference_now", ["loan_id", "day", "amount"], rows)


def terms_of(row: RowMapping) -> Terms:
    """A loan's terms from a row of `queries.reference`."""
    changes = row.get("rate_changes") or []
    return Terms(
        principal=row["principal"],
        annual_rate=row.get("annual_rate") or Decimal(0),
        drawdown=row["disbursed_on"],
        maturity=row["matures_on"],
        rate_changes=tuple(
            (date.fromisoformat(change["from"]), Decimal(change["annual_rate"]))
            for change in changes
        ),
        repaid=tuple((date.fromisoformat(day), Decimal(amount)) for day, amount in row["repaid"]),
        payoff=row["closed_on"],
    )


def _computed(row: RowMapping) -> Iterable[tuple[date, Decimal]]:
    terms = terms_of(row)
    return [(day, reference_interest(terms, day)) for day in row["days"]]
