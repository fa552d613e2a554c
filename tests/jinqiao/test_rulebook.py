"""The rulebook says what is judged: all of it, in two languages, and it is kept current."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from typer.testing import CliRunner

from jinqiao.command import app
from jinqiao.rulebook import rulebook, written
from jinqiao.rulebook.gathered import spoken
from kernel.law import Rule, figures
from kernel.policy import LAW
from tests.house.tree import ROOT, SERVICES
from tests.visitor import Send, Visitor

LANGUAGES = ("zh-CN", "en")
CHINESE = re.compile("[\u4e00-\u9fff]{2}")


def catalogue() -> Iterator[Rule]:
    for service in SERVICES:
        folder = ROOT / "services" / service
        if (folder / "rules").exists() or (folder / "rules.py").exists():
            yield from import_module(f"services.{service}.rules").CATALOGUE


def figure_of(book: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [each for each in book["figures"] if each["name"] == name]
    return dict(found)


def condition_of(book: dict[str, Any], rule_id: str) -> dict[str, Any]:
    [found] = [each for each in book["conditions"] if each["rule_id"] == rule_id]
    return dict(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_written_rulebook_is_current(language: str) -> None:
    kept = ROOT / f"docs/rulebook/rulebook.{language}.md"

    assert kept.read_text(encoding="utf-8") == written(language), "make docs"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_stands_in_it_with_its_words_and_its_source(language: str) -> None:
    book, text = rulebook(language), written(language)

    for rule in catalogue():
        told = condition_of(book, rule.id)
        assert told["wording"] == (rule.zh if language == "zh-CN" else rule.en)
        assert (told["citation"], told["kind"]) == (rule.cite, rule.kind.value)
        assert told["reading"], f"{rule.id} has no docstring"
        assert f"#### {rule.id}" in text
        assert rule.zh in text
        assert rule.en in text
    assert len(book["conditions"]) == len(list(catalogue()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_every_figure_stands_in_it(language: str) -> None:
    book = rulebook(language)
    folders = [ROOT / "services" / service / "law" for service in SERVICES]
    law = LAW | {n: f for folder in folders if folder.exists() for n, f in figures(folder).items()}

    assert {each["name"] for each in book["figures"]} == set(law)
    for name, figure in law.items():
        told = figure_of(book, name)["values"]
        assert [(v["from"], v["citation"], v["certainty"]) for v in told] == [
            (str(v["starts"]), v["cite"], v["certainty"]) for v in figure.values
        ]


def test_a_day_leaves_what_was_in_force() -> None:
    before, after = rulebook("en", date(2019, 5, 27)), rulebook("en", date(2019, 5, 28))

    def told(book: dict[str, Any]) -> tuple[list[str], list[Any]]:
        regimes = [regime["is"]["is"]["value"] for regime in book["regimes"]]
        terms = [v["is"]["is"]["value"] for v in figure_of(book, "longest_term")["values"]]
        return regimes, terms

    assert told(before) == (["HLJ", "N2017"], [36, 60])
    assert told(after) == (["N2019"], [36])


def test_a_condition_names_the_figures_it_uses_and_they_name_it() -> None:
    book = rulebook("en")

    assert condition_of(book, "LOAN-03")["figures"] == ["age_from", "age_to"]
    assert condition_of(book, "LOAN-08")["figures"] == ["household_cap"]
    assert condition_of(book, "LOAN-14")["figures"] == ["general_rate", "product_rate"]
    assert "LOAN-14" in figure_of(book, "product_rate")["used_by"]


def test_places_lenders_and_notes_are_told() -> None:
    *_, baiquan = figure_of(rulebook("zh-CN"), "product_rate")["values"]

    assert (baiquan["place"], baiquan["lender"]) == ("拜泉县", "RCU23")
    assert baiquan["is"] == {"is": {"name": None, "value": "0.0175"}}
    assert "推定" in baiquan["note"]
    assert "1.75%" in written("zh-CN")


def test_a_docstring_speaks_the_language_it_was_written_in() -> None:
    both = (
        "扶贫小额信贷, whatever became of it since.\n\n不论其后如何处置 (LOAN-20)。\n\nNever null."
    )

    assert spoken(both, "en") == "扶贫小额信贷, whatever became of it since. Never null."
    assert spoken(both, "zh") == "不论其后如何处置 (LOAN-20)。"
    assert spoken("Never null.", "zh") == "Never null."
    assert spoken("Never null.", "zh", "从不为空。") == "从不为空。"
    assert spoken(both, "zh", "从不为空。") == "不论其后如何处置 (LOAN-20)。"
    assert spoken("Never null.", "en", "从不为空。") == "Never null."


def test_an_officer_reads_every_condition_in_chinese() -> None:
    """Who wrote no Chinese into a docstring or a figure may write it into `translated.toml`."""
    book = rulebook("zh-CN")
    said = {each["rule_id"]: each["reading"] for each in book["conditions"]}
    said |= {f"{each['rule_id']} is asked of": each["asked_of"] for each in book["conditions"]}
    said |= {each["name"]: each["label"] for each in book["figures"]}

    assert [name for name, text in said.items() if text and not CHINESE.search(text)] == []


def test_anybody_may_read_it_without_a_token_in_the_language_he_prefers(
    send: Send, visit: Callable[..., Visitor]
) -> None:
    chinese = send("GET", "/v1/rulebook")
    english = send("GET", "/v1/rulebook", headers={"Accept-Language": "fr, en;q=0.8, zh;q=0.5"})
    dated = visit("bank").get("/v1/rulebook", params={"on": "2019-05-28"})

    assert chinese.headers["content-language"] == "zh-CN"
    assert chinese.json() == json.loads(json.dumps(rulebook("zh-CN")))
    assert english.headers["content-language"] == "en"
    assert english.json() == json.loads(json.dumps(rulebook("en")))
    assert dated.json() == json.loads(json.dumps(rulebook("zh-CN", date(2019, 5, 28))))
    assert send("GET", "/v1/rulebook", params={"on": "yesterday"}).status_code == 400
    assert send("GET", "/v1/rulebook", params={"day": "2019-05-28"}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("*", "zh-CN"),
        ("en-GB", "en"),
        ("zh-TW, en", "zh-CN"),
        ("en;q=0.1, zh;q=0.2", "zh-CN"),
        ("en;q=nonsense", "zh-CN"),
        ("en;q=0", "zh-CN"),
    ],
)
def test_a_language_that_cannot_be_read_is_chinese(
    send: Send, asked: str | None, answered: str
) -> None:
    headers = {} if asked is None else {"Accept-Language": asked}

    answer = send("GET", "/v1/rulebook", params={"on": "2019-05-28"}, headers=headers)

    assert answer.headers["content-language"] == answered


def test_an_officer_prints_it() -> None:
    def printed(*words: str) -> str:
        done = CliRunner().invoke(app, ["rulebook", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert printed() == written("zh-CN")
    assert printed("--lang", "en", "--on", "2019-05-28") == written("en", date(2019, 5, 28))
    assert json.loads(printed("--json")) == json.loads(json.dumps(rulebook("zh-CN")))
