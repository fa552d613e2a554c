"""People: what an ID number may look like, and what it says (GB 11643-1999).

ID numbers enter here and become keys in `kernel.crypto`; no other module reads their digits.
"""

from datetime import date
from operator import mul
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kernel.fields import NOT_BLANK, form_of_day

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_DIGITS = frozenset("0123456789")
_DISABILITY_CATEGORIES = "1234567"
_DISABILITY_GRADES = "1234"


class HiddenStr(str):
    """Text that does not show itself when a model holding it is printed or logged."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class Certificate(NamedTuple):
    """A 证件号码 taken apart: the 18 characters, and the digits that disclose a disability."""

    id_number: HiddenStr
    disability_category: int | None
    disability_grade: int | None


def check_character(first_17: str) -> str:
    """The 18th character that belongs to the first 17 digits."""
    total = sum(map(mul, map(int, first_17), _WEIGHTS))
    return _CHECKS[total % 11]


def born_on(id_number: str) -> date:
    """The birthday an 18-character ID number carries."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def sex(id_number: str) -> str:
    """MALE or FEMALE, from the 17th digit."""
    return "MALE" if int(id_number[16]) % 2 else "FEMALE"


def _read_18(text: str) -> HiddenStr:
    number = text.upper()
    if not set(number[:17]) <= _DIGITS or number[17] not in "0123456789X":
        raise PydanticCustomError("id_number", "An ID number has 17 digits and a digit or X.")
    try:
        born_on(number)
    except ValueError:
        raise PydanticCustomError(
            "id_number_birthday", "The birthday inside this ID number is not a day."
        ) from None
    if check_character(number[:17]) != number[17]:
        raise PydanticCustomError(
            "id_number_check", "The last character of this ID number does not fit the others."
        )
    return HiddenStr(number)


def _read_certificate(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise PydanticCustomError(
            "id_number_as_number",
            "This ID number was stored as a number and has lost digits; format the column as "
            "text and enter it again.",
        )
    if not isinstance(value, str):
        raise PydanticCustomError("id_number", "An ID number is text of 18 characters.")
    if len(value) == 15:
        raise PydanticCustomError(
            "id-number-old-form",
            "This is an ID number of the old 15-digit form; ask for the 18 characters.",
        )
    return value


def read_id_number(value: object) -> HiddenStr:
    """The 18 characters, upper case; disability digits behind them are dropped unread."""
    text = _read_certificate(value)
    if len(text) not in (18, 20, 22):
        raise PydanticCustomError("id_number", "An ID number has 18 characters.")
    return _read_18(text[:18])


def read_certificate(value: object) -> Certificate:
    """Take a 证件号码 of 18, 20 or 22 characters apart (policy.md 4.3).

    A disabled member's certificate is the ID number, one digit of category, one of grade, and
    two more on reissue. They disclose health, so nothing but the registry may call this.
    """
    if isinstance(value, Certificate):
        return value
    text = _read_certificate(value)
    if len(text) not in (18, 20, 22):
        raise PydanticCustomError(
            "id_number", "An ID number has 18 characters, a disability certificate 20 or 22."
        )
    number, rest = _read_18(text[:18]), text[18:]
    if not rest:
        return Certificate(number, None, None)
    if rest[0] not in _DISABILITY_CATEGORIES or rest[1] not in _DISABILITY_GRADES:
        raise PydanticCustomError(
            "disability_digits", "The digits behind the ID number are no category and grade."
        )
    return Certificate(number, int(rest[0]), int(rest[1]))


_DESCRIBED = {
    "type": "string",
    "minLength": 18,
    "maxLength": 22,
    "pattern": f"^[0-9]{{6}}{form_of_day('')}[0-9]{{3}}[0-9Xx]([1-7][1-4]([0-9]{{2}})?)?$",
    "format": "id-number",
    "examples": ["230199197506150017"],
}
"""What a schema can say of it; the last character must fit the others besides."""

IdNumber = Annotated[
    str,
    BeforeValidator(read_id_number),
    AfterValidator(HiddenStr),
    WithJsonSchema(_DESCRIBED),
]
"""An ID number: 18 characters with a right check character. Never echoed, logged or in a URL."""

CertificateNumber = Annotated[
    Certificate,
    BeforeValidator(read_certificate),
    WithJsonSchema(_DESCRIBED),
]
"""A member's 证件号码: 18, 20 or 22 characters, taken apart on entry."""


def _trimmed(name: str) -> HiddenStr:
    text = name.strip()
    if not text:
        raise PydanticCustomError("blank", "A name has at least one character that is not a space.")
    return HiddenStr(text)


PersonName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=NOT_BLANK),
    AfterValidator(_trimmed),
]
"""A person's name as the office writes it."""


def masked_name(name: str) -> str:
    """The first character of a name, the rest hidden."""
    return name[:1] + "*" * (len(name) - 1)


def masked_id_number(id_number: str) -> str:
    """First and last character; more would leave little but the birthday to guess."""
    return id_number[0] + "*" * 16 + id_number[-1]
