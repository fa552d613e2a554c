"""Judging loans: a screening over many, or the findings of one that was just pushed."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.bulk.resource import Push
from kernel.database import copy_rows
from kernel.judging import Screening, findings_of
from kernel.law import Figure, Rule, figures
from kernel.policy import LAW as POLICY
from kernel.policy.interest import reference_at_rate
from kernel.policy.rates import rate_parameters
from kernel.service import Service
from services.loans.operations.references import lay_out_corrected_references, terms_of
from services.loans.operations.watch import judge_sums
from services.loans.queries import reference
from services.loans.queries.facts import LAY_OUT, LOAN_FACTS
from services.loans.rules import OF_LOANS
from services.loans.rules.afterwards import (
    conditions_unclear,
    excess_refunded,
    is_ordinary_loan,
    qualified_household_at_policy_rate,
)
from services.loans.vocabulary import Bearer

LAW: Mapping[str, Figure] = figures(Path(__file__).parents[1] / "law")
_TABLES = ("household_cap", "longest_term")
_PARAMETERS = (
    "age_from",
    "age_to",
    "attested_from",
    "enterprise_cutoff",
    "interest_tolerance",
    "overdue_bands",
    "remind_days",
    "written_notice_days",
)
_FEN = Decimal("0.01")


def law_parameters(on: date) -> dict[str, Any]:
    """The dated figures of law, as the facts statement takes them."""
    tables = {name: json.dumps(LAW[name].rows(), default=str) for name in _TABLES}
    values = [{"name": name, **row} for name in _PARAMETERS for row in LAW[name].rows()]
    return {
        **tables,
        **rate_parameters(),
        "parameters": json.dumps(values, default=str),
        "marginal_from": POLICY["marginal_from"].on(on),
    }


async def judge(_: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce every loan in scope that a rule does not find in order on the business date."""
    await judge_sums(session, screening)
    asked = [rule for rule in OF_LOANS if screening.asks(rule)]
    if not asked:
        return
    await lay_out(session, screening)
    for rule in asked:
        await session.execute(findings_of(LOAN_FACTS, rule, screening, clock.now()))


async def lay_out(session: AsyncSession, screening: Screening) -> None:
    """Facts of the loans in scope, in `loan_facts`, with LOAN-31's arithmetic done."""
    on = screening.business_date
    await lay_out_corrected_references(session, screening.scope)
    for statement in LAY_OUT:
        await session.execute(statement, screening.scope | law_parameters(on))
    if any(screening.asks(each) for each in (qualified_household_at_policy_rate, excess_refunded)):
        await _measure_ordinary_loans(session, on)


async def _measure_ordinary_loans(session: AsyncSession, on: date) -> None:
    """What ordinary loans cost more than the policy rate would have, up to the business date."""
    condition = qualified_household_at_policy_rate.condition(LOAN_FACTS)
    candidates = await session.execute(
        select(LOAN_FACTS.c.loan_id).where(is_ordinary_loan(LOAN_FACTS), condition.is_not(True))
    )
    for statement in reference.ORDINARY_EXCESS:
        await session.execute(statement)
    values = {"on": on, "loans": candidates.scalars().all()}
    found = (await session.execute(reference.ORDINARY_LINES, values)).mappings().all()
    await copy_rows(
        session,
        "ordinary_excess",
        ["loan_id", "line_count", "charged", "reference", *_SHARES.values()],
        [(row["loan_id"], *_measured(row, on)) for row in found if row["lines"]],
    )
    for statement in reference.KEEP_ORDINARY_EXCESS:
        await session.execute(statement)
    await session.execute(
        update(LOAN_FACTS)
        .where(is_ordinary_loan(LOAN_FACTS), condition.is_(None))
        .values(conditions_unclear=conditions_unclear(LOAN_FACTS))
    )


_SHARES = {
    Bearer.HOUSEHOLD: "household_share",
    Bearer.TREASURY: "treasury_share",
    Bearer.BANK: "bank_share",
}


def _measured(row: RowMapping, on: date) -> tuple[int | Decimal | None, ...]:
    """Lines begun, what they charged before the business date, what policy would have, and the
    excess by who bore it, as in `_SHARES`; but for the first two None where the rate is unknown.

    A line that reaches past the business date counts amount × days before it ÷ days of the line,
    half up to the fen (rules.md, lines). A day billed twice has its reference once.
    """
    lines = [
        (date.fromisoformat(start), date.fromisoformat(end), Decimal(amount), Bearer(borne_by))
        for start, end, amount, borne_by in row["lines"]
    ]
    charged = sum(
        (charged_before(on, start, end, amount) for start, end, amount, _ in lines), Decimal(0)
    )
    if row["policy_rate"] is None:
        return len(lines), charged, None, *[None for _ in _SHARES]
    terms, rate = terms_of(row), row["policy_rate"]
    reached, due = Decimal(0), Decimal(0)
    shares = dict.fromkeys(_SHARES, Decimal(0))
    for start, end, amount, bearer in lines:
        upto = reference_at_rate(terms, rate, min(end, on))
        of_line = max(Decimal(0), upto - max(reached, reference_at_rate(terms, rate, start)))
        reached = max(reached, upto)
        due += of_line
        shares[bearer] += charged_before(on, start, end, amount) - of_line
    return len(lines), charged, due, *shares.values()


def charged_before(on: date, start: date, end: date, amount: Decimal) -> Decimal:
    """What of a line's amount falls upon its days before `on`, half up to the fen."""
    if end <= on:
        return amount
    share = amount * (on - start).days / (end - start).days
    return share.quantize(_FEN, ROUND_HALF_UP)


async def findings_of_loan(push: Push, loan_id: UUID) -> list[dict[str, Any]]:
    """What law says today of one loan just pushed: the rules it does not meet.

    Undetermined rules are left out: right after a push most copies are still on their way.
    """
    number = (await push.session.execute(_NUMBER, {"loan_id": loan_id})).scalar_one()
    screening = Screening(
        screening_id=loan_id,
        business_date=push.today,
        rules=(),
        lo=["0"],
        hi=["~"],
        agency=push.caller.agency,
        contracts=[{"bank": push.caller.agency, "contract_no": number}],
    )
    await lay_out(push.session, screening)
    facts = (await push.session.execute(_FAILS)).mappings().first()
    return [_told(rule, facts) for rule in OF_LOANS if facts and facts[rule.id]]


_SHOWN = {
    "principal",
    *[each for rule in OF_LOANS for each in (rule.amount, *rule.assumed) if each],
}
_FAILS = select(
    *[LOAN_FACTS.c[name] for name in sorted(_SHOWN)],
    *[
        and_(
            rule.applies(LOAN_FACTS) if rule.applies else true(),
            rule.condition(LOAN_FACTS).is_(False),
        ).label(rule.id)
        for rule in OF_LOANS
    ],
)
"""Of the facts laid out: which rules fail, and what is told of them."""


def _told(rule: Rule, facts: RowMapping) -> dict[str, Any]:
    amount = facts[rule.amount] if rule.amount else None
    if rule.amount == "over_cap":
        # More than the loan itself would tell the bank what other banks lent.
        amount = min(amount, facts["principal"])
    return {
        "rule_id": rule.id,
        "verdict": "not_met",
        "wording": {"zh": rule.zh, "en": rule.en},
        "amount": None if amount is None else str(amount),
        "citation": rule.cite,
        "certainty": rule.certainty_for(facts).value,
    }


_NUMBER = text("""
    select contract_no from contract where id = :loan_id limit 1
""")
