"""`jinqiao rulebook`: every condition and figure of law that is judged by, in words."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer


class Language(StrEnum):
    """In which the rulebook is printed."""

    ZH = "zh"
    EN = "en"


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao rulebook`."""
    root.command(epilog="Example: jinqiao rulebook --on 2019-06-01 --lang en")(rulebook)


def rulebook(
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what was in force on this day."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="zh or en.")] = Language.ZH,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Print the rulebook, generated from the rules and figures as they stand."""
    import jinqiao.rulebook as book  # a second's work, which other commands need not wait for

    language, day = {"zh": "zh-CN", "en": "en"}[lang], on and on.date()
    if as_json:
        print(json.dumps(book.rulebook(language, day), ensure_ascii=False, indent=1))
    else:
        print(book.written(language, day), end="")
