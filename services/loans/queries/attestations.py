"""Attestations and exceptions: of which loan, and their versions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, false, or_, select, text

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import spans
from kernel.roles import Role
from services.loans.tables import ContractRef

_ref = table_of(ContractRef)


def loan_seen(caller: Caller, loan_id: UUID) -> Select[Any]:
    """Household, lender and place of a loan: a bank's own, else one in the caller's divisions."""
    if caller.role == Role.BANK:
        seen: Any = _ref.c.agency == caller.agency
    else:
        places = zip(*spans(caller.divisions), strict=True)
        within = [(_ref.c.division >= lo) & (_ref.c.division < hi) for lo, hi in places]
        seen = or_(false(), *within)
    return select(_ref.c.household_key, _ref.c.agency).where(_ref.c.loan_id == loan_id, seen)


LOCK = text("""
    select pg_advisory_xact_lock(hashtextextended(cast(:loan_id as uuid)::text || :rule_id, 0))
""")
"""One writer at a time to one condition of one loan, so that versions follow one another."""


def versions(
    table: Table, household_key: UUID, loan_id: UUID, rule_id: str | None = None
) -> Select[Any]:
    """Every version of what is on record of a loan, or of one of its conditions; newest first."""
    of_loan = select(table).where(
        table.c.household_key == household_key, table.c.loan_id == loan_id
    )
    if rule_id is not None:
        of_loan = of_loan.where(table.c.rule_id == rule_id)
    return of_loan.order_by(table.c.rule_id, table.c.version.desc())
