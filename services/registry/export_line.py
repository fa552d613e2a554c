"""One line of the national export: what its cells say, or why they say nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kernel.bulk.formats.cells import as_day, plain
from kernel.problems import Fault
from services.registry.codes import CODES, GenerationNeeded, NotInList
from services.registry.headings import HEADINGS

Cell = str | int | float


class Unreadable(Exception):
    """A household cannot be read; the fault says where and why, and repeats no cell."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault["code"])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet: its number, and the cells that hold something, by field.

    Everything read from a blank cell is blank: "", None or an empty list. A cell that cannot be
    read raises Unreadable.
    """

    number: int
    cells: Mapping[str, Cell]
    part: str = ""
    """Where in the household's JSON this line goes, as a pointer."""
    from_1904: bool = False
    """From when the workbook counts days that are stored as numbers."""
    row: Sequence[Any] = ()
    """All its cells as they came."""

    def text(self, name: str) -> str:
        """What a column says."""
        return str(self.cells.get(name, ""))

    def issued(self, name: str) -> str:
        """A number that an agency issued, as text without spaces."""
        number = self.cells.get(name, "")
        if not isinstance(number, str):
            why = "was stored as a number and has lost digits; format the column as text."
            raise self.unreadable(name, "number-not-exact", why)
        return plain(number)

    def word(self, name: str, code_list: str, generation: int | None) -> str | None:
        """Our identifier for a word or code of a national list."""
        words = self.words(name, code_list, generation)
        if len(words) > 1:
            raise self.unreadable(name, "more-than-one", "holds more than one word.")
        return words[0] if words else None

    def words(self, name: str, code_list: str, generation: int | None) -> list[str]:
        """Our identifiers for the words or codes of a cell, each once, in their order."""
        try:
            return list(_read(code_list, self.text(name), generation))
        except GenerationNeeded:
            why = (
                "holds a code that has had two meanings; push with generation=1 or generation=2, "
                "or write the word."
            )
            raise self.unreadable(name, "generation-needed", why) from None
        except NotInList:
            why = "holds a word or code that the national list does not have."
            raise self.unreadable(name, "not-in-list", why) from None

    def year(self, name: str) -> int | None:
        """A year of this or the last century."""
        cell = plain(self.text(name))
        if cell and not _YEAR.fullmatch(cell):
            raise self.unreadable(name, "not-a-year", "is not a year such as 2018.")
        return int(cell[:4]) if cell else None

    def day(self, name: str) -> str | None:
        """A day as ISO text, from text or from a workbook's number of days."""
        cell = self.text(name)
        if not cell:
            return None
        found = as_day(cell, from_1904=self.from_1904)
        if found is None:
            why = "is not a day such as 2018-03-31, 2018年3月31日 or 20180331."
            raise self.unreadable(name, "not-a-day", why)
        return found

    def unreadable(self, name: str, code: str, why: str) -> Unreadable:
        """A fault of one column; `why` continues a sentence that begins with its heading."""
        pointer = f"{self.part}/{_GOES_TO.get(name, name)}"
        message = f"{HEADINGS[name][0]} {why}"
        return Unreadable(Fault(pointer=pointer, code=code, message=message, line=self.number))


@lru_cache(maxsize=4096)
def _read(code_list: str, cell: str, generation: int | None) -> tuple[str, ...]:
    """A cell of a code list; an export says the same few things a million times."""
    parts = [part for part in _SEPARATORS.split(cell) if plain(part)]
    return tuple(dict.fromkeys(CODES[code_list].word(part, generation) for part in parts))


_SEPARATORS = re.compile(r"[,，、;；]")
_YEAR = re.compile(r"(19|20)[0-9]{2}年?")
_GOES_TO = {
    "year": "as_at",
    "lifting": "statuses",
    "identified_year": "statuses",
    "lifted_year": "statuses",
}
"""Fields of our JSON that are read from columns of another name."""
