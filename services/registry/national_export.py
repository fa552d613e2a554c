"""The national system's yearly export of households, as offices write it (policy.md 4.1, 4.2).

One line is one person. Lines of one 户编号 and 年度 become one household; what several of its lines
say of the household must agree. A household that cannot be read is refused alone, at the line and
column where it stops making sense, and no cell is repeated in what is said of it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise
from typing import Any

from kernel.bulk.formats import unusable
from kernel.bulk.formats.cells import plain, text_of
from kernel.bulk.resource import Cells, Origin, Raw
from kernel.divisions import village_code
from kernel.problems import Fault
from services.registry.export_line import Cell, Line, Unreadable
from services.registry.headings import IGNORED, KNOWN

_TITLES = 30
"""Lines among which the headings are looked for."""


def household_rows(sheet: Cells, generation: int | None) -> Iterator[Raw]:
    """The households of a sheet, in the order of their first lines, as JSON of `HouseholdIn`.

    `generation` (1 or 2) says which code lists bare codes are from. Raises Invalid if the sheet
    has no line with 户编号 and 证件号码, or headings that are no part of the national export.
    """
    numbered = enumerate(sheet.lines, start=1)
    first = list(islice(numbered, _TITLES))
    top = _heading_line([row for _, row in first])
    headings = [str(cell) for cell in first[top][1]]
    columns = _columns(headings)
    households: dict[tuple[str, str], list[Line]] = {}
    newest: dict[str, list[Line]] = {}
    for number, row in chain(first[top + 1 :], numbered):
        line = Line(number, _filled(columns, row), from_1904=sheet.from_1904, row=row)
        if not line.cells:
            continue
        household_no = line.text("household_no") or f"none in line {number}"
        year = line.text("year")
        lines = None if year else newest.get(household_no)
        if lines is None:
            lines = households.setdefault((household_no, year), [])
        newest[household_no] = lines
        lines.append(line)
    for lines in households.values():
        origin = Origin(headings, [(line.number, line.row) for line in lines])
        yield _row(lines, generation, origin)


def _heading_line(rows: Sequence[Sequence[Any]]) -> int:
    """Where the headings stand: the first line with the two columns nothing works without."""
    for place, row in enumerate(rows):
        if {"household_no", "id_number"} <= {KNOWN.get(plain(str(cell))) for cell in row}:
            return place
    raise unusable(
        "no-headings", f"None of the first {_TITLES} lines has the headings 户编号 and 证件号码."
    )


def _columns(headings: Sequence[Any]) -> list[tuple[int, str]]:
    """Place and field of each column that is kept, "" for one without a heading; or Invalid."""
    names = [plain(heading) for heading in headings]
    unknown = [name for name in names if name and name not in KNOWN and name not in IGNORED]
    if unknown:
        listed = "、".join(name[:40] for name in unknown)
        raise unusable(
            "unknown-column", f"The national export has no such column; take it out: {listed}."
        )
    fields = [KNOWN.get(name) if name else "" for name in names]
    twice = [n for n, name in zip(names, fields, strict=True) if name and fields.count(name) > 1]
    if twice:
        raise unusable("repeated-column", f"These columns say the same: {'、'.join(twice)}.")
    return [(place, name) for place, name in enumerate(fields) if name is not None]


def _filled(columns: Sequence[tuple[int, str]], row: Sequence[Any]) -> dict[str, Cell]:
    """The cells of a line that hold something and are kept, by field."""
    found: dict[str, Cell] = {}
    for place, name in columns:
        cell = row[place]
        if cell != "":
            # An ID number that became a number has lost digits: its field says so.
            is_number = name == "id_number" and isinstance(cell, int | float)
            text = cell if is_number else text_of(cell)
            if text != "":
                found[name] = text
    return found


def _row(lines: Sequence[Line], generation: int | None, origin: Origin) -> Raw:
    first = lines[0].number
    try:
        household = _household(lines, generation)
    except Unreadable as unreadable:
        return Raw(first, b"", fault=unreadable.fault, origin=origin)
    places = {f"/members/{place}": line.number for place, line in enumerate(lines)}
    row = json.dumps(household, ensure_ascii=False).encode()
    return Raw(first, row, lines=places, origin=origin)


def _household(lines: Sequence[Line], generation: int | None) -> dict[str, Any]:
    for line in lines:
        if "" in line.cells:
            message = "A cell of this line stands under no heading."
            fault = Fault(pointer="", code="no-heading", message=message, line=line.number)
            raise Unreadable(fault)
    household_no = lines[0].issued("household_no")
    if not household_no:
        raise lines[0].unreadable("household_no", "missing", "is blank.")
    year = _one(lines, "year").year("year")
    members = [
        _member(replace(line, part=f"/members/{place}"), generation)
        for place, line in enumerate(lines)
    ]
    phone = _one(lines, "household_phone").text("household_phone")
    for member in members:
        if phone and member.get("relation") == "HEAD":
            member.setdefault("phone", phone)
    return _without_blanks(
        household_no=household_no,
        village_code=_village(lines),
        attribute=_one(lines, "attribute").word("attribute", "attribute", generation),
        main_cause=_one(lines, "main_cause").word("main_cause", "cause", generation),
        other_causes=_one(lines, "other_causes").words("other_causes", "cause", generation),
        per_capita_income=_one(lines, "per_capita_income").cells.get("per_capita_income"),
        statuses=_statuses(lines, generation),
        members=members,
        as_at=f"{year}-12-31" if year else None,
        source_version=year,
    )


def _member(line: Line, generation: int | None) -> dict[str, Any]:
    number = line.cells.get("id_number")
    return _without_blanks(
        member_no=line.issued("member_no"),
        name=line.text("name"),
        id_number=plain(number) if isinstance(number, str) else number,
        relation=line.word("relation", "relation", generation),
        labour_skill=line.word("labour_skill", "labour_skill", generation),
        health=line.words("health", "health", generation),
        education=line.word("education", "education", generation),
        studying=line.text("studying"),
        phone=line.text("phone"),
        joined_on=line.day("joined_on"),
        left_on=line.day("left_on"),
        died_on=line.day("died_on"),
    )


def _without_blanks(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _one(lines: Sequence[Line], name: str) -> Line:
    """The first line that says something of the household in this column; all must agree."""
    saying = [line for line in lines if name in line.cells]
    for line in saying[1:]:
        if line.cells[name] != saying[0].cells[name]:
            raise line.unreadable(name, "lines-differ", "differs from the household's other lines.")
    return saying[0] if saying else lines[0]


_PLACES = ("province", "prefecture", "county", "township", "village")
_COMMITTEES = ("", "委会", "民委员会", "村委会", "村民委员会", "居委会", "居民委员会")
"""What a village's statistical name adds to the one that people use: 六合村, 六合村民委员会."""


def _village(lines: Sequence[Line]) -> str:
    """The village's code; if there is none, that of the one village which the names name."""
    code = _one(lines, "village_code").issued("village_code")
    if code:
        return code
    province, prefecture, county, township, village = (
        plain(_one(lines, name).text(name)) for name in _PLACES
    )
    spellings = [village + committee for committee in _COMMITTEES]
    named = {village_code(province, prefecture, county, township, name) for name in spellings}
    named.discard(None)
    if len(named) != 1:
        why = "is blank, and 省 市 县 乡 村 do not name one village on record; write the code."
        raise lines[0].unreadable("village_code", "unknown-village", why)
    return str(named.pop())


def _statuses(lines: Sequence[Line], generation: int | None) -> list[dict[str, str]]:
    """Dated statuses from a state and its years; a year begins on 1 January (fields.md).

    Blank 脱贫状态: nothing is known. 预脱贫 is still registered. The first generation's 脱贫 is
    read as lifted with policy, and so is what a household was before it returned: assumed.
    """
    line = _one(lines, "lifting")
    lifting = line.word("lifting", "lifting", generation)
    if lifting is None:
        return []
    steps = [("REGISTERED", _needed(lines, "identified_year"))]
    if lifting == "LIFTED_NO_POLICY":
        steps.append((lifting, _needed(lines, "lifted_year")))
    elif lifting in ("LIFTED", "LIFTED_WITH_POLICY"):
        steps.append(("LIFTED_WITH_POLICY", _needed(lines, "lifted_year")))
    elif lifting == "RETURNED":
        if lifted_year := _one(lines, "lifted_year").year("lifted_year"):
            steps.append(("LIFTED_WITH_POLICY", lifted_year))
        steps.append(("RETURNED", _needed(lines, "year")))
    if any(later < earlier for (_, earlier), (_, later) in pairwise(steps)):
        why = "does not fit the order of 识别年度, 脱贫年度 and 年度."
        raise line.unreadable("lifting", "years-out-of-order", why)
    ended = [
        {"status": status, "valid_from": f"{begun}-01-01", "valid_to": f"{end}-01-01"}
        for (status, begun), (_, end) in pairwise(steps)
        if begun < end
    ]
    status, begun = steps[-1]
    return [*ended, {"status": status, "valid_from": f"{begun}-01-01"}]


def _needed(lines: Sequence[Line], name: str) -> int:
    """A year without which the household's status cannot be dated."""
    line = _one(lines, name)
    year = line.year(name)
    if year is None:
        raise line.unreadable(name, "missing", "is blank, so the status has no first day.")
    return year
