"""Lines of cells into rows, by their headings.

Titles above the headings are passed over. Where a list's items are not numbered, each line adds
one, and lines that say nothing else, or the same, are one row: a policy with a line a person.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kernel.bulk import formats
from kernel.bulk.formats import unusable
from kernel.bulk.formats.cells import (
    as_day,
    as_number,
    as_text,
    as_yes_or_no,
    has_lost_digits,
    plain,
    text_of,
)
from kernel.bulk.formats.layout import REASON, Column, Heading, Holds, Layout
from kernel.bulk.formats.lines import too_long
from kernel.bulk.resource import Origin, Raw
from kernel.problems import Fault

_TITLES = 30
"""Lines among which the headings are looked for."""

_PASSED_OVER = frozenset(plain(name) for name in REASON)


class Rows:
    """The rows of a table, as its lines come.

    `from_1904` says from when a workbook counts its days; none for text, which counts none.
    Raises Invalid for a table without headings, or with some that nothing here is called.
    """

    def __init__(self, layout: Layout, *, from_1904: bool | None = None) -> None:
        self._layout = layout
        self._from_1904 = from_1904
        self._titles: list[Sequence[Any]] = []
        self._names: list[str] | None = None
        self._places: list[tuple[int, Heading]] = []
        self._spare: list[int] = []
        self._open: _Row | None = None

    def line(self, number: int, cells: Sequence[Any]) -> Iterator[Raw]:
        """The row that this line shows to be whole, if there is one."""
        texts = [text_of(cell) if cell is not None else "" for cell in cells]
        if all(text == "" for text in texts):
            return
        if self._names is None:
            if _mostly(self._layout, texts):
                self._begin(texts)
            elif len(self._titles) == _TITLES:
                self._begin(self._titles[0])
            else:
                self._titles.append(texts)
            return
        row = self._row(number, cells, texts)
        if self._open is not None and self._open.goes_on_in(row):
            self._open.take_in(row)
            return
        if self._open is not None:
            yield self._open.raw()
        self._open = row

    def end(self) -> Iterator[Raw]:
        """The last row."""
        if self._names is None:
            self._begin(self._titles[0] if self._titles else [])
        if self._open is not None:
            yield self._open.raw()
            self._open = None

    def _begin(self, headings: Sequence[Any]) -> None:
        names = [str(heading) for heading in headings]
        if not any(names):
            raise unusable("empty", "The file has no headings.")
        known = [None if _is_reason(name) else self._layout.heading(name) for name in names]
        strange = [
            _nameable(name)
            for name, heading in zip(names, known, strict=True)
            if name and heading is None and not _is_reason(name)
        ]
        if strange:
            listed = "、".join(strange[:20])
            raise unusable("unknown-column", f"There is no such column here; take it out: {listed}")
        places = [(place, heading) for place, heading in enumerate(known) if heading]
        filled = [heading.steps for _, heading in places]
        twice = [_nameable(names[place]) for place, h in places if filled.count(h.steps) > 1]
        if twice:
            raise unusable("repeated-column", f"These columns say the same: {'、'.join(twice)}.")
        self._names, self._places = names, places
        self._spare = [place for place, name in enumerate(names) if not name]

    def _row(self, number: int, cells: Sequence[Any], texts: Sequence[Any]) -> "_Row":
        assert self._names is not None
        row = _Row(number, self._names, texts)
        beyond = texts[len(self._names) :]
        if any(beyond) or any(texts[place] != "" for place in self._spare if place < len(texts)):
            message = "A cell of this line stands under no heading."
            row.fault = Fault(pointer="", code="no-heading", message=message)
        for place, heading in self._places:
            if place < len(texts) and texts[place] != "":
                as_it_came = heading.column.holds is Holds.ID_NUMBER
                cell = cells[place] if as_it_came else texts[place]
                row.put(heading, self._read(heading.column, cell, row, heading.steps))
        return row

    def _read(self, column: Column, cell: Any, row: "_Row", steps: Sequence[Any]) -> Any:
        if column.holds is Holds.ID_NUMBER:
            return _id_number(cell)
        if has_lost_digits(cell):
            row.fault = row.fault or _lost(self._names_of(steps), steps)
            return ""
        text = as_text(cell)
        if column.holds is Holds.DAY:
            return as_day(text, from_1904=self._from_1904) or text
        if column.words and (word := column.words.get(plain(text))) is not None:
            return word
        if column.holds is Holds.NUMBER:
            return as_number(text)
        return as_yes_or_no(text) if column.holds is Holds.YES_OR_NO else text

    def _names_of(self, steps: Sequence[Any]) -> str:
        assert self._names is not None
        return next(self._names[place] for place, heading in self._places if heading.steps == steps)


class _Row:
    """A row while its lines come."""

    def __init__(self, number: int, names: Sequence[str], cells: Sequence[Any]) -> None:
        self.number = number
        self.fault: Fault | None = None
        self._names = names
        self._lines = [(number, cells)]
        self._said: dict[Any, Any] = {}
        self._listed: dict[Any, Any] = {}
        self._items: list[dict[Any, Any]] = []

    def put(self, heading: Heading, value: Any) -> None:
        """Say what a cell says."""
        into = self._listed if "#" in heading.steps else self._said
        for step in heading.steps[:-1]:
            into = into.setdefault(step, {})
        into[heading.steps[-1]] = value

    def goes_on_in(self, row: "_Row") -> bool:
        """Whether the next line only adds items to this row's lists."""
        adds = bool(row._listed) and bool(self._listed)
        return adds and (not row._said or row._said == self._said)

    def take_in(self, row: "_Row") -> None:
        """Add what the next line says."""
        self._items.append(row._listed)
        self._lines += row._lines
        if row.fault and not self.fault:
            self.fault = {**row.fault, "line": row.number}

    def raw(self) -> Raw:
        """The row as JSON."""
        said = _merged(self._said, [self._listed, *self._items])
        origin = Origin(self._names, self._lines)
        if self.fault:
            return Raw(self.number, b"", fault=self.fault, origin=origin)
        row = json.dumps(_plain_lists(said), ensure_ascii=False).encode()
        if len(row) > formats.LONGEST_ROW:
            return too_long(self.number)
        return Raw(self.number, row, lines=self._lines_of_items(), origin=origin)

    def _lines_of_items(self) -> dict[str, int] | None:
        if not self._items:
            return None
        lists = {name for listed in (self._listed, *self._items) for name in listed}
        return {
            f"/{name}/{place}": number
            for name in lists
            for place, (number, _) in enumerate(self._lines)
        }


def _mostly(layout: Layout, texts: Sequence[Any]) -> bool:
    """Whether at least half of what a line says are headings known here."""
    said = [str(text) for text in texts if text != ""]
    known = sum(layout.heading(text) is not None for text in said if not _is_reason(text))
    return 0 < known >= len(said) / 2


def _is_reason(name: str) -> bool:
    return plain(name) in _PASSED_OVER


def _nameable(name: str) -> str:
    """A heading as a message may repeat it: where headings lack, it may be somebody's number."""
    return "…" if sum(letter.isdigit() for letter in name) > 5 else name[:40]


def _id_number(cell: Any) -> Any:
    """18 characters; what became a number stays one, and its field says so."""
    if not isinstance(cell, str):
        return cell
    if has_lost_digits(cell):
        return float(cell)
    return plain(cell).removeprefix("'")


def _lost(name: str, steps: Sequence[Any]) -> Fault:
    return Fault(
        pointer="".join(f"/{step - 1 if isinstance(step, int) else step}" for step in steps),
        code="number-not-exact",
        message=f"{_nameable(name)} was stored as a number and has lost digits; "
        "format the column as text and enter it again.",
    )


def _merged(said: dict[Any, Any], lines: Sequence[dict[Any, Any]]) -> dict[Any, Any]:
    """What is said once, and the lists to which each line adds an item."""
    whole = dict(said)
    for line in lines:
        for name, listed in line.items():
            whole.setdefault(name, [])
            if isinstance(whole[name], list):
                whole[name].append(listed["#"])
    return whole


def _plain_lists(value: Any) -> Any:
    """Objects whose names are numbers are lists, in the order of their numbers."""
    if isinstance(value, list):
        return [_plain_lists(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(name, int) for name in value):
        return [_plain_lists(value[number]) for number in sorted(value)]
    return {name: _plain_lists(item) for name, item in value.items()}
