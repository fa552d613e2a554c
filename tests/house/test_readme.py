"""What the README and its kin say is there, is there."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from jinqiao.command import app
from tests.house.tree import ROOT, name

PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("deploy/*.md")),
    *sorted(ROOT.glob("bench/*.md")),
    *sorted(ROOT.glob("migrations/*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_map_of_the_tree_names_what_is_there() -> None:
    [drawn] = re.findall(r"```text\n(.*?)```", README, re.S)
    top, named = "", set()
    for indent, entry in re.findall(r"^( *)(\S+)", drawn, re.M):
        if not indent:
            top = entry
            named.add(entry.rstrip("/"))
        path = ROOT / (top + entry if indent else entry)
        assert path.is_dir() if entry.endswith("/") else path.is_file(), path

    there = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    made_here = {"var", "out", "build", "__pycache__", "jinqiao.egg-info"}
    assert there - made_here == named


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    told = page.read_text(encoding="utf-8")

    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", told):
        assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*\w\.(?:py|toml|md|yml|env|sh|json))`", told):
        assert list(ROOT.glob(path)) or list(page.parent.glob(path)), path


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    told = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text()
    commands = get_command(app)

    for target in re.findall(r"`make ([a-z]+)", told) + re.findall(r"^make ([a-z]+)", told, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), f"make {target}"
    for words in re.findall(r"(?:^|`|bin/)jinqiao ([a-z]+(?: [a-z]+)?)", told, re.M):
        first, _, second = words.partition(" ")
        assert first in commands.commands, words  # type: ignore[attr-defined]
        group = commands.commands[first]  # type: ignore[attr-defined]
        if second and hasattr(group, "commands"):
            assert second in group.commands, words


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_registry_or_somebodys_machine(page: Path) -> None:
    told = page.read_text(encoding="utf-8")

    assert not re.search(r"pypi\.org|files\.pythonhosted|/home/|/Users/", told)


def test_decisions_are_numbered_and_have_their_three_parts() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert [path.name[:4] for path in decisions] == [
        f"{number:04}" for number in range(1, len(decisions) + 1)
    ]
    for path in decisions:
        told = path.read_text(encoding="utf-8")
        for part in ("# ", "## Context", "## Decision", "## Consequences"):
            assert re.search(rf"^{part}", told, re.M), f"{path.name} lacks {part}"
        assert told.count("\n") <= 80, f"{path.name} is longer than a page"
