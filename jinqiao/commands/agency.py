"""`jinqiao agency`: who takes part in the exchange."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.first_operator import FILE
from jinqiao import installation
from jinqiao.credentials import partner
from jinqiao.partner import Partner
from kernel.roles import AgencyType

Operator = Annotated[
    Path | None,
    typer.Option("--operator", help="An operator's credentials; the first one's if left out."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]

app = typer.Typer(no_args_is_help=True, help="Record agencies.")


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao agency …`."""
    root.add_typer(app, name="agency")


@contextmanager
def operating(credentials: Path | None) -> Iterator[Partner]:
    """The exchange as an operator reaches it."""
    with partner(credentials or installation.settings().data / FILE) as operator:
        yield operator


@app.command(
    epilog="Example: jinqiao agency add RCU-230231 --name 拜泉县农村信用合作联社 --type BANK "
    "--division 230231 --parent RCU23"
)
def add(
    code: Annotated[str, typer.Argument(help="How everybody calls it.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    type: Annotated[AgencyType, typer.Option(help="What it is.")],
    division: Annotated[
        list[str] | None, typer.Option(help="Where it serves; may be given several times.")
    ] = None,
    parent: Annotated[str | None, typer.Option(help="Code of the agency it belongs to.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="First day on which it acts.")] = None,
    valid_to: Annotated[str | None, typer.Option(help="First day on which it no longer acts.")] = (
        None
    ),
    source_version: Annotated[int, typer.Option(help="Higher than before, to correct it.")] = 1,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """Record an agency, or correct one under a higher --source-version."""
    said = {
        "code": code,
        "name": name,
        "agency_type": type.value,
        "divisions": division or [],
        "parent": parent,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source_version": source_version,
    }
    with operating(operator) as exchange:
        answer = exchange.post("/v1/agencies", said)
    print(json.dumps(answer, ensure_ascii=False) if as_json else f"{code}: {answer['outcome']}.")


@app.command("list", epilog="Example: jinqiao agency list --type BANK")
def list_agencies(
    type: Annotated[AgencyType | None, typer.Option(help="Only these.")] = None,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """List the agencies as they are on record now."""
    wanted = {} if type is None else {"agency_type": type.value}
    with operating(operator) as exchange:
        found = list(exchange.items("/v1/agencies", **wanted))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    table = Table("code", "name", "type", "divisions", "parent")
    for each in found:
        places = " ".join(each["divisions"])
        table.add_row(each["code"], each["name"], each["agency_type"], places, each["parent"] or "")
    Console().print(table)
