"""`jinqiao generate` and `jinqiao demo`: the ten counties, from raw files to the plan's figures."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from jinqiao.counties import generate as write_files
from jinqiao.demonstration import Line, Progress, demonstrate
from jinqiao.partner import Refused
from jinqiao.throwaway import throwaway_exchange

_OUT = Path("out/ten-counties")
_LOG_WIDTH = 160


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao generate` and `jinqiao demo`."""
    root.command(epilog="Example: jinqiao generate --out counties --households 2000")(generate)
    root.command(epilog="Example: jinqiao demo --from counties")(demo)


def generate(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = _OUT,
    households: Annotated[int, typer.Option(min=1_500, help="Registered households.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 2019,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Write the raw files of the ten counties, and the answer key."""
    told = (lambda _: None) if as_json else print
    write_files(out, seed=seed, households=households, progress=told)
    if as_json:
        print(json.dumps({"out": str(out), "households": households, "seed": seed}))
    else:
        print(f"The files of ten counties are in {out}.")


def demo(
    from_: Annotated[
        Path | None, typer.Option("--from", help="Files generated, and perhaps edited, before.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where to leave files and findings.")] = _OUT,
    households: Annotated[int, typer.Option(min=1_500)] = 20_000,
    seed: Annotated[int, typer.Option()] = 2019,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines as JSON.")] = False,
) -> None:
    """Run the main job: push the ten counties' files, screen, and print plan beside findings.

    Exits 0 only if every line agrees with the answer key.
    """
    width = None if sys.stdout.isatty() else _LOG_WIDTH
    console = Console(width=width, stderr=as_json)
    folder = from_ or out
    with _progress(console) as stage:
        if from_ is None:
            advance = stage("writing the agencies' files", 10)
            write_files(out, seed=seed, households=households, progress=lambda _: advance(1))
        lines, failure = _run(folder, out, stage)
    if as_json:
        print(json.dumps(list(map(asdict, lines)), ensure_ascii=False, indent=1))
    else:
        _print(console, lines)
    if failure:
        console.print(f"[red]{escape(failure)}[/red]")
    if failure or any(line.differences for line in lines):
        raise typer.Exit(1)
    console.print(
        f"Every line agrees with the answer key. Files: {folder}; ledger, report and charts: {out}."
    )


def _run(
    folder: Path, out: Path, stage: Callable[[str, int], Callable[[int], None]]
) -> tuple[list[Line], str]:
    """The whole job against an exchange of its own, which is gone afterwards.

    Returns every line that it came to, and what stopped it if something did.
    """
    lines: list[Line] = []
    try:
        with throwaway_exchange() as operator:
            for line in demonstrate(operator, folder, out, Progress(stage)):
                lines.append(line)
    except (Refused, OSError, KeyError, ValueError) as failure:
        return lines, f"{type(failure).__name__}: {failure}"
    return lines, ""


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """A bar for each stage; on a log that is no terminal, a line when a stage begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Bars(*columns, TimeElapsedColumn(), console=console) as bars:

        def stage(name: str, steps: int) -> Callable[[int], None]:
            if not console.is_terminal:
                console.print(f"{name} …")
            task = bars.add_task(name, total=steps)
            return lambda done: bars.advance(task, done)

        yield stage


def _print(console: Console, lines: list[Line]) -> None:
    table = Table("#", "place", "rules", "the plan says", "the exchange found", "", expand=False)
    for line in lines:
        agrees = "[red]differs[/red]" if line.differences else "[green]agrees[/green]"
        table.add_row(line.number, line.place, line.rules, line.plan or "–", line.found, agrees)
    console.print(table)
    for line in lines:
        for difference in line.differences:
            console.print(f"[red]line {line.number}, {line.place}: {difference}[/red]")
