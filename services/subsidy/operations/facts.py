"""Laying out what the rules look at, with the arithmetic that only the interest engine can do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.law import Figure, figures
from kernel.policy import LAW as POLICY
from kernel.policy.interest import NOTHING, Terms, reference_interest
from kernel.policy.rates import rate_parameters
from services.subsidy.projections.references import day_of, lay_out_corrected_references, terms_of
from services.subsidy.queries import facts
from services.subsidy.vocabulary import CLAIMED, COMMITTED

LAW: Mapping[str, Figure] = figures(Path(__file__).parents[1] / "law")
_TABLES = (
    "subsidy_share",
    "extension_subsidised",
    "subsidy_claim_days",
    "subsidy_cycle_months",
    "pass_through_days",
    "payee",
)
_PARAMETERS = ("share_by_county_from", "subsidised_principal")
_FEN = Decimal("0.01")

Days = tuple[date, date]
Limits = Sequence[tuple[date, Decimal]]
"""How much of the principal bears subsidy from each day on, in order."""


def law_parameters(on: date) -> dict[str, Any]:
    """The dated figures of law, as the facts statements take them."""
    return {
        **{name: json.dumps(LAW[name].rows(), default=str) for name in _TABLES},
        **{name: LAW[name].on(on) for name in _PARAMETERS},
        **rate_parameters(),
        "marginal_from": POLICY["marginal_from"].on(on),
        "claimed_states": [state.value for state in CLAIMED],
        "committed_states": [state.value for state in COMMITTED],
    }


async def lay_out_standing(
    session: AsyncSession, statements: Iterable[Any], values: Mapping[str, Any]
) -> None:
    """Loans as they stand on the business date, and their reference interest as known then."""
    for statement in statements:
        await session.execute(statement, values)
    await lay_out_corrected_references(session, values)


async def lay_out_lines(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """`line_facts`: of one claim if `claim_id` is given, else of every loan in `standing`."""
    for statement in [*facts.CLAIMED, *facts.LINES, facts.NOT_RESTRICTED]:
        await session.execute(statement, values)
    lines = (await session.execute(facts.RESTRICTED_LINES)).mappings().all()
    families = await _families(session, {line["loan_id"] for line in lines}, values)
    eligible = [
        {"n": line["n"], **_bounds(families[line["loan_id"]], [line], line["is_unsubsidised"])}
        for line in lines
    ]
    if eligible:
        told = json.dumps(eligible, default=str)
        await session.execute(facts.KEEP_ELIGIBLE, {"eligible": told})


async def lay_out_overpaid(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """`overpaid_facts`: what was paid for a loan beside what was due."""
    for statement in facts.OVERPAID:
        await session.execute(statement, values)
    loans = (await session.execute(facts.RESTRICTED_LOANS)).mappings().all()
    families = await _families(session, {loan["loan_id"] for loan in loans}, values)
    due = [
        {
            "loan_id": loan["loan_id"],
            **_bounds(
                families[loan["loan_id"]], _each_day_once(loan["periods"]), loan["is_unsubsidised"]
            ),
        }
        for loan in loans
    ]
    if due:
        await session.execute(facts.KEEP_DUE, {"due": json.dumps(due, default=str)})


async def lay_out_unclaimed(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """`unclaimed_facts`: loans with late lines for which nothing was claimed or paid."""
    for statement in facts.UNCLAIMED:
        await session.execute(statement, values)
    rows = (await session.execute(facts.LATE_LINES, values)).mappings().all()
    measured = [_measured(row) for row in rows]
    if measured:
        told = json.dumps(measured, default=str)
        await session.execute(facts.KEEP_UNCLAIMED, {"measured": told})


async def lay_out_withheld(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """`withheld_facts`: loans of which a subsidy was received long enough ago."""
    for statement in facts.WITHHELD:
        await session.execute(statement, values)


def _measured(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Σ min(charged, reference) of a loan's late lines (SUB-10).

    Lines on whose end the bureau's payments are declared count; if there is none of these, all do
    and what was not declared is named. A day billed twice has its reference once.
    """
    declared = [line for line in row["late"] if not line["undeclared"]]
    terms, reached = terms_of(row), NOTHING
    charged, reference, unclaimed = NOTHING, NOTHING, NOTHING
    for line in declared or row["late"]:
        upto = reference_interest(terms, day_of(line["end"]))
        since = reference_interest(terms, day_of(line["start"]))
        due = max(NOTHING, upto - max(reached, since))
        reached = max(reached, upto)
        charged += Decimal(line["amount"])
        reference += due
        unclaimed += min(Decimal(line["amount"]), due)
    undeclared = sorted({each for line in row["late"] for each in line["undeclared"]})
    return {
        "loan_id": row["loan_id"],
        "charged": charged,
        "reference": reference,
        "unclaimed": unclaimed,
        "undeclared": [] if declared else undeclared,
    }


# --- days and principal that bear subsidy ---


@dataclass(frozen=True, slots=True)
class _Family:
    """A loan, and what keeps a part of it from being subsidised."""

    terms: Terms
    overdue: tuple[Days, ...]
    ends: date
    at_least: Limits
    at_most: Limits


async def _families(
    session: AsyncSession, loans: set[UUID], values: Mapping[str, Any]
) -> dict[UUID, _Family]:
    if not loans:
        return {}
    asked = {"loans": list(loans), "on": values["on"]}
    rows = (await session.execute(facts.TERMS_OF_FAMILY, asked)).mappings().all()
    return {row["loan_id"]: _family(row, values["subsidised_principal"]) for row in rows}


def _family(row: Mapping[Any, Any], cap: Decimal | None) -> _Family:
    """`cap` is None where law says nothing: then all of the principal may bear subsidy, or none."""
    overdue = [(day_of(start), day_of(end) if end else date.max) for start, end in row["overdue"]]
    earlier = [_owed(loan) for loan in row["earlier"]]
    return _Family(
        terms=terms_of(row),
        overdue=tuple(sorted(overdue)),
        ends=row["known_converted_on"] or date.max,
        at_least=_limits(cap or NOTHING, [at_most for _, at_most in earlier]),
        at_most=_limits(cap or row["principal"], [at_least for at_least, _ in earlier]),
    )


Steps = list[tuple[date, Decimal]]


def _owed(loan: Mapping[str, Any]) -> tuple[Steps, Steps]:
    """What an earlier loan of the family owes from each day on, at least and at most.

    One whose repayments do not add up to its balance owes anything up to its principal.
    """
    drawn = day_of(loan["disbursed_on"])
    ended = day_of(loan["ended_on"]) if loan["ended_on"] else date.max
    left = Decimal(loan["principal"])
    unclear: Steps = [(drawn, left), (ended, NOTHING)]
    if not loan["adds_up"]:
        return [], unclear
    steps = [(drawn, left)]
    for day, amount in loan["repaid"]:
        left = max(NOTHING, left - Decimal(amount))
        steps.append((max(drawn, day_of(day)), left))
    known = [step for step in steps if step[0] < ended] + [(ended, NOTHING)]
    return known, known


def _limits(cap: Decimal, owed: Sequence[Steps]) -> Limits:
    """What the earlier loans leave of the subsidised principal, from each day on."""
    days = sorted({day for steps in owed for day, _ in steps} | {date.min})
    return [
        (day, max(NOTHING, cap - sum((_on(steps, day) for steps in owed), NOTHING))) for day in days
    ]


def _on(steps: Steps, day: date) -> Decimal:
    """The last step's amount on or before a day; nothing before the first."""
    found = NOTHING
    for since, amount in steps:
        if since <= day:
            found = amount
    return found


def _bounds(
    family: _Family, periods: Sequence[Mapping[Any, Any]], unsubsidised: bool
) -> dict[str, Decimal | None]:
    """Subsidy of some periods, at least and at most, each period rounded to the fen by itself.

    None where law knows no share.
    """
    if unsubsidised:
        return {"at_least": NOTHING, "at_most": NOTHING}
    if any(period["share"] is None for period in periods):
        return {"at_least": None, "at_most": None}
    found: dict[str, Decimal | None] = {}
    for name, limits in (("at_least", family.at_least), ("at_most", family.at_most)):
        found[name] = sum(
            (
                _to_fen(_interest(family, limits, period) * Decimal(period["share"]))
                for period in periods
            ),
            NOTHING,
        )
    return found


def _interest(family: _Family, limits: Limits, period: Mapping[str, Any]) -> Decimal:
    """R over the days of a period that bear subsidy, of the part of the principal that does."""
    total = NOTHING
    days = (period["period_start"], min(period["period_end"], family.ends))
    for start, end in _without(days, family.overdue):
        for since, until, limit in _stretches(start, end, limits):
            terms = _limited(family.terms, limit)
            total += reference_interest(terms, until) - reference_interest(terms, since)
    return total


def _without(days: Days, overdue: Sequence[Days]) -> list[Days]:
    """What overdue days leave of some days."""
    left, since = [], days[0]
    for start, end in overdue:
        if since < min(start, days[1]):
            left.append((since, min(start, days[1])))
        since = max(since, end)
    if since < days[1]:
        left.append((since, days[1]))
    return left


def _stretches(start: date, end: date, limits: Limits) -> list[tuple[date, date, Decimal]]:
    """The stretches of one limit from `start` to `end`."""
    found = []
    for number, (since, limit) in enumerate(limits):
        until = limits[number + 1][0] if number + 1 < len(limits) else date.max
        if max(start, since) < min(end, until):
            found.append((max(start, since), min(end, until), limit))
    return found


def _limited(terms: Terms, limit: Decimal) -> Terms:
    """The part of a loan that lies within a limit; what is repaid comes off the rest first."""
    spare = max(NOTHING, terms.principal - limit)
    repaid = []
    for day, amount in sorted(terms.repaid):
        used = min(spare, amount)
        spare -= used
        repaid.append((day, amount - used))
    return replace(terms, principal=min(terms.principal, limit), repaid=tuple(repaid))


def _each_day_once(periods: Iterable[Sequence[str]]) -> list[dict[str, Any]]:
    """Paid periods in order, without the days that one before them paid for."""
    found, reached = [], date.min
    for start, end, share in periods:
        since, until = max(day_of(start), reached), day_of(end)
        if since < until:
            found.append({"period_start": since, "period_end": until, "share": share})
        reached = max(reached, until)
    return found


def _to_fen(amount: Decimal) -> Decimal:
    return amount.quantize(_FEN, ROUND_HALF_UP)
