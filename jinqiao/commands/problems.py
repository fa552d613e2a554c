"""`jinqiao problems`: the error catalogue, a page for each code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao problems`."""
    root.command(epilog="Example: jinqiao problems --out docs/problems")(problems)


def problems(
    out: Annotated[
        Path | None, typer.Option(help="Write a page for each code into this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="List them as JSON.")] = False,
) -> None:
    """List every code of problem the exchange may answer, or write their pages."""
    import jinqiao.exchange  # noqa: F401 (a second's work; the services bring their problems)
    from gateway.problem_pages import markdown, pages

    found = pages().values()
    if out is not None:
        _write({page.code: markdown(page) for page in found}, out)
    if as_json:
        print(json.dumps([page._asdict() for page in found], ensure_ascii=False, indent=1))
    elif out is None:
        for page in found:
            print(f"{page.code:28}{' '.join(map(str, page.statuses)):8}{page.title}")


def _write(texts: Mapping[str, str], out: Path) -> None:
    """A page for each code, and no other."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.md"):
        old.unlink()
    for code, text in texts.items():
        (out / f"{code}.md").write_text(text, encoding="utf-8")
