"""Law as data and sentences: dated figures in TOML, conditions that read aloud.

A figure is a list of values, each with the day it takes effect (`from`), optionally the day it
ends (`to`, exclusive) and where it holds (`division`, `lender`), and a citation. A value in force
is never edited; a change is one more value. What is assumed says so.

A rule is a function over the columns of a facts relation. It returns a SQL condition: true (met),
false (not met) or null (undetermined: a fact is missing). The same condition answers one question
and screens a province.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.sql.elements import Grouping

from kernel.division import canonical, span

_NOTES = ("note", "note_zh")
_ALWAYS_ALLOWED = {"from", "to", "cite", "certainty", "division", *_NOTES}
_FOREVER = date(9999, 12, 31)


class Kind(StrEnum):
    """How a condition binds (rules.md)."""

    HARD = "hard"
    SOFT = "soft"
    ATTEST = "attest"
    FLAG = "flag"
    FINDING = "finding"


class Certainty(StrEnum):
    """How sure a figure or reading is."""

    STATED = "stated"
    ASSUMED = "assumed"


class UnusableFigure(Exception):
    """A law file lacks a date or a citation, or is not in order; the service must not start."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing the law fixes, with every value it has had."""

    name: str
    label: str
    unit: str
    values: Sequence[Mapping[str, Any]]
    label_zh: str = ""
    unit_zh: str = ""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each thing that a value fixes: what it is called, by `zh` and `en`."""
    columns: Sequence[str] = ()
    """Facts that rest on it, besides the one of its own name."""
    by_regime: bool = False
    """Whether it tells the regimes of the product apart, so that their table shows it."""

    def rows(self) -> list[dict[str, Any]]:
        """The values as SQL rows: `starts`, `ends` (exclusive), `lo`, `hi` and what is fixed."""
        return [
            {name: item for name, item in value.items() if name not in _NOTES}
            for value in self.values
        ]

    def on(self, day: date, division: str = "230000000000") -> Any:
        """The value in force on a day at a place; the narrowest place, then the latest, wins.

        None where the law says nothing, which is never a default.
        """
        fit = [
            value
            for value in self.values
            if value["starts"] <= day < value["ends"] and value["lo"] <= division < value["hi"]
        ]
        if not fit:
            return None
        return max(fit, key=lambda value: (value["lo"], value["starts"]))["is"]


def figures(folder: Path) -> dict[str, Figure]:
    """Every figure of a folder of TOML files, by file name; raises UnusableFigure."""
    return {path.stem: _figure(path) for path in sorted(folder.glob("*.toml"))}


def _figure(path: Path) -> Figure:
    with path.open("rb") as file:
        content = tomllib.load(file, parse_float=Decimal)
    try:
        values = [_value(value) for value in content["value"]]
        return Figure(
            path.stem,
            content["label"],
            content["unit"],
            _until_next(values),
            content.get("label_zh", ""),
            content.get("unit_zh", ""),
            content.get("names", {}),
            content.get("columns", ()),
            content.get("by_regime", False),
        )
    except KeyError as missing:
        raise UnusableFigure(f"{path.name} lacks {missing}.") from None


def _until_next(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A value ends at the latest where the next one for the same place and lender begins."""
    ordered = sorted(values, key=lambda value: value["starts"])
    for number, value in enumerate(ordered):
        same = [
            later["starts"]
            for later in ordered[number + 1 :]
            if (later["lo"], later["hi"], later.get("lender"))
            == (value["lo"], value["hi"], value.get("lender"))
            and later["starts"] > value["starts"]
        ]
        value["ends"] = min([value["ends"], *same])
    return ordered


def _value(value: Mapping[str, Any]) -> dict[str, Any]:
    """A value ready for SQL: its days as [starts, ends), its place as a range of codes."""
    cite = value["cite"]
    if not cite:
        raise KeyError("cite")
    fixed = {name: item for name, item in value.items() if name not in _ALWAYS_ALLOWED}
    lo, hi = ("000000000000", "999999999999")
    if "division" in value:
        lo, hi = span(canonical(value["division"]))
    return {
        **fixed,
        "starts": value["from"],
        "ends": value.get("to", _FOREVER),
        "lo": lo,
        "hi": hi,
        "cite": cite,
        "certainty": Certainty(value.get("certainty", Certainty.STATED)).value,
        **{name: value[name] for name in _NOTES if name in value},
    }


Condition = Callable[[FromClause], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of the catalogue: its words, its source, and what a finding of it shows."""

    id: str
    kind: Kind
    zh: str
    en: str
    """What is so when the condition is met."""
    cite: str
    plan: str
    """Items of the plan that it answers (一 to 七)."""
    condition: Condition
    reading: str = ""
    """What a caller may rely on: paragraphs in English, and in Chinese where it is written so."""
    applies: Condition | None = None
    """Which subjects it is asked of; none: all."""
    amount: str | None = None
    """Column of the yuan at stake."""
    figures: tuple[str, ...] = ()
    """Columns that the verdict rests on; a blank one is what an undetermined verdict lacks."""
    beside: tuple[str, ...] = ()
    """Columns shown beside them, which may be blank without anything lacking."""
    silence: tuple[str, ...] = ()
    """Columns, text arrays, that name what else an undetermined verdict lacks: declarations."""
    shown_class: str | None = None
    """Column of the class that law assigns to a subject that fails."""
    certainty: Certainty = Certainty.STATED
    assumed: tuple[str, ...] = ()
    """Columns, booleans, of which a true one says that the verdict rests on an assumed figure."""

    def certainty_for(self, facts: Mapping[Any, Any]) -> Certainty:
        """How sure the verdict on one subject is, whose figures may be less so than the rule."""
        on_assumption = any(facts[name] for name in self.assumed)
        return Certainty.ASSUMED if on_assumption else self.certainty


def _in_parentheses(condition: Condition) -> Condition:
    """SQLAlchemy writes `NOT x IS false` for `(~x).is_(False)`, which PostgreSQL reads as
    `NOT (x IS false)`: an unknown x would count as met."""

    def grouped(facts: FromClause) -> ColumnElement[Any]:
        return Grouping(condition(facts))

    return grouped


def rule(
    rule_id: str, *, kind: Kind, zh: str, en: str, cite: str, plan: str, **shown: Any
) -> Callable[[Condition], Rule]:
    """Make a condition a rule of the catalogue; `shown` are the other fields of `Rule`."""

    def made(condition: Condition) -> Rule:
        reading = getdoc(condition) or ""
        return Rule(rule_id, kind, zh, en, cite, plan, _in_parentheses(condition), reading, **shown)

    return made
