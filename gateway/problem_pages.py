"""A page for each problem: what is so, why, and what to do next, in English and Chinese.

Made from the classes of problems, which say it in English, and `problem_pages.toml`.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from kernel.problems import NotFound, Problem

_WRITTEN = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"),
)

_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


_AGAIN = "Trying again may help. 可重试。"
_NOT_AGAIN = "Trying again as it is will not help. 原样重试无用。"

_STYLE = "body{max-width:40em;margin:2em auto;font-family:sans-serif;line-height:1.6}"


class Page(NamedTuple):
    """What is to be said of one code."""

    code: str
    title: str
    statuses: tuple[int, ...]
    retryable: bool
    en: str
    zh: str
    why: str
    why_zh: str


def classes(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every class of problem that has been imported."""
    yield kind
    for each in kind.__subclasses__():
        yield from classes(each)


@cache
def pages() -> dict[str, Page]:
    """By code. What no one has written about in Chinese says it in English."""
    found = {code: _page(code, written) for code, written in _WRITTEN.items()}
    for kind in classes():
        found.setdefault(kind.code, _page(kind.code, {}))
    return dict(sorted(found.items()))


def _page(code: str, written: dict[str, Any]) -> Page:
    kinds = [kind for kind in classes() if kind.code == code]
    english = " ".join(
        dict.fromkeys(" ".join((kind.__doc__ or "").split()) for kind in kinds if kind.__doc__)
    )
    statuses = {kind.status for kind in kinds} or set(written.get("status", ()))
    return Page(
        code=code,
        title=kinds[0].title if kinds else written["title"],
        statuses=tuple(sorted(int(status) for status in statuses)),
        retryable=any(kind.retryable for kind in kinds) or statuses <= {429, 503},
        en=written.get("en", english),
        zh=written.get("zh", english),
        why=written.get("why", ""),
        why_zh=written.get("why_zh", ""),
    )


def markdown(page: Page) -> str:
    """The page as it lies in docs/problems."""
    status = " · ".join(map(str, page.statuses))
    again = _AGAIN if page.retryable else _NOT_AGAIN
    return f"""# `{page.code}`

{page.title} · HTTP {status}

{page.en}

Why: {page.why or "–"}

{page.zh}

为什么：{page.why_zh or "–"}

{again}
"""


def problem_routes() -> APIRouter:
    """`/problems/{code}`, where the `type` of a problem leads."""
    router = APIRouter(tags=["operation"])

    @router.get("/problems/{code}", operation_id="read_problem", response_class=HTMLResponse)
    async def read_problem(code: str) -> HTMLResponse:
        """What a problem means, why it is so, and what to do next, in English and Chinese."""
        page = pages().get(code)
        if page is None:
            raise NotFound("There is no problem of this code.")
        return HTMLResponse(_html(page), headers=_POLICY)

    return router


def _html(page: Page) -> str:
    paragraphs = markdown(page).split("\n\n")[1:]
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'>"
        f"<title>{escape(page.code)}</title><style>{_STYLE}</style></head>"
        f"<body><h1><code>{escape(page.code)}</code></h1>{body}</body></html>"
    )
