"""`jinqiao screen`: ask for a run, wait for it, and count what it found."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from jinqiao import screening
from jinqiao.credentials import partner


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao screen`."""
    root.command(
        epilog="Example: jinqiao screen 2019-05-28 --rule LOAN-20 --rule LOAN-23 "
        "--division 230231 --client supervisor.json"
    )(screen)


def screen(
    business_date: Annotated[str, typer.Argument(help="Facts of this day are known.")],
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    rule: Annotated[list[str] | None, typer.Option(help="Only these rules; else all.")] = None,
    division: Annotated[str | None, typer.Option(help="Only here; else all you see.")] = None,
    sample: Annotated[str | None, typer.Option(help="Only the contracts of this sample.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only this bank's or insurer's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON.")] = False,
) -> None:
    """Screen on a business date, wait until it is judged, and count the findings by rule.

    Ends with 0 whatever was found, and with 1 if it could not be screened.
    """
    wishes = {"division": division, "sample": sample, "agency": agency}
    scope = {name: value for name, value in wishes.items() if value is not None}
    with partner(client) as asker:
        screening_id = screening.ask(asker, business_date, rule or (), **scope)
        run = screening.judged(asker, screening_id)
    if as_json:
        print(json.dumps(run, ensure_ascii=False, indent=1))
    else:
        _print(run)


def _print(run: dict[str, Any]) -> None:
    table = Table("rule", "not met", "undetermined")
    for name, counts in sorted(run["counts"].items()):
        table.add_row(name, str(counts.get("not_met", 0)), str(counts.get("undetermined", 0)))
    console = Console()
    console.print(table)
    console.print(f"screening {run['screening_id']}, business date {run['business_date']}")
