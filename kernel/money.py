"""Money and rates: Decimal here, numeric in SQL, decimal strings in JSON, never a float."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_DIGITS = frozenset("0123456789")


def _decimal_string(places: int, whole: int, *, signed: bool = False) -> BeforeValidator:
    """Accept only plain decimal text: no number, exponent, NaN or blank, and no sign but a minus
    where `signed` allows it."""

    def read(value: object) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError(
                "decimal_string", "Write this amount as a decimal string, in quotation marks."
            )
        plus = value.removeprefix("-") if signed else value
        before, point, after = plus.partition(".")
        plain = before and set(before + after) <= _DIGITS and bool(point) == bool(after)
        if not plain or len(before) > whole or len(after) > places:
            raise PydanticCustomError(
                "decimal_string",
                "Write a plain decimal without {sign} or exponent, with at most "
                "{whole} digits before and {places} after the point.",
                {"whole": whole, "places": places, "sign": "plus" if signed else "sign"},
            )
        return Decimal(value)

    return BeforeValidator(read)


def _schema(places: int, whole: int, example: str, sign: str = "") -> WithJsonSchema:
    pattern = rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{places}}})?$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _text(value: Decimal) -> str:
    """Without exponent: a rate of zero is 0.00000000 and not 0E-8."""
    return f"{value:f}"


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("not_positive", "This amount must be more than zero.")
    return value


Yuan = Annotated[
    Decimal, _decimal_string(2, 12), PlainSerializer(_text), _schema(2, 12, "50000.00")
]
"""An amount of yuan, to the fen, zero or more."""

PositiveYuan = Annotated[Yuan, AfterValidator(_positive), _schema(2, 12, "50000.00", "(?=.*[1-9])")]
"""An amount of yuan that is more than zero."""

Rate = Annotated[Decimal, _decimal_string(8, 1), PlainSerializer(_text), _schema(8, 1, "0.0435")]
"""An annual rate as a fraction: 0.0435 is 4.35% a year."""

AnyYuan = Annotated[
    Decimal, _decimal_string(2, 20), PlainSerializer(_text), _schema(2, 20, "50000.00")
]
"""An amount of yuan that nobody need have lent: what a quote may be asked of."""

Movement = Annotated[
    Decimal,
    _decimal_string(2, 20, signed=True),
    PlainSerializer(_text),
    _schema(2, 20, "-20000.00", "-?"),
]
"""An amount of yuan that is owed more, or with a minus less."""

Multiplier = Annotated[Decimal, _decimal_string(4, 2), PlainSerializer(_text), _schema(4, 2, "1.5")]
"""How many times a rate."""

SignedYuan = Annotated[
    Decimal,
    PlainSerializer(_text),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"}),
]
"""An amount of yuan in an answer of ours, which may be negative."""
