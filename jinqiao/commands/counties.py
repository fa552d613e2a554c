"""`jinqiao generate` and `jinqiao demo`: the ten counties, from raw files to the plan's figures."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gateway.first_operator import FILE
from jinqiao import demonstration
from jinqiao.counties import generate as write_files
from jinqiao.demonstration import Line
from jinqiao.partner import Partner, Refused

_OUT = Path("out/ten-counties")


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao generate` and `jinqiao demo`."""
    root.command(epilog="Example: jinqiao generate --out counties --households 2000")(generate)
    root.command(epilog="Example: jinqiao demo --from counties")(demo)


def generate(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = _OUT,
    households: Annotated[int, typer.Option(min=1_500, help="Registered households.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 2019,
) -> None:
    """Write the raw files of the ten counties, and the answer key."""
    write_files(out, seed=seed, households=households, progress=print)
    print(f"The files of ten counties are in {out}.")


def demo(
    from_: Annotated[
        Path | None, typer.Option("--from", help="Files generated, and perhaps edited, before.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where to leave files and findings.")] = _OUT,
    households: Annotated[int, typer.Option(min=1_500)] = 20_000,
    seed: Annotated[int, typer.Option()] = 2019,
) -> None:
    """Run the main job: push the ten counties' files, screen, and print plan beside findings.

    Exits 0 only if every line agrees with the answer key.
    """
    console = Console()
    folder = from_ or out
    with _progress(console) as stage:
        if from_ is None:
            advance = stage("writing the agencies' files", 10)
            write_files(out, seed=seed, households=households, progress=lambda _: advance(1))
        try:
            lines = _run(folder, stage)
        except (Refused, OSError, KeyError, ValueError) as failure:
            console.print(f"[red]{type(failure).__name__}: {failure}[/red]")
            raise typer.Exit(1) from None
    _print(console, lines)
    if any(line.differences for line in lines):
        raise typer.Exit(1)
    console.print(f"Every line agrees with the answer key. The files are in {folder}.")


def _run(folder: Path, stage: Callable[[str, int], Callable[[int], None]]) -> list[Line]:
    """The whole job against an exchange of its own, which is gone afterwards."""
    progress = demonstration.Progress(stage)
    with _exchange() as (address, credentials), httpx.Client(base_url=address, timeout=60) as http:
        operator = Partner(http, credentials["client_id"], credentials["client_secret"])
        partners = demonstration.hand_over(operator, folder, progress)
        return list(demonstration.compare(partners, folder, progress))


@contextlib.contextmanager
def _exchange() -> Iterator[tuple[str, dict[str, str]]]:
    """An exchange as `jinqiao up` runs it, on a free port and a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-demo-"))
    folder.chmod(0o711)  # as root, the database runs as another user who must pass through
    data = folder / "data"
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "JINQIAO_DATA": str(data),
        "JINQIAO_PORT": str(port),
        "JINQIAO_ISSUER": address,
    }
    log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - outlives this statement
    command = [sys.executable, "-m", "jinqiao.command", "up"]
    running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=address) as http:
            demonstration.wait_until_ready(http, lambda: running.poll() is None)
        yield address, json.loads((data / FILE).read_text())
    except Refused:
        log.seek(0)
        sys.stderr.write(log.read())
        raise
    finally:
        running.terminate()
        running.wait(60)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int], Callable[[int], None]]]:
    """A bar for each stage; on a log that is no terminal, a line when a stage begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:

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
