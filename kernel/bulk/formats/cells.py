"""What a cell says, as offices fill cells in.

A cell that cannot be read otherwise is passed on as it is, and its field refuses it. What has lost
digits, an ID number or a contract's number that became a number, is never guessed.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any


def plain(text: str) -> str:
    """Text as labels and headings are compared: half-width signs, no spaces."""
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def text_of(cell: Any) -> Any:
    """A cell as the text a person sees; numbers too long to be exact stay numbers."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    # A workbook keeps 15 digits; a sum of fen may carry dust behind them.
    return cell if abs(cell) >= 10**15 else f"{Decimal(f'{cell:.15g}'):f}"


def has_lost_digits(cell: Any) -> bool:
    """Whether a number was too long for a workbook, or was written as 2.30199E+17 into a CSV."""
    return not isinstance(cell, str) or _SCIENTIFIC.fullmatch(cell) is not None


_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+[0-9]{2,3}")


def as_text(cell: str) -> str:
    """Text with the full-width letters and digits of a number as half-width ones.

    Only where nothing else is in the cell: names and brackets stay as they were written.
    """
    if cell.isascii():
        return cell
    narrow = cell.translate(_NARROW)
    return narrow if narrow.isascii() else cell


_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def as_number(cell: str) -> str:
    """An amount without separators of thousands, sign of currency or unit; 4.35% is 0.0435."""
    number = plain(cell).removeprefix("¥").removesuffix("元")
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    if _PERCENT.fullmatch(number):
        return f"{Decimal(number[:-1]) / 100:f}"
    return number


_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,8})?%")


def as_day(cell: str, *, from_1904: bool | None = None) -> str | None:
    """A day as ISO text; a time of day behind it is dropped. None if it is no day.

    A workbook's days may come as numbers: those of five digits are days since 1900 or 1904, as
    the workbook counts (none: they are no days). Of four digits they are years, and no days.
    """
    text = plain(cell) if not cell.isascii() else cell.strip()
    if from_1904 is not None and _SERIAL.fullmatch(text):
        return (_DAY_0[from_1904] + timedelta(days=int(text))).isoformat()
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part and part.isdecimal())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_DAY_0 = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_DAY = re.compile(
    r"([0-9]{4})(?:(?P<sign>[-/.])([0-9]{1,2})(?P=sign)([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))(?:[ T]+[0-9:.]+|(?<=日)[0-9:.]+)?"
)


def as_yes_or_no(cell: str) -> str:
    """是 or 否, 有 or 无, as true or false."""
    return _YES_OR_NO.get(plain(cell).upper(), cell)


_YES_OR_NO: Mapping[str, str] = {
    **dict.fromkeys(("是", "有", "Y", "YES", "TRUE", "1"), "true"),
    **dict.fromkeys(("否", "无", "没有", "N", "NO", "FALSE", "0"), "false"),
}
