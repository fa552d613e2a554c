"""Field types that rows of every service share."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A line of text without control characters."""

AgencyNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A number that an agency issued: opaque to us, unique among that agency's."""

AgencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{2,40}$")]
"""An agency's code."""

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
"""统一社会信用代码 of an organisation."""

BusinessDate = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2199, 12, 31))]
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
