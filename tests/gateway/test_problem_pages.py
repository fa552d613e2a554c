"""The `type` of every problem leads to a page that says what is so, why, and what to do next."""

import re

import jinqiao.exchange
from gateway.problem_pages import classes, markdown, pages
from tests.house.tree import ROOT
from tests.visitor import Send

assert jinqiao.exchange  # imports every service, and so every class of problem


def codes_in_the_source() -> set[str]:
    """Codes that problems are raised with, and those rows are refused with."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("kernel", "gateway", "services")
        for path in (ROOT / folder).rglob("*.py")
    )
    given = r"raise \w+\((?:[^()]|\([^()]*\))*?code=\"([a-z-]+)\""
    return {
        *re.findall(given, text),
        *re.findall(r'"([a-z-]+)": Rejection\(', text),
        *(kind.code for kind in classes()),
    }


def test_every_code_has_a_page_in_both_languages() -> None:
    for code in codes_in_the_source():
        page = pages()[code]
        assert page.statuses, code
        assert page.why, f"{code} lacks its entry in gateway/problem_pages.toml"
        assert page.why_zh, code
        assert re.search("[一-鿿]", page.zh), code
        assert re.search("[A-Za-z]{3}", page.en), code


def test_docs_hold_the_same_pages() -> None:
    written = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (ROOT / "docs/problems").glob("*.md")
        if path.stem != "README"
    }

    assert written == {code: markdown(page) for code, page in pages().items()}, "make docs"


def test_the_type_of_a_problem_leads_to_its_page(send: Send) -> None:
    refused = send("GET", "/v1/loans/contracts").json()

    page = send("GET", refused["type"])

    assert page.status_code == 200
    assert "unauthenticated" in page.text
    assert "令牌" in page.text
    assert send("GET", "/problems/no-such-thing").status_code == 404
