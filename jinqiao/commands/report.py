"""`jinqiao report`: the report of a stage, as a file."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jinqiao.credentials import partner
from jinqiao.installation import Failed


class Format(StrEnum):
    """How a report is written."""

    DOCX = "docx"
    XLSX = "xlsx"
    JSON = "json"


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao report`."""
    root.command(
        epilog="Example: jinqiao report 2019-11-20 --format xlsx --client supervisor.json"
    )(report)


def report(
    stage: Annotated[str, typer.Argument(help="Which stage it is of.")],
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.DOCX,
    out: Annotated[
        Path | None, typer.Option(help="File to write; else report-STAGE.FORMAT.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON, and write no file.")
    ] = False,
) -> None:
    """Fetch the report of a stage: as Word, as the ledger (台账) in XLSX, or as JSON."""
    path = f"/v1/rectification/reports/{stage}"
    if as_json:
        with partner(client) as asker:
            found = asker.get(path, format=Format.JSON.value)
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    file = out or Path(f"report-{stage}.{format_}")
    with partner(client) as asker:
        content = asker.download(path, format=format_.value)
    try:
        file.write_bytes(content)
    except OSError as problem:
        raise Failed(f"{file} cannot be written: {problem.strerror}.") from None
    print(f"The report is in {file}.")
