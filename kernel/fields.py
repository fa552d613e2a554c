"""Field types that rows of every service share."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A line of text without control characters."""

NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""A pattern: a line of text with at least one character that is seen."""

AgencyNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A number that an agency issued: opaque to us, unique among that agency's."""

AgencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{2,40}$")]
"""An agency's code."""

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
"""统一社会信用代码 of an organisation."""

FirstDay = Annotated[date, Field(examples=["2018-01-01"])]
DayAfter = Annotated[date, Field(examples=["2019-01-01"])]
"""The first day of an interval, and the first one that no longer belongs to it; the examples are a
year, so that what is made of examples is an interval."""


def form_of_day(between: str) -> str:
    """A regular expression for the days of the years 1800 to 2199, written with this between year,
    month and day; for published schemas, which can say it no shorter."""
    months = (
        f"(0[13578]|1[02]){between}(0[1-9]|[12][0-9]|3[01])",
        f"(0[469]|11){between}(0[1-9]|[12][0-9]|30)",
        f"02{between}(0[1-9]|1[0-9]|2[0-8])",
    )
    leap_year = "((18|19|20|21)(0[48]|[2468][048]|[13579][26])|2000)"
    return (
        f"((18|19|20|21)[0-9]{{2}}{between}({'|'.join(months)})|{leap_year}{between}02{between}29)"
    )


BusinessDate = Annotated[
    date,
    Field(ge=date(1949, 10, 1), le=date(2199, 12, 31)),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(1949-1|19[5-9]|2[01])"}),
]
"""A day as of which something is asked or done. Facts may be of any day, but none of them is known
before the first of these, nor would anybody ask after the last."""


class Pushed(BaseModel):
    """A row that an agency pushes. Unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)

    source_version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Grows with each correction or report of the same thing."""


class Part(BaseModel):
    """A part of a pushed row."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)
