"""The rulebook as Markdown, for a policy officer to read and to read aloud."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from jinqiao.rulebook.gathered import Told, rulebook
from jinqiao.rulebook.words import WORDS

_FEW = 3
"""Values of a figure that are shown where it is used; more stand under the figure only."""


def written(language: str, on: date | None = None) -> str:
    """The whole document in `zh-CN` or `en`; each condition is headed in both."""
    told, other = rulebook(language, on), rulebook("en" if language[:2] == "zh" else "zh-CN", on)
    words = {name: said[language[:2]] for name, said in WORDS.items()}
    figures = {(each["service"], each["name"]): each for each in told["figures"]}
    parts = [f"# {words['title']}", words["introduction"]]
    if on is not None:
        parts.append(words["as_of"].format(day=on))
    parts += [f"## {words['regimes']}", "\n".join(_regimes(told["regimes"], words))]
    parts.append(f"## {words['conditions']}")
    headings = {each["rule_id"]: each["wording"] for each in other["conditions"]}
    for judged_by, conditions in groupby(told["conditions"], lambda each: each["judged_by"]):
        parts.append(f"### {_capital(judged_by)}")
        for each in sorted(conditions, key=lambda each: str(each["rule_id"])):
            parts += _condition(each, headings[each["rule_id"]], figures, words)
    parts.append(f"## {words['figures']}")
    for judged_by, of_service in groupby(told["figures"], lambda each: each["judged_by"]):
        parts.append(f"### {_capital(judged_by)}")
        for each in of_service:
            parts += _figure(each, words)
    return "\n\n".join(parts) + "\n"


def _regimes(regimes: list[Told], words: dict[str, str]) -> Iterator[str]:
    labels = [each["label"] for each in regimes[0]["figures"]] if regimes else []
    head = [words["regime"], words["from"], words["before"], words["place"], *labels]
    head += [words["note"], words["citation"], words["certainty"]]
    yield _row(head)
    yield _row("---" for _ in head)
    for regime in regimes:
        fixed = regime["is"]
        also = "；".join(filter(None, [_value(fixed.get("also"), ""), regime["note"]]))
        yield _row(
            [
                str(fixed["is"]["value"]),
                regime["from"],
                regime["before"] or "",
                regime["place"] or words["everywhere"],
                *[_over_time(each["values"], each["unit"]) for each in regime["figures"]],
                also,
                regime["citation"],
                regime["certainty_in_words"],
            ]
        )


def _over_time(values: list[Told], unit: str) -> str:
    """The first value of a regime and, if it changed, the last."""
    said = [_all_fixed(value, unit) for value in values]
    return said[0] if len(set(said)) == 1 else " → ".join([said[0], said[-1]]) if said else ""


def _condition(
    told: Told, heading: str, figures: dict[tuple[str, str], Told], words: dict[str, str]
) -> Iterator[str]:
    yield f"#### {told['rule_id']}　{told['wording']}"
    yield f"*{heading}*"
    lines = [
        (words["kind"], told["kind_in_words"]),
        (words["plan"], "、".join(told["plan"])),
        (words["reading"], told["reading"]),
        (words["asked_of"], told["asked_of"]),
        (words["citation"], told["citation"]),
        (words["certainty"], told["certainty_in_words"]),
    ]
    for name in told["figures"]:
        figure = figures.get((told["service"], name)) or figures.get(("policy", name))
        if figure:
            lines.append((words["uses"], _used(figure, words)))
    lines.append((words["rests_on"], words["comma"].join(told["rests_on_in_words"])))
    yield "\n".join(f"- {label}: {text}" for label, text in lines if text)


def _used(figure: Told, words: dict[str, str]) -> str:
    link = f"[{figure['label']}](#{figure['name']})"
    values = figure["values"]
    if len(values) > _FEW:
        return f"{link} – {words['values_of'].format(count=len(values))} `{figure['name']}`"
    return f"{link} – " + "; ".join(_dated(value, figure["unit"], words) for value in values)


def _dated(value: Told, unit: str, words: dict[str, str]) -> str:
    days = f"{value['from']} – {value['before'] or ''}".rstrip(" –")
    where = value["place"] or words["everywhere"]
    return f"{days}, {where}: {_all_fixed(value, unit)} ({value['certainty_in_words']})"


def _figure(figure: Told, words: dict[str, str]) -> Iterator[str]:
    yield f'<a id="{figure["name"]}"></a>\n\n#### {figure["label"]}'
    used = f"{words['used_by']}: {', '.join(figure['used_by'])}" if figure["used_by"] else ""
    yield "; ".join(
        filter(None, [f"`{figure['name']}`", f"{words['unit']}: {figure['unit']}", used])
    )
    lent = any(value["lender"] for value in figure["values"])
    noted = any(value["note"] for value in figure["values"])
    columns = ["from", "before", "place", *["lender"] * lent, "value", "citation", "certainty"]
    columns += ["note"] * noted
    rows = [_row(words[name] for name in columns), _row("---" for _ in columns)]
    for value in figure["values"]:
        said = {
            **value,
            "before": value["before"] or "",
            "place": value["place"] or words["everywhere"],
            "value": _all_fixed(value, figure["unit"]),
            "certainty": value["certainty_in_words"],
        }
        rows.append(_row(said[name] or "" for name in columns))
    yield "\n".join(rows)


def _all_fixed(value: Told, unit: str) -> str:
    parts = [
        f"{each['name']} {_value(each, unit)}" if each["name"] else _value(each, unit)
        for each in value["is"].values()
    ]
    return "; ".join(parts)


def _value(each: Told | None, unit: str) -> str:
    return _said(each["value"], unit) if each else ""


def _said(item: Any, unit: str) -> str:
    if isinstance(item, bool):
        return "✓" if item else "✗"
    if isinstance(item, dict):
        return "; ".join(f"{name}: {_said(each, unit)}" for name, each in item.items())
    if isinstance(item, list):
        between = "<br>" if item and isinstance(item[0], dict) else "、"
        return between.join(_said(each, unit) for each in item)
    if unit.startswith(("fraction", "小数")):
        return f"{(Decimal(item) * 100).normalize():f}%"
    return str(item)


def _row(cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
