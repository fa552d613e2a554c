"""`jinqiao push`: a file of rows to the exchange, with progress; broken off, it is taken up."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from jinqiao.credentials import partner
from jinqiao.installation import Failed
from jinqiao.partner import MEDIA_TYPES, Partner, kind_of

_SHOWN = 20
"""Rejected rows that people are shown; programs get 200, and `--errors` all."""


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao push`."""
    root.command(
        epilog="Example: jinqiao push loans/contracts contracts.ndjson --client bank.json "
        "--covers 2018-01-01/2019-01-01 --errors errors.xlsx"
    )(push)


def push(
    resource: Annotated[str, typer.Argument(help="Service and resource, such as loans/contracts.")],
    file: Annotated[
        Path,
        typer.Argument(
            help="NDJSON, CSV or XLSX; the first two also as .gz.", exists=True, dir_okay=False
        ),
    ],
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    covers: Annotated[str | None, typer.Option(help="Days that this declares complete.")] = None,
    covers_division: Annotated[str | None, typer.Option(help="And where.")] = None,
    control_total: Annotated[str | None, typer.Option(help="Sum that the rows must have.")] = None,
    mode: Annotated[str, typer.Option(help="per_row or atomic.")] = "per_row",
    dry_run: Annotated[bool, typer.Option(help="Only say what would become of the rows.")] = False,
    generation: Annotated[
        int | None, typer.Option(help="1 or 2: which national code lists bare codes are of.")
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option(
            help="Write the rejected rows here with the reason beside each: NDJSON, CSV or XLSX."
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option(help="Push the file anew, even if a push of it is still under way.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Push a file, wait until it is done, and say what became of its rows.

    Broken off, the same command follows what the exchange has meanwhile gone on with, instead of
    pushing the file again. Ends with 1 if a row was rejected.
    """
    service, _, name = resource.partition("/")
    if not name:
        raise Failed("Name service and resource, such as loans/contracts.")
    if resource == "loans/eligibility-checks":
        raise Failed(f"Questions are asked, not pushed: jinqiao eligibility {file}")
    for path in [file, *([errors] if errors else [])]:
        if kind_of(path) not in MEDIA_TYPES:
            raise Failed(f"{path} must end in {', '.join(MEDIA_TYPES)}.")
    wishes = {
        "covers": covers,
        "covers_division": covers_division,
        "control_total": control_total,
        "mode": mode,
        "dry_run": dry_run,
        "generation": generation,
    }
    query = {name: value for name, value in wishes.items() if value is not None}
    with partner(client) as sender:
        with _bars(file.name, hidden=as_json) as (sending, progress):
            try:
                done = sender.push(
                    service,
                    name,
                    file,
                    query=query,
                    sending=sending,
                    progress=progress,
                    resume=not anew,
                    as_job=errors is not None,
                )
            except KeyboardInterrupt:
                raise Failed(
                    "Broken off. What has arrived goes on; the same command follows it."
                ) from None
        rejected = _rejected(sender, service, done)
        if errors and done["rejected"]:
            _write_errors(sender, service, done["job_id"], errors)
    if as_json:
        print(json.dumps({**done, "errors": rejected}, ensure_ascii=False, indent=1))
    else:
        _print(done, rejected, errors)
    if done["rejected"]:
        raise typer.Exit(1)


Bar = Callable[[int, int], None]


@contextmanager
def _bars(name: str, *, hidden: bool) -> Iterator[tuple[Bar, Bar]]:
    """A bar of the bytes sent and one of the rows done, on a terminal, gone at the end."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    hidden = hidden or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden, transient=True) as bars:
        sent = bars.add_task(f"{name}, bytes sent", total=None)
        done = bars.add_task("rows done", total=None, visible=False)
        yield (
            lambda n, total: bars.update(sent, completed=n, total=total),
            lambda n, total: bars.update(done, completed=n, total=total, visible=True),
        )


def _rejected(sender: Partner, service: str, done: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first rejected rows: what the exchange said of them, without what they said."""
    if not done["rejected"]:
        return []
    if "results" in done:
        return [row for row in done["results"] if row["outcome"] == "rejected"]
    path = f"/v1/{service}/jobs/{done['job_id']}/errors"
    found: list[dict[str, Any]] = sender.get(path, outcome="rejected", limit=200)
    return found


def _write_errors(sender: Partner, service: str, job_id: str, file: Path) -> None:
    path = f"/v1/{service}/jobs/{job_id}/errors"
    content = sender.download(path, format=kind_of(file).removeprefix("."))
    try:
        file.write_bytes(content)
    except OSError as problem:
        raise Failed(f"{file} cannot be written: {problem.strerror}.") from None


def _print(done: Mapping[str, Any], rejected: list[dict[str, Any]], errors: Path | None) -> None:
    console = Console()
    counts = Table(box=None)
    words = ("received", "accepted", "unchanged", "superseded", "rejected", "pending")
    for word in words:
        counts.add_column(word, justify="right")
    counts.add_row(*(f"{done[word]:,}" for word in words))
    console.print(counts)
    for word in ("declaration_id", "job_id", "detail"):
        if done.get(word):
            console.print(f"{word.replace('_', ' ')}: {done[word]}", markup=False)
    if rejected:
        table = Table("line", "where", "code", "why", box=None)
        for row in rejected[:_SHOWN]:
            words_of_row = (row.get(name) or "" for name in ("pointer", "code", "message"))
            table.add_row(str(row["line"]), *map(escape, words_of_row))
        console.print(table)
        if done["rejected"] > _SHOWN:
            console.print(f"… and {done['rejected'] - _SHOWN:,} more.")
    if rejected and errors:
        console.print(f"The rejected rows are in {errors}, each with its reason.", markup=False)
