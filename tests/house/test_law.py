"""The law stands in the open: dated and cited figures, rules with words, source and examples."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kernel.law import Certainty, Rule, figures
from tests.house.tree import (
    ROOT,
    SERVICES,
    imports_of,
    modules,
    name,
    names_in,
    numbers_in,
    tree_of,
)

_FIGURES = sorted([*ROOT.glob("services/*/law/*.toml"), *ROOT.glob("kernel/policy/law/*.toml")])
_RULES = [path for path in modules("services") if "rules" in (path.stem, path.parent.name)]
_BESIDE = {"from", "to", "cite", "certainty", "note", "note_zh", "division", "lender"}
_EXAMPLES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("examples.toml").read_text()
)
_PREFIX = {"loans": "LOAN", "subsidy": "SUB", "insurance": "INS", "registry": "SHARE"}


def _catalogue() -> Iterator[tuple[str, Rule]]:
    for service in sorted({_service_of(path) for path in _RULES}):
        for rule in import_module(f"services.{service}.rules").CATALOGUE:
            yield service, rule


def _service_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1]


def _by_id(of: tuple[str, Rule]) -> str:
    return of[1].id


@pytest.mark.parametrize("path", _FIGURES, ids=name)
def test_every_figure_has_a_date_and_a_citation(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))

    assert content["label"]
    assert content["unit"]
    assert content["value"]
    for value in content["value"]:
        assert isinstance(value["from"], date)
        assert re.search("[\u4e00-\u9fff]{4}", value["cite"]), "a citation names a document"
        assert Certainty(value.get("certainty", "stated"))
        assert value.keys() - _BESIDE


def test_every_figure_is_used() -> None:
    for path in _FIGURES:
        readers = modules("services" if "policy" in path.parts else f"services/{path.parts[-3]}")
        readers += modules("kernel/policy")
        assert any(path.stem in reader.read_text() for reader in readers), name(path)


def test_no_figure_of_law_stands_in_a_rule() -> None:
    assert _RULES
    for path in _RULES:
        assert set(numbers_in(path)) <= {0}, name(path)
        assert "date" not in imports_of(path) | set(names_in(path)), name(path)


def test_rules_know_columns_and_nothing_else() -> None:
    for path in _RULES:
        columns = {"sqlalchemy", "sqlalchemy.dialects.postgresql"}
        policy = {"kernel.law", "kernel.policy.registered", "kernel.policy.use"}
        own = tuple(f"services.{_service_of(path)}.{part}" for part in ("rules", "vocabulary"))
        others = imports_of(path) - {"typing"} - columns - policy
        assert all(each.startswith(own) for each in others), name(path)


def test_no_rule_is_told_twice() -> None:
    ids = [rule.id for _, rule in _catalogue()]

    assert len(ids) == len(set(ids))
    assert len(ids) >= 14
    declared = [
        node
        for path in _RULES
        for node in tree_of(path).body
        if getattr(node, "decorator_list", None)
    ]
    assert len(declared) == len(ids), "a rule that CATALOGUE leaves out is never asked"


@pytest.mark.parametrize("of", sorted(_catalogue(), key=_by_id), ids=_by_id)
def test_every_rule_has_its_words_its_source_and_an_item_of_the_plan(of: tuple[str, Rule]) -> None:
    service, rule = of

    assert re.fullmatch(rf"{_PREFIX[service]}-\d\d", rule.id)
    assert re.search("[\u4e00-\u9fff]", rule.zh)
    assert re.fullmatch(r"[A-Z][ -~]+\.", rule.en)
    assert re.search(r"〔\d{4}〕\d+号", rule.cite)
    assert re.fullmatch("[一二三四五六七]( [一二三四五六七])*", rule.plan)
    assert rule.figures, "a finding shows what it rests on"


@pytest.mark.parametrize("of", sorted(_catalogue(), key=_by_id), ids=_by_id)
@pytest.mark.parametrize("verdict", ["met", "not_met", "undetermined"])
def test_every_rule_has_an_example_of_each_verdict(of: tuple[str, Rule], verdict: str) -> None:
    service, rule = of
    example: str = _EXAMPLES[rule.id][verdict]
    if verdict == "undetermined" and example.startswith("never: "):
        return
    file, _, test = example.partition("::")

    path = ROOT / "tests" / service / file
    found: list[Any] = [node for node in tree_of(path).body if getattr(node, "name", "") == test]

    assert len(found) == 1, f"{rule.id}: {example} is no test of tests/{service}"
    assert rule.id in path.read_text(), f"{path.name} does not name {rule.id}"


def test_examples_are_of_rules_that_there_are() -> None:
    assert set(_EXAMPLES) == {rule.id for _, rule in _catalogue()}


def test_every_service_that_has_law_uses_it_through_the_kernel() -> None:
    for service in SERVICES:
        folder = ROOT / "services" / service / "law"
        if folder.exists():
            assert figures(folder)
