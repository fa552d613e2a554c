"""The national system's yearly export of households, as offices write it (policy.md 4.1, 4.2).

One line is one person. Lines of one 户编号 and 年度 become one household; what several of its lines
say of the household must agree. A household that cannot be read is refused alone, at the line and
column where it stops making sense, and no cell is repeated in what is said of it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from kernel.bulk.formats import text_of
from kernel.bulk.resource import Raw
from kernel.divisions import village_code
from kernel.problems import Fault, Invalid
from services.registry.codes import CODES, GenerationNeeded, NotInList, plain
from services.registry.headings import HEADINGS, IGNORED, KNOWN

Cell = str | int | float

_TITLES = 30
"""Lines among which the headings are looked for."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the sheet: its number, and the cells that hold something, by field."""

    number: int
    cells: Mapping[str, Cell]
    part: str = ""
    """Where in the household's JSON its cells go."""

    def text(self, name: str) -> str:
        """What a column says, "" if nothing."""
        return str(self.cells.get(name, ""))

    def refused(self, name: str, code: str, why: str) -> "_Refused":
        """A fault of one column of this line; `why` continues a sentence that it begins."""
        pointer = f"{self.part}/{_POINTERS.get(name, name)}"
        message = f"{HEADINGS[name][0]} {why}"
        return _Refused(Fault(pointer=pointer, code=code, message=message, line=self.number))


_POINTERS = {
    "year": "as_at",
    "lifting": "statuses",
    "identified_year": "statuses",
    "lifted_year": "statuses",
}


class _Refused(Exception):
    """A household cannot be read; the fault says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault["code"])
        self.fault = fault


def household_rows(cells: Sequence[Sequence[Any]], generation: int | None) -> Iterator[Raw]:
    """The households of a sheet, in the order of their first lines, as JSON of `HouseholdIn`.

    `generation` (1 or 2) says which code lists bare codes are from. Raises Invalid if the sheet
    has no line with 户编号 and 证件号码, or headings that are no part of the national export.
    """
    top = _heading_line(cells)
    columns = _columns(cells[top])
    groups: dict[tuple[str, str], list[_Line]] = {}
    newest: dict[str, list[_Line]] = {}
    for number, row in enumerate(cells[top + 1 :], start=top + 2):
        line = _Line(number, dict(_filled(columns, row)))
        if not line.cells:
            continue
        household_no = line.text("household_no") or f"none, line {number}"
        year = line.text("year")
        group = None if year else newest.get(household_no)
        if group is None:
            group = groups.setdefault((household_no, year), [])
        newest[household_no] = group
        group.append(line)
    for lines in groups.values():
        yield _row(lines, generation)


def _heading_line(cells: Sequence[Sequence[Any]]) -> int:
    """Where the headings stand: the first line with the two columns nothing works without."""
    for place, row in enumerate(cells[:_TITLES]):
        if {"household_no", "id_number"} <= {KNOWN.get(plain(str(cell))) for cell in row}:
            return place
    raise _unusable("no-headings", f"The first {_TITLES} lines hold no headings 户编号 and 证件号码.")


def _columns(headings: Sequence[Any]) -> list[str | None]:
    """The field of each column, None if it is not kept, "" without a heading; or Invalid."""
    names = [plain(str(heading)) for heading in headings]
    unknown = [name for name in names if name and name not in KNOWN and name not in IGNORED]
    if unknown:
        listed = "、".join(name[:40] for name in unknown)
        raise _unusable(
            "unknown-column", f"The national export has no such column; take it out: {listed}."
        )
    fields = [KNOWN.get(name) if name else "" for name in names]
    twice = [n for n, name in zip(names, fields, strict=True) if name and fields.count(name) > 1]
    if twice:
        raise _unusable("repeated-column", f"These columns say the same: {'、'.join(twice)}.")
    return fields


def _unusable(code: str, message: str) -> Invalid:
    return Invalid(message, errors=[Fault(pointer="", code=code, message=message)])


def _filled(columns: Sequence[str | None], row: Sequence[Any]) -> Iterator[tuple[str, Cell]]:
    """The cells of a line that hold something and are kept, by field."""
    for place, cell in enumerate(row):
        name = columns[place] if place < len(columns) else ""
        if name is None or cell == "" or cell is None:
            continue
        # An ID number that became a number has lost digits; its field says so.
        is_number = name == "id_number" and isinstance(cell, int | float)
        text = cell if is_number else text_of(cell)
        if text != "":
            yield name, text


def _row(lines: Sequence[_Line], generation: int | None) -> Raw:
    first = lines[0].number
    try:
        household = _household(lines, generation)
    except _Refused as refused:
        return Raw(first, b"", fault=refused.fault)
    places = {f"/members/{place}": line.number for place, line in enumerate(lines)}
    return Raw(first, json.dumps(household, ensure_ascii=False).encode(), lines=places)


def _household(lines: Sequence[_Line], generation: int | None) -> dict[str, Any]:
    for line in lines:
        if "" in line.cells:
            message = "A cell of this line stands under no heading."
            fault = Fault(pointer="", code="no-heading", message=message, line=line.number)
            raise _Refused(fault)
    year = _year(_one(lines, "year"), "year")
    members = [
        _member(replace(line, part=f"/members/{place}"), generation)
        for place, line in enumerate(lines)
    ]
    phone = _one(lines, "household_phone").text("household_phone")
    for member in members:
        if phone and member.get("relation") == "HEAD":
            member.setdefault("phone", phone)
    return _without_blanks(
        household_no=_number(lines[0], "household_no"),
        village_code=_village(lines),
        attribute=_word(_one(lines, "attribute"), "attribute", "attribute", generation),
        main_cause=_word(_one(lines, "main_cause"), "main_cause", "cause", generation),
        other_causes=_words(_one(lines, "other_causes"), "other_causes", "cause", generation),
        per_capita_income=_one(lines, "per_capita_income").cells.get("per_capita_income"),
        statuses=_statuses(lines, year, generation),
        members=members,
        as_at=f"{year}-12-31" if year else None,
        source_version=year,
    )


def _member(line: _Line, generation: int | None) -> dict[str, Any]:
    number = line.cells.get("id_number")
    return _without_blanks(
        member_no=_number(line, "member_no"),
        name=line.text("name"),
        id_number=plain(number) if isinstance(number, str) else number,
        relation=_word(line, "relation", "relation", generation),
        labour_skill=_word(line, "labour_skill", "labour_skill", generation),
        health=_words(line, "health", "health", generation),
        education=_word(line, "education", "education", generation),
        studying=line.text("studying"),
        phone=line.text("phone"),
        joined_on=_day(line, "joined_on"),
        left_on=_day(line, "left_on"),
        died_on=_day(line, "died_on"),
    )


def _without_blanks(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _one(lines: Sequence[_Line], name: str) -> _Line:
    """The first line that says something of the household in this column; all must agree."""
    saying = [line for line in lines if name in line.cells]
    for line in saying[1:]:
        if line.cells[name] != saying[0].cells[name]:
            raise line.refused(name, "lines-differ", "differs from the household's other lines.")
    return saying[0] if saying else lines[0]


def _number(line: _Line, name: str) -> str:
    """A number that an agency issued, as text without spaces."""
    number = line.cells.get(name, "")
    if not isinstance(number, str):
        why = "was stored as a number and has lost digits; format the column as text."
        raise line.refused(name, "number-not-exact", why)
    return plain(number)


def _word(line: _Line, name: str, code_list: str, generation: int | None) -> str | None:
    """Our identifier for a word or code of a national list, None if the cell is blank."""
    words = _words(line, name, code_list, generation)
    if len(words) > 1:
        raise line.refused(name, "more-than-one", "holds more than one word.")
    return words[0] if words else None


def _words(line: _Line, name: str, code_list: str, generation: int | None) -> list[str]:
    """Our identifiers for the words or codes of a cell, each once, in their order."""
    cell = line.text(name)
    try:
        found = [CODES[code_list].word(word, generation) for word in _split(cell)]
    except GenerationNeeded:
        why = "holds a code that changed its meaning; push with ?generation=1 or 2, or write words."
        raise line.refused(name, "generation-needed", why) from None
    except NotInList:
        why = "holds a word or code that the national list does not have."
        raise line.refused(name, "not-in-list", why) from None
    return list(dict.fromkeys(found))


def _split(cell: str) -> list[str]:
    return [word for word in re.split(r"[,，、;；]", cell) if plain(word)]


def _year(line: _Line, name: str) -> int | None:
    cell = plain(line.text(name))
    if cell and not re.fullmatch(r"(19|20)[0-9]{2}年?", cell):
        raise line.refused(name, "not-a-year", "is not a year such as 2018.")
    return int(cell[:4]) if cell else None


_DAYS = re.compile(
    r"([0-9]{4})(?:(?P<sign>[-/.])([0-9]{1,2})(?P=sign)([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))(?:[ T]+[0-9:.]+)?"
)


def _day(line: _Line, name: str) -> str | None:
    """A day as ISO text, None if the cell is blank; a time of day behind it is dropped."""
    cell = line.text(name)
    if not cell:
        return None
    match = _DAYS.fullmatch(cell)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) for part in match.groups() if part and part.isdecimal())
        return date(year, month, day).isoformat()
    except ValueError:
        why = "is not a day such as 2018-03-31, 2018年3月31日 or 20180331."
        raise line.refused(name, "not-a-day", why) from None


_PLACES = ("province", "prefecture", "county", "township", "village")
_COMMITTEES = ("", "委会", "民委员会", "村委会", "村民委员会", "居委会", "居民委员会")
"""What the statistical names add to the name that people use: 六合村, 六合村民委员会."""


def _village(lines: Sequence[_Line]) -> str:
    code = plain(_one(lines, "village_code").text("village_code"))
    if code:
        return code
    *above, village = (plain(_one(lines, name).text(name)) for name in _PLACES)
    named = {village_code(*above, village + committee) for committee in _COMMITTEES} - {None}
    if len(named) != 1:
        why = "is blank, and 省 市 县 乡 村 do not name one village on record; write the code."
        raise lines[0].refused("village_code", "unknown-village", why)
    return str(named.pop())


def _statuses(
    lines: Sequence[_Line], year: int | None, generation: int | None
) -> list[dict[str, str]]:
    """Dated statuses from a state and its years; a year begins on 1 January (fields.md).

    Blank 脱贫状态: nothing is known. 预脱贫 is still registered. The first generation's 脱贫 is read
    as lifted with policy, and so is what a household was before it returned: assumed.
    """
    line = _one(lines, "lifting")
    lifting = _word(line, "lifting", "lifting", generation)
    if lifting is None:
        return []
    began = _one(lines, "identified_year")
    steps = [("REGISTERED", _needed(began, "identified_year"))]
    lifted = _one(lines, "lifted_year")
    if lifting in ("LIFTED", "LIFTED_WITH_POLICY", "LIFTED_NO_POLICY"):
        status = "LIFTED_NO_POLICY" if lifting == "LIFTED_NO_POLICY" else "LIFTED_WITH_POLICY"
        steps.append((status, _needed(lifted, "lifted_year")))
    if lifting == "RETURNED":
        lifted_year = _year(lifted, "lifted_year")
        if lifted_year:
            steps.append(("LIFTED_WITH_POLICY", lifted_year))
        steps.append(("RETURNED", _needed(_one(lines, "year"), "year")))
    if any(later < earlier for (_, earlier), (_, later) in pairwise(steps)):
        why = "contradicts 识别年度, 脱贫年度 and 年度: their order is not the order of events."
        raise line.refused("lifting", "years-out-of-order", why)
    ended = [
        {"status": status, "valid_from": f"{start}-01-01", "valid_to": f"{end}-01-01"}
        for (status, start), (_, end) in pairwise(steps)
        if start < end
    ]
    status, start = steps[-1]
    return [*ended, {"status": status, "valid_from": f"{start}-01-01"}]


def _needed(line: _Line, name: str) -> int:
    """A year without which the household's status cannot be dated."""
    year = _year(line, name)
    if year is None:
        raise line.refused(name, "missing", "is blank, so the household's status has no first day.")
    return year
