"""NDJSON, CSV and XLSX as numbered rows of JSON, read as they come.

    unpacking  gzip, in steps that no bomb can blow up
    lines      NDJSON, and CSV as lines of cells
    sheets     XLSX, read by `workbook` in a process of its own
    layout     what a resource's columns are called and hold
    cells      what a cell says: days, amounts, words, numbers that lost digits
    columns    lines of cells into rows, by their headings
    errors     the rows that were refused, as a file with the reason beside each

CSV and XLSX use field names as headings, nested ones dotted, lists numbered (`covered.1.name`), or
the Chinese words of a service's headings.toml. The registry reads the national export itself.
"""

from kernel.problems import Fault, Invalid

NDJSON = "application/x-ndjson"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BODY_LIMIT = 1024**3
"""Bytes of a body of NDJSON or CSV as sent. None of it is held: it is read as it comes."""

INFLATED_LIMIT = 4 * 1024**3
"""Bytes of the same after gzip."""

WORKBOOK_LIMIT = 64 * 1024 * 1024
"""Bytes of an XLSX as sent, which is held until it is read."""

WORKBOOK_INFLATED_LIMIT = 1024**3
"""Bytes of what an XLSX holds; a process that may take so much memory and no more reads it."""

LONGEST_ROW = 1024 * 1024
"""Bytes of one row's JSON, as of a single push."""

MOST_LINES = 5_000_000
"""Lines of one body, blank ones included."""


def is_typed(media_type: str) -> bool:
    """Whether rows of this type say which values are numbers, so that they are read strictly."""
    return media_type == NDJSON


def unusable(code: str, message: str) -> Invalid:
    """A file that is none, as a problem."""
    return Invalid(message, errors=[Fault(pointer="", code=code, message=message)])
