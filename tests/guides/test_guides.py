"""Guides say the same in both languages; `make test-guides` follows every command of them."""

import pytest

from tests.guides.__main__ import GUIDES
from tests.guides.followed import commands
from tests.house.tree import ROOT


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_have_the_same_commands(guide: str) -> None:
    english, chinese = (
        (ROOT / "docs/guides" / f"{guide}{language}.md").read_text("utf-8")
        for language in ("", ".zh-CN")
    )

    assert commands(english) == commands(chinese)
    assert len(commands(english)) > 5
    assert f"({guide}.zh-CN.md)" in english
    assert f"({guide}.md)" in chinese
