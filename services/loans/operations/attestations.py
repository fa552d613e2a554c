"""What a bank attests of a loan, and the exceptions its officers record: versions, never lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.database import table_of
from kernel.law import Kind
from kernel.problems import Fault, Invalid, NotFound
from services.loans.queries import attestations as queries
from services.loans.rules import CATALOGUE
from services.loans.schemas.attestations import AttestationIn, ExceptionIn
from services.loans.tables import Attestation, ConditionException


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of thing that is put on record of a condition: where, and of which conditions."""

    table: Table
    rules: tuple[str, ...]
    verb: str
    content: tuple[str, ...]
    """The columns that say the same when it is put twice, whoever says it."""


ATTESTATIONS = Ledger(
    table_of(Attestation),
    tuple(rule.id for rule in CATALOGUE if rule.kind == Kind.ATTEST),
    "attested",
    ("verdict", "on"),
)
EXCEPTIONS = Ledger(
    table_of(ConditionException),
    tuple(rule.id for rule in CATALOGUE if rule.kind == Kind.SOFT),
    "excepted",
    ("reason", "on"),
)

Put = tuple[RowMapping, bool]
"""What is on record now, and whether it is the first version and was just made."""

Check = Callable[[int | None], None]
"""Lets a change of a version pass if who asks has seen it; None: there is none yet."""


async def attest(
    session: AsyncSession,
    caller: Caller,
    loan_id: UUID,
    rule_id: str,
    said: AttestationIn,
    check: Check,
) -> Put:
    """Put a bank's yes or no on record. Raises as `_put` does."""
    row = {"verdict": said.verdict, "on": said.on, "attested_by": caller.sub}
    return await _put(session, caller, ATTESTATIONS, loan_id, rule_id, row, check)


async def record_exception(
    session: AsyncSession,
    caller: Caller,
    loan_id: UUID,
    rule_id: str,
    said: ExceptionIn,
    check: Check,
) -> Put:
    """Put an officer's exception on record, in his name. Raises as `_put` does."""
    row = {
        "reason": said.reason,
        "on": said.on or clock.today(),
        "officer": caller.sub,
        "officer_agency": caller.agency,
    }
    return await _put(session, caller, EXCEPTIONS, loan_id, rule_id, row, check)


async def on_record(
    session: AsyncSession, caller: Caller, ledger: Ledger, loan_id: UUID
) -> list[RowMapping]:
    """Every version on record of a loan, by rule, the newest first. Raises NotFound."""
    loan = await _loan(session, caller, loan_id)
    rows = await session.execute(queries.versions(ledger.table, loan["household_key"], loan_id))
    return list(rows.mappings())


async def newest(
    session: AsyncSession, caller: Caller, ledger: Ledger, loan_id: UUID, rule_id: str
) -> RowMapping:
    """The newest version about one condition of a loan; raises NotFound if there is none."""
    loan = await _loan(session, caller, loan_id)
    found = await _newest(session, ledger, loan, loan_id, rule_id)
    if found is None:
        raise NotFound
    return found


async def _put(
    session: AsyncSession,
    caller: Caller,
    ledger: Ledger,
    loan_id: UUID,
    rule_id: str,
    said: Mapping[str, Any],
    check: Check,
) -> Put:
    """Add a version; the same content again changes nothing and asks for no If-Match.

    Raises NotFound for a loan that is not the caller's, Invalid for a condition of another kind,
    and whatever `check` raises.
    """
    loan = await _loan(session, caller, loan_id)
    if rule_id not in ledger.rules:
        message = f"Of the conditions only {', '.join(ledger.rules)} can be {ledger.verb}."
        fault = Fault(pointer="", code="other_kind_of_condition", message=message)
        raise Invalid(message, code=f"cannot-be-{ledger.verb}", errors=[fault])
    await session.execute(queries.LOCK, {"loan_id": loan_id, "rule_id": rule_id})
    found = await _newest(session, ledger, loan, loan_id, rule_id)
    if found is not None and all(found[name] == said[name] for name in ledger.content):
        return found, False
    check(found["version"] if found else None)
    row = {
        **loan,
        "loan_id": loan_id,
        "rule_id": rule_id,
        "version": found["version"] + 1 if found else 1,
        **said,
        "recorded_at": clock.now(),
    }
    made = await session.execute(insert(ledger.table).values(row).returning(ledger.table))
    return made.mappings().one(), found is None


async def _loan(session: AsyncSession, caller: Caller, loan_id: UUID) -> RowMapping:
    rows = await session.execute(queries.loan_seen(caller, loan_id))
    found: RowMapping | None = rows.mappings().first()
    if found is None:
        raise NotFound
    return found


async def _newest(
    session: AsyncSession, ledger: Ledger, loan: RowMapping, loan_id: UUID, rule_id: str
) -> RowMapping | None:
    versions = queries.versions(ledger.table, loan["household_key"], loan_id, rule_id).limit(1)
    found: RowMapping | None = (await session.execute(versions)).mappings().first()
    return found
