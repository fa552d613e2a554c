"""What a loan costs by one of the conventions, with the working in words."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from kernel.policy.interest import (
    ENGINE_VERSION,
    Case,
    Line,
    Quote,
    Step,
    Subsidy,
    Unanswerable,
    quote,
    to_places,
    years_months_days,
)
from kernel.problems import Fault, Invalid
from services.loans.schemas.eligibility import Wording
from services.loans.schemas.quotes import (
    PaidInterestOut,
    QuoteIn,
    QuoteOut,
    QuoteStep,
    SegmentOut,
    SettlementOut,
    SubsidyOut,
    WorkingLine,
)

_WHAT = {
    "interest": Wording(zh="应计利息", en="Interest"),
    "settlement": Wording(zh="本期结息", en="Interest of the period"),
    "payment": Wording(zh="随本金归还的利息", en="Interest paid with this part of the principal"),
    "normal": Wording(zh="到期前正常利息", en="Interest up to maturity"),
    "penalty": Wording(zh="逾期罚息", en="Penalty interest"),
    "charged": Wording(zh="按合同利率计收", en="Charged at the contract's rate"),
    "entitled": Wording(zh="按应享利率应计（扣除）", en="Due at the entitled rate (deducted)"),
}


def quote_interest(asked: QuoteIn) -> QuoteOut:
    """Interest to the fen and every step of it; Invalid, with a pointer, where none can be told."""
    try:
        answer = quote(asked.method, _case(asked))
    except Unanswerable as problem:
        fault = Fault(pointer=f"/{problem.fact}", code="unanswerable", message=str(problem))
        raise Invalid(str(problem), errors=[fault]) from None
    told = {name: str(amount) for name, amount in answer.told.items()}
    subsidy = None
    if asked.subsidy:
        said = asked.subsidy.model_dump(mode="json")
        subsidy = SubsidyOut.model_validate(said | told)
        told = {}
    return QuoteOut(
        method=asked.method,
        interest=str(answer.interest),
        settlements=[_settlement(step) for step in answer.steps if step.settled_on] or None,
        segments=_segments(asked, answer),
        payments=[
            PaidInterestOut(date=step.end, interest=str(step.amount))
            for step in answer.steps
            if step.what == "payment"
        ]
        or None,
        subsidy=subsidy,
        steps=[_told(number, step) for number, step in enumerate(answer.steps, 1)],
        working=list(_working(answer)),
        engine_version=ENGINE_VERSION,
        **told,
    )


def _case(asked: QuoteIn) -> Case:
    subsidy = None
    if asked.subsidy:
        subsidy = Subsidy(asked.subsidy.ratio, asked.subsidy.cap, asked.subsidy.claimed)
    return Case(
        principal=asked.principal,
        annual_rate=asked.annual_rate,
        start=asked.start,
        end=asked.end,
        rate_changes=tuple((each.date, each.annual_rate) for each in asked.rate_changes or ()),
        principal_changes=tuple((each.date, each.amount) for each in asked.principal_changes or ()),
        maturity=asked.maturity,
        penalty_multiplier=asked.penalty_multiplier,
        entitled_rate=asked.entitled_rate,
        subsidy=subsidy,
    )


def _settlement(step: Step) -> SettlementOut:
    return SettlementOut(
        settle_date=step.settled_on or step.end,
        period_start=step.start,
        period_end_exclusive=step.end,
        days=(step.end - step.start).days,
        interest=str(step.amount),
        cumulative=None if step.cumulative is None else str(step.cumulative),
    )


def _segments(asked: QuoteIn, answer: Quote) -> list[SegmentOut] | None:
    """Stretches of one rate, of the methods that are named after them."""
    if not asked.method.startswith("SEGMENT_"):
        return None
    return [
        SegmentOut(
            start=line.start,
            end=line.end,
            annual_rate=f"{line.rate:f}",
            interest_unrounded=f"{to_places(line.interest, 6):f}",
            detail=_detail(line.start, line.end),
        )
        for line in answer.lines
    ]


def _detail(start: date, end: date) -> str:
    years, months, days = years_months_days(start, end)
    return f"{years}y{months}m{days}d; {(end - start).days} actual days"


def _told(number: int, step: Step) -> QuoteStep:
    amount = step.amount.copy_negate() if step.what == "entitled" else step.amount
    return QuoteStep(
        step=number,
        what=_WHAT[step.what],
        from_=step.start,
        to=step.end,
        amount=str(amount),
    )


def _working(answer: Quote) -> Iterator[WorkingLine]:
    for number, step in enumerate(answer.steps, 1):
        for line in step.lines:
            years, months, days = line.years_months_days or (None, None, line.days)
            yield WorkingLine(
                step=number,
                from_=line.start,
                to=line.end,
                base=f"{line.base:f}",
                rate=f"{line.rate:f}",
                years=years,
                months=months,
                days=days,
                calendar_days=line.days,
                formula=_formula(line),
                amount=_shown(line.interest),
            )


def _formula(line: Line) -> Wording:
    percent = f"{(line.rate * 100).normalize():f}%"
    zh, en = f"本金{line.base:f}元 × 年利率{percent}", f"{line.base:f} yuan × {percent} a year"
    if line.years_months_days is None:
        return Wording(
            zh=f"{zh} × {line.days}天 ÷ {line.year_base}",
            en=f"{en} × {line.days} days ÷ {line.year_base}",
        )
    years, months, days = line.years_months_days
    return Wording(
        zh=f"{zh} ×（{years}年 + {months}个月 ÷ 12 + {days}天 ÷ {line.year_base}）",
        en=f"{en} × ({years} years + {months} months ÷ 12 + {days} days ÷ {line.year_base})",
    )


def _shown(amount: Decimal) -> str:
    """Exact where that takes at most eight decimals; never fewer than two."""
    whole, _, decimals = f"{to_places(amount, 8):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
