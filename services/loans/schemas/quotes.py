"""What an interest quote asks and answers: the keys of a case of `interest_cases.json`."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kernel.fields import DayAfter, FirstDay
from kernel.money import AnyYuan, Movement, Multiplier, Rate
from kernel.policy.interest import METHODS
from services.loans.schemas.eligibility import Wording

LONGEST = 100
"""Years that a quote may span."""


def _known(method: str) -> str:
    if method not in METHODS:
        raise PydanticCustomError(
            "unknown_method", "Name one of {methods}.", {"methods": ", ".join(METHODS)}
        )
    return method


def _a_fraction(rate: Decimal) -> Decimal:
    if rate > 1:
        raise PydanticCustomError(
            "not_a_fraction", "Write this as a fraction, at most 1: 0.0435 is 4.35%."
        )
    return rate


def _some(principal: Decimal) -> Decimal:
    if principal == 0:
        raise PydanticCustomError("not_positive", "The principal must be more than zero.")
    return principal


def _not_less_than_the_rate(multiplier: Decimal) -> Decimal:
    if multiplier < 1:
        raise PydanticCustomError(
            "not_a_multiple", "A penalty is at least the rate: 1.5 is the rate and half of it more."
        )
    return multiplier


Method = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(METHODS), "examples": ["ITEM_YMD"]}),
]
Fraction = Annotated[
    Rate,
    AfterValidator(_a_fraction),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(0(\.[0-9]{1,8})?|1(\.0{1,8})?)$",
            "examples": ["0.0435"],
        }
    ),
]

Principal = Annotated[
    AnyYuan,
    AfterValidator(_some),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?=.*[1-9])[0-9]{1,20}(\.[0-9]{1,2})?$",
            "examples": ["50000.00"],
        }
    ),
]
Times = Annotated[
    Multiplier,
    AfterValidator(_not_less_than_the_rate),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^([1-9][0-9]?|0[1-9])(\.[0-9]{1,4})?$",
            "examples": ["1.5"],
        }
    ),
]


class CasePart(BaseModel):
    """A part of a case; what it does not need is ignored."""

    model_config = ConfigDict(extra="ignore")


class RateChanged(CasePart):
    """The rate from a day on; `from` is understood as well."""

    date: Annotated[date, Field(validation_alias=AliasChoices("date", "from"))]
    annual_rate: Fraction


class PrincipalChanged(CasePart):
    """What is owed more from a day on, or with a minus less."""

    date: date
    amount: Movement


class SubsidyAsked(CasePart):
    """The treasury's share of the interest on the principal up to a cap."""

    ratio: Fraction
    cap: AnyYuan | None = None
    claimed: AnyYuan | None = None


class QuoteIn(CasePart):
    """A loan and how to count. `end` is the first day that is no longer counted.

    Keys it does not know, such as a case's `id` and `expected_interest`, are ignored.
    """

    principal: Principal
    annual_rate: Fraction
    method: Method
    start: FirstDay
    end: DayAfter
    rate_changes: Annotated[list[RateChanged], Field(max_length=500)] | None = None
    principal_changes: Annotated[list[PrincipalChanged], Field(max_length=500)] | None = None
    maturity: date | None = None
    penalty_multiplier: Times | None = None
    entitled_rate: Fraction | None = None
    subsidy: SubsidyAsked | None = None

    @model_validator(mode="after")
    def _is_not_endless(self) -> "QuoteIn":
        if self.end.year - self.start.year > LONGEST:
            raise PydanticCustomError(
                "too_long", "A quote spans at most {years} years.", {"years": LONGEST}
            )
        return self


class WorkingLine(BaseModel):
    """`base` yuan at `rate` from a day to before another.

    Either `years`, `months` and odd `days` count, or calendar `days` alone. `amount` is shown to at
    most eight decimals and added up exactly; rounding comes with the step.
    """

    model_config = ConfigDict(populate_by_name=True)

    step: int
    from_: Annotated[date, Field(alias="from")]
    to: date
    base: str
    rate: str
    years: int | None = None
    months: int | None = None
    days: int
    calendar_days: int
    formula: Wording
    amount: str


class QuoteStep(BaseModel):
    """Lines added up and rounded once, half up to the fen; what is deducted has a minus."""

    model_config = ConfigDict(populate_by_name=True)

    step: int
    what: Wording
    from_: Annotated[date, Field(alias="from")]
    to: date
    amount: str


class SettlementOut(BaseModel):
    """What is due on a settlement day."""

    settle_date: date
    period_start: date
    period_end_exclusive: date
    days: int
    interest: str
    cumulative: str | None = None


class SegmentOut(BaseModel):
    """A stretch of one rate; its interest to six decimals."""

    start: date
    end: date
    annual_rate: str
    interest_unrounded: str
    detail: str


class PaidInterestOut(BaseModel):
    """Interest that is paid with a part of the principal."""

    date: date
    interest: str


class SubsidyOut(BaseModel):
    """What the treasury pays, what is left to the borrower, and what was claimed too much."""

    cap: str | None = None
    ratio: str
    eligible_interest: str
    subsidy: str
    borrower: str
    claimed: str | None = None
    reduction: str | None = None


class QuoteOut(BaseModel):
    """The interest in yuan to the fen, what else the method answers, and the working."""

    method: str
    interest: str
    settlements: list[SettlementOut] | None = None
    segments: list[SegmentOut] | None = None
    payments: list[PaidInterestOut] | None = None
    subsidy: SubsidyOut | None = None
    eligible_interest: str | None = None
    penalty_interest: str | None = None
    charged: str | None = None
    entitled: str | None = None
    refund: str | None = None
    steps: list[QuoteStep]
    working: list[WorkingLine]
    engine_version: int
