"""`jinqiao conform`: can this partner do what a partner must?"""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jinqiao.conformance import perform
from jinqiao.credentials import partner


class Part(StrEnum):
    """Whose duties are played."""

    BANK = "bank"
    INSURER = "insurer"
    OFFICE = "office"


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao conform`."""
    root.command(epilog="Example: jinqiao conform bank --client sandbox/bank.json")(conform)


def conform(
    part: Annotated[Part, typer.Argument(help="Whose duties to play.")],
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Play a partner's duties with his credentials, and say of each whether it was met.

    Ends with 1 if one was not. What it pushes stays on record under numbers that begin with
    CONFORM: use a sandbox.
    """
    with partner(client) as who:
        results = []
        for result in perform(part.value, who):
            results.append(result)
            if not as_json:
                why = f": {result.why}" if result.why else ""
                print(f"{'pass' if result.passed else 'FAIL'}  {result.duty}{why}", flush=True)
    failed = sum(not result.passed for result in results)
    if as_json:
        print(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1))
    else:
        print(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)
