"""What the rulebook holds, gathered from each service's CATALOGUE and law folder."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import getdoc
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from jinqiao.rulebook.words import CERTAINTIES, KINDS, SERVICES
from kernel.divisions import names as division_names
from kernel.law import Figure, Rule, figures
from kernel.policy import LAW as POLICY

Told = dict[str, Any]

_OF_ALL = "policy"
"""Where figures stand that several services judge by."""
_EVERYWHERE = "000000000000"
_FOREVER = date.max
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_FIXED_NOT = {"starts", "ends", "lo", "hi", "cite", "certainty", "note", "note_zh", "lender"}


def rulebook(language: str, on: date | None = None) -> Told:
    """Regimes, conditions and figures, worded in `zh-CN` or `en`.

    With `on` only what was in force on that day; without it every value that a figure has had.
    """
    lang = language[:2]
    law = [(place, figure) for place, figure in _figures() if _on(figure.values, on)]
    return {
        "language": language,
        "on": None if on is None else str(on),
        "regimes": _regimes(lang, on),
        "conditions": [_condition(service, rule, lang) for service, rule in _catalogue()],
        "figures": [_figure(place, figure, lang, on) for place, figure in law],
    }


def _catalogue() -> Iterator[tuple[str, Rule]]:
    """Every rule of every service that has any."""
    for service in _services():
        if find_spec(f"services.{service}.rules"):
            for rule in import_module(f"services.{service}.rules").CATALOGUE:
                yield service, rule


@cache
def _figures() -> tuple[tuple[str, Figure], ...]:
    """Every figure, and who judges by it."""
    found = [(_OF_ALL, figure) for figure in POLICY.values()]
    for service, folder in _services().items():
        found += [(service, figure) for figure in figures(folder / "law").values()]
    return tuple(found)


@cache
def _services() -> Mapping[str, Path]:
    """Every service there is and its folder, in the order in which they are named."""
    there = {
        found.name: Path(folder) / found.name
        for folder in import_module("services").__path__
        for found in iter_modules([folder])
    }
    return {name: there[name] for name in sorted(there, key=[*SERVICES, *sorted(there)].index)}


def _condition(service: str, rule: Rule, lang: str) -> Told:
    return {
        "rule_id": rule.id,
        "service": service,
        "judged_by": SERVICES[service][lang],
        "kind": rule.kind.value,
        "kind_in_words": KINDS[rule.kind][lang],
        "plan": rule.plan.split(),
        "wording": rule.zh if lang == "zh" else rule.en,
        "reading": spoken(rule.reading, lang, _translated()["readings"].get(rule.id)),
        "asked_of": _asked_of(rule, lang),
        "citation": rule.cite,
        "certainty": rule.certainty.value,
        "certainty_in_words": CERTAINTIES[rule.certainty][lang],
        "figures": [
            figure.name for place, figure in _figures() if _uses(service, rule, place, figure)
        ],
        "rests_on": list(rule.figures),
        "rests_on_in_words": [_fact(name, lang) for name in rule.figures],
        "shown_beside": list(rule.beside),
        "amount": rule.amount,
    }


def _asked_of(rule: Rule, lang: str) -> str | None:
    """In the words of the condition that says so, or by its name; None: all, or nobody says."""
    name = getattr(rule.applies, "__name__", "<lambda>")
    if rule.applies is None or name == "<lambda>":
        return None
    text = getdoc(rule.applies) or name.strip("_").replace("_", " ")
    return spoken(text, lang, _translated()["asked_of"].get(name))


def _uses(service: str, rule: Rule, place: str, figure: Figure) -> bool:
    """Whether a rule shows a fact that is, or rests on, a figure of its service or of all."""
    shown = {*rule.figures, *rule.beside, *rule.assumed, rule.amount, rule.shown_class}
    return place in (service, _OF_ALL) and not shown.isdisjoint({figure.name, *figure.columns})


@cache
def _facts() -> Mapping[str, Mapping[str, str]]:
    return _read("facts.toml")


@cache
def _translated() -> Mapping[str, Any]:
    return _read("translated.toml")


def _read(name: str) -> dict[str, Any]:
    with Path(__file__).with_name(name).open("rb") as file:
        return tomllib.load(file)


def _fact(name: str, lang: str) -> str:
    """What a column of facts is called; its own name where nobody has given it another."""
    return _facts().get(name, {}).get(lang, name)


def spoken(text: str, lang: str, translated: str | None = None) -> str:
    """The paragraphs of a docstring that are in a language; those there are, if none is.

    `translated` stands in for Chinese ones that are not there. A paragraph is Chinese if it has
    more Chinese characters than Latin letters.
    """
    chinese, english = [], []
    for paragraph in filter(None, map(str.strip, text.split("\n\n"))):
        lines = [line.strip() for line in paragraph.splitlines()]
        if len(_CHINESE.findall(paragraph)) > len(_LATIN.findall(paragraph)):
            chinese.append("".join(lines))
        else:
            english.append(" ".join(lines))
    if lang == "zh" and (chinese or translated):
        return "".join(chinese) or translated or ""
    return " ".join(english or chinese)


def _figure(place: str, figure: Figure, lang: str, on: date | None) -> Told:
    return {
        "name": figure.name,
        "service": place,
        "judged_by": SERVICES[place][lang],
        **_headed(figure, lang),
        "used_by": [
            rule.id for service, rule in _catalogue() if _uses(service, rule, place, figure)
        ],
        "values": [_value(figure, value, lang) for value in _on(figure.values, on)],
    }


def _on(values: Sequence[Mapping[str, Any]], on: date | None) -> list[Mapping[str, Any]]:
    return [value for value in values if on is None or value["starts"] <= on < value["ends"]]


def _value(figure: Figure, value: Mapping[str, Any], lang: str) -> Told:
    return {
        "from": str(value["starts"]),
        "before": None if value["ends"].year == _FOREVER.year else str(value["ends"]),
        "division": None if value["lo"] == _EVERYWHERE else value["lo"],
        "place": place_of(value["lo"]),
        "lender": value.get("lender"),
        "is": {
            name: {"name": _name(figure, name, lang), "value": _plain(item)}
            for name, item in _fixed(value, lang).items()
        },
        "citation": value["cite"],
        "certainty": value["certainty"],
        "certainty_in_words": CERTAINTIES[value["certainty"]][lang],
        "note": _note(figure, value, lang),
    }


def _headed(figure: Figure, lang: str) -> Told:
    if lang != "zh":
        return {"label": figure.label, "unit": figure.unit}
    ours = _translated()["figures"].get(figure.name, {})
    return {
        "label": figure.label_zh or ours.get("label", figure.label),
        "unit": figure.unit_zh or ours.get("unit", figure.unit),
    }


def _note(figure: Figure, value: Mapping[str, Any], lang: str) -> str | None:
    note: str | None = value.get("note")
    if lang == "zh" and note:
        ours = _translated()["figures"].get(figure.name, {})
        return str(value.get("note_zh") or ours.get("note", note))
    return note


def place_of(lo: str) -> str | None:
    """The name of a division; none for everywhere."""
    return None if lo == _EVERYWHERE else division_names().get(lo, lo)


def _fixed(value: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What a value fixes; `x_zh` is how `x` reads in Chinese."""
    fixed = {name: item for name, item in value.items() if name not in _FIXED_NOT}
    return {
        name: fixed[f"{name}_zh"] if lang == "zh" and f"{name}_zh" in fixed else item
        for name, item in fixed.items()
        if not name.endswith("_zh")
    }


def _name(figure: Figure, name: str, lang: str) -> str | None:
    return figure.names.get(name, {}).get(lang, None if name == "is" else name)


def _plain(item: Any) -> Any:
    """As JSON says it: money, rates and days as text."""
    if isinstance(item, Mapping):
        return {name: _plain(each) for name, each in item.items()}
    if isinstance(item, list):
        return [_plain(each) for each in item]
    return str(item) if isinstance(item, Decimal | date) else item


def _regimes(lang: str, on: date | None) -> list[Told]:
    """The regimes, with every figure that tells them apart as it was on their first day."""
    apart = [figure for _, figure in _figures() if figure.by_regime]
    found = []
    for value in _on(POLICY["regime"].values, on):
        told = _value(POLICY["regime"], value, lang)
        told["figures"] = [
            {
                "name": figure.name,
                **_headed(figure, lang),
                "values": _in_force(figure, value, lang),
            }
            for figure in apart
        ]
        found.append(told)
    return found


def _in_force(figure: Figure, regime: Mapping[str, Any], lang: str) -> list[Told]:
    """The values of the regime's own place on its first day and after, until its last."""
    of_place = [
        value
        for value in figure.values
        if value["lo"] <= regime["lo"]
        and regime["hi"] <= value["hi"]
        and value["starts"] < regime["ends"]
        and regime["starts"] < value["ends"]
    ]
    narrowest = max((value["lo"] for value in of_place), default=None)
    return [_value(figure, value, lang) for value in of_place if value["lo"] == narrowest]
