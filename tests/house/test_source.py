"""Habits that no linter knows: exact money, one clock, told modules, readable files, no skips."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import (
    PACKAGES,
    ROOT,
    imports_of,
    modules,
    name,
    names_in,
    numbers_in,
    texts_in,
    tree_of,
)

OURS = modules(*PACKAGES)
TESTS = modules("tests")
_HOLDS_MONEY = {"rules", "queries", "interest", "projections", "tables", "schemas"}
NEAR_MONEY = [
    path
    for path in OURS
    if path in (ROOT / "kernel/money.py", ROOT / "kernel/facts.py")
    or (path.is_relative_to(ROOT / "services") and _HOLDS_MONEY & {path.stem, *path.parts})
]


def test_no_float_comes_near_money() -> None:
    assert len(NEAR_MONEY) > 20
    for path in NEAR_MONEY:
        assert "float" not in names_in(path), name(path)
        assert not [n for n in numbers_in(path) if isinstance(n, float)], name(path)
        assert "math" not in imports_of(path), name(path)
        in_sql = re.findall(r"::float|double precision|\bfloat[48]\b", texts_in(path))
        assert not in_sql, name(path)


def test_no_statement_asks_the_database_for_the_time() -> None:
    """Business dates are given; `recorded_at` comes from kernel.clock or a column's default.

    But for leases, which are measured by the one clock that all workers share (decision 23).
    """
    asks = re.compile(r"\b(current_date|current_timestamp|localtimestamp)\b|\bnow\(\)", re.I)

    found = [name(p) for p in modules("services", "gateway") if asks.search(texts_in(p))]
    assert found == ["gateway/webhooks/queries/dispatch.py"]


def test_every_module_says_what_it_holds() -> None:
    assert [name(path) for path in OURS + TESTS if not ast.get_docstring(tree_of(path))] == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    written = [path for path in OURS if "migrations" not in path.parts]

    assert [name(p) for p in written if p.read_text(encoding="utf-8").count("\n") > 600] == []


def test_no_test_is_skipped() -> None:
    avoided = {"skip", "skipif", "xfail", "importorskip"}

    assert [name(path) for path in TESTS if avoided & set(names_in(path))] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "common", "base", "misc", "constants"}

    assert [name(path) for path in OURS if empty & {path.stem, path.parent.name}] == []


@pytest.mark.parametrize("kind", [".py", ".md", ".toml", ".json", ".yml"])
def test_no_id_number_in_a_file_is_somebodys(kind: str) -> None:
    """Those in tests and generated rows begin with 230199, a district that never was."""
    number = re.compile(r"(?<!\w)[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?!\w)")
    folders = [*PACKAGES, "tests", "docs", "deploy"]
    files = [p for folder in folders for p in (ROOT / folder).rglob(f"*{kind}")]

    for path in [*files, *ROOT.glob(f"*{kind}")]:
        for found in number.findall(path.read_text(encoding="utf-8")):
            assert found.startswith("230199"), name(path)


def test_every_requirement_is_pinned_with_its_hash() -> None:
    for kind in ("runtime", "development"):
        wanted = _requirements(ROOT / f"requirements/{kind}.in")
        pins = (ROOT / f"requirements/{kind}.txt").read_text()

        assert not [each for each in wanted if f"\n{each}==" not in f"\n{pins}"], "make pins"
        entries = [each for each in re.split(r"\n(?=\S)", pins.strip()) if each]
        assert all("--hash=sha256:" in each for each in entries)
        assert "://" not in pins, "no registry's address"


def _requirements(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    names = (re.match(r"[A-Za-z0-9_.-]+", line) for line in lines if line and line[0] != "-")
    return [found[0].lower() for found in names if found]
