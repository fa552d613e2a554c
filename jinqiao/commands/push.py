"""`jinqiao push`: a file of rows to the exchange, with progress."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from jinqiao.credentials import partner
from jinqiao.installation import Failed
from jinqiao.partner import MEDIA_TYPES


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao push`."""
    root.command(
        epilog="Example: jinqiao push loans/contracts contracts.ndjson --client bank.json "
        "--covers 2018-01-01/2019-01-01"
    )(push)


def push(
    resource: Annotated[str, typer.Argument(help="Service and resource, such as loans/contracts.")],
    file: Annotated[Path, typer.Argument(help="NDJSON, CSV or XLSX.", exists=True, dir_okay=False)],
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    covers: Annotated[str | None, typer.Option(help="Days that this declares complete.")] = None,
    covers_division: Annotated[str | None, typer.Option(help="And where.")] = None,
    control_total: Annotated[str | None, typer.Option(help="Sum that the rows must have.")] = None,
    mode: Annotated[str, typer.Option(help="per_row or atomic.")] = "per_row",
    dry_run: Annotated[bool, typer.Option(help="Only say what would become of the rows.")] = False,
    generation: Annotated[
        int | None, typer.Option(help="1 or 2: which national code lists bare codes are of.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Push a file, wait until it is done, and say what became of its rows.

    Ends with 1 if a row was rejected.
    """
    service, _, name = resource.partition("/")
    if not name:
        raise Failed("Name service and resource, such as loans/contracts.")
    if file.suffix not in MEDIA_TYPES:
        raise Failed(f"A file to push ends in {', '.join(MEDIA_TYPES)}.")
    wishes = {
        "covers": covers,
        "covers_division": covers_division,
        "control_total": control_total,
        "mode": mode,
        "dry_run": dry_run,
        "generation": generation,
    }
    query = {name: value for name, value in wishes.items() if value is not None}
    with partner(client) as sender, Progress(disable=as_json, transient=True) as bars:
        task = bars.add_task(file.name, total=None)
        done = sender.push(
            service,
            name,
            file,
            query=query,
            progress=lambda n, total: bars.update(task, completed=n, total=total),
        )
    if as_json:
        print(json.dumps(done, ensure_ascii=False, indent=1))
    else:
        _print(done)
    if done["rejected"]:
        raise typer.Exit(1)


def _print(done: dict[str, object]) -> None:
    words = ("received", "accepted", "unchanged", "superseded", "rejected", "pending")
    print(", ".join(f"{word} {done[word]}" for word in words))
    for word in ("declaration_id", "job_id", "detail"):
        if done.get(word):
            print(f"{word.replace('_', ' ')}: {done[word]}")
