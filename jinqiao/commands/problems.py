"""`jinqiao problems`: the error catalogue, a page for each code."""

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
) -> None:
    """List every code of problem the exchange may answer, or write their pages."""
    import jinqiao.exchange  # noqa: F401 (a second's work; the services bring their problems)
    from gateway.problem_pages import markdown, pages

    if out is None:
        for page in pages().values():
            print(f"{page.code:28}{' '.join(map(str, page.statuses)):8}{page.title}")
        return
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.md"):
        old.unlink()
    for page in pages().values():
        (out / f"{page.code}.md").write_text(markdown(page), encoding="utf-8")
