"""What a loan's interest cost more than law allows: the lines behind LOAN-30, 31 and 32."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.bulk.reads import one
from kernel.crypto import Keys
from kernel.judging import Screening
from kernel.policy.interest import (
    ENGINE_VERSION,
    law_version,
    reference_at_rate,
    reference_interest,
)
from kernel.problems import NotFound
from services.loans.operations.contracts import CONTRACTS_SHOWN
from services.loans.operations.references import terms_of
from services.loans.operations.screening import charged_before, lay_out
from services.loans.queries import excess
from services.loans.queries.facts import LOAN_FACTS
from services.loans.rules.afterwards import (
    interest_within_reference,
    is_ordinary_loan,
    qualified_household_at_policy_rate,
)
from services.loans.rules.borrowing import is_poverty_loan
from services.loans.schemas.eligibility import FactsAt
from services.loans.schemas.excess import (
    CountedRefund,
    ExcessTotals,
    InterestOfContract,
    MeasuredLine,
    Owed,
)
from services.loans.schemas.pushed import ContractOut
from services.loans.vocabulary import Bearer, Product, RefundCause, RefundTarget

_NOTHING = Decimal("0.00")
_VERDICTS: dict[bool | None, Literal["met", "not_met", "undetermined"]] = {
    True: "met",
    False: "not_met",
    None: "undetermined",
}
_MEASURED = select(
    LOAN_FACTS,
    interest_within_reference.condition(LOAN_FACTS).label("within_reference"),
    qualified_household_at_policy_rate.condition(LOAN_FACTS).label("at_policy_rate"),
    is_poverty_loan(LOAN_FACTS).label("is_poverty_loan"),
    is_ordinary_loan(LOAN_FACTS).label("is_ordinary_loan"),
)

Reference = Callable[[date], Decimal]


async def interest_of_contract(
    session: AsyncSession, keys: Keys, caller: Caller, loan_id: UUID, on: date
) -> InterestOfContract:
    """Each line against its reference, as of a day; NotFound for a loan the caller may not see, or
    that was not signed by then."""
    shown = await one(session, CONTRACTS_SHOWN, keys, caller, loan_id)
    assert isinstance(shown, ContractOut)
    await lay_out(session, _screening_of(shown, on))
    facts = (await session.execute(_MEASURED)).mappings().first()
    if facts is None:
        raise NotFound("This loan was not yet signed on the day asked about; ask for a later one.")
    given = {"loan_id": loan_id, "on": on}
    terms = (await session.execute(excess.TERMS_OF_LOAN, given)).mappings().one()
    places = {name: facts[name] for name in ("is_poverty_loan", "converted_on")}
    rows = (await session.execute(excess.LINES_OF_LOAN, given | places)).mappings().all()
    refunds = (await session.execute(excess.REFUNDS_OF_LOAN, given)).mappings().all()
    lines = _measured(rows, _reference_for(facts, terms), on, facts["is_poverty_loan"])
    counted = _counted(refunds, facts["is_poverty_loan"])
    rule_id, is_met = _judged(facts, bool(lines))
    totals = _totals(lines, facts["tolerance"] if rule_id == "LOAN-30" else None)
    return InterestOfContract(
        loan_id=loan_id,
        agency=shown.agency,
        contract_no=shown.contract_no,
        product=Product(facts["product"]),
        as_of=on,
        rule_id=rule_id,
        verdict=_VERDICTS[is_met] if rule_id else None,
        baseline_rate=facts["policy_rate"] if rule_id == "LOAN-31" else facts["annual_rate"],
        lines=lines,
        totals=totals,
        refunds=counted,
        owed=_owed(totals, counted, is_met) if rule_id else None,
        engine_version=ENGINE_VERSION,
        law_version=law_version(),
        facts={
            row["source"]: FactsAt(position=row["position"], as_at=row["as_at"].isoformat())
            for row in (await session.execute(excess.COPIED)).mappings()
        },
    )


def _screening_of(loan: ContractOut, on: date) -> Screening:
    return Screening(
        screening_id=loan.id,
        business_date=on,
        rules=(),
        lo=["0"],
        hi=["~"],
        agency=loan.agency,
        contracts=[{"bank": loan.agency, "contract_no": loan.contract_no}],
    )


def _judged(
    facts: RowMapping, has_lines: bool
) -> tuple[Literal["LOAN-30", "LOAN-31"] | None, bool | None]:
    """By which rule the loan is measured, and its verdict; without a line nothing can be found."""
    if facts["is_poverty_loan"]:
        return "LOAN-30", facts["within_reference"]
    if facts["is_ordinary_loan"]:
        return "LOAN-31", facts["at_policy_rate"] if has_lines else True
    return None, None


def _reference_for(facts: RowMapping, row: RowMapping) -> Reference | None:
    """R(day) by which the loan is measured; None where the law gives none."""
    terms = terms_of(row)
    if facts["is_poverty_loan"]:
        return lambda day: reference_interest(terms, day)
    rate = facts["policy_rate"]
    if facts["is_ordinary_loan"] and rate is not None:
        return lambda day: reference_at_rate(terms, rate, day)
    return None


def _measured(
    rows: Iterable[RowMapping], reference: Reference | None, on: date, whole: bool
) -> list[MeasuredLine]:
    """R never falls, so of a day that is billed twice each line adds what R rises beyond the lines
    before it. `whole`: lines count whole, not only their days before `on`."""
    lines, reached = [], _NOTHING
    for row in rows:
        start, end = row["period_start"], row["period_end"]
        charged = row["amount"] if whole else charged_before(on, start, end, row["amount"])
        due = None
        if reference is not None:
            upto = reference(end if whole else min(end, on))
            due = max(_NOTHING, upto - max(reached, reference(start)))
            reached = max(reached, upto)
        difference = None if due is None else charged - due
        measured = {**row, "charged": charged, "reference": due, "difference": difference}
        lines.append(MeasuredLine.model_validate(measured))
    return lines


def _totals(lines: list[MeasuredLine], tolerance: Decimal | None) -> ExcessTotals:
    def share(*bearers: Bearer) -> Decimal | None:
        return _sum(line.difference for line in lines if line.borne_by in bearers)

    return ExcessTotals(
        line_count=len(lines),
        charged=_sum(line.charged for line in lines) or _NOTHING,
        reference=_sum(line.reference for line in lines),
        excess=share(*Bearer),
        tolerance=tolerance,
        household_share=share(Bearer.HOUSEHOLD),
        treasury_share=share(Bearer.TREASURY),
        bank_share=share(Bearer.BANK),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """None if one is unknown."""
    total = _NOTHING
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _counted(refunds: Iterable[RowMapping], is_poverty_loan: bool) -> list[CountedRefund]:
    cause = RefundCause.RATE_EXCESS if is_poverty_loan else RefundCause.ORDINARY_RATE
    told: list[dict[str, Any]] = [{**row, "counts": row["cause"] == cause} for row in refunds]
    return [CountedRefund.model_validate(each) for each in told]


def _owed(totals: ExcessTotals, refunds: list[CountedRefund], is_met: bool | None) -> Owed | None:
    """Each bearer's share, less the refunds to him for that cause (rules.md, LOAN-32)."""
    if is_met is None:
        return None

    def still(share: Decimal | None, to: RefundTarget) -> Decimal:
        back = sum((each.amount for each in refunds if each.counts and each.to == to), _NOTHING)
        return _NOTHING if is_met or share is None else max(_NOTHING, share - back)

    household = still(totals.household_share, RefundTarget.HOUSEHOLD)
    treasury = still(totals.treasury_share, RefundTarget.TREASURY)
    return Owed(household=household, treasury=treasury, total=household + treasury)
