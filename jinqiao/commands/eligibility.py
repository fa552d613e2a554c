"""`jinqiao eligibility`: may this person borrow, or which of these many people may."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from jinqiao.credentials import partner
from jinqiao.installation import Failed
from jinqiao.partner import MEDIA_TYPES

_ONE, _MANY = "/v1/loans/eligibility-checks", "/v1/loans/bulk/eligibility-checks"
_WIDTH = 160


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao eligibility`."""
    root.command(
        epilog="Example: jinqiao eligibility --client bank.json --amount 30000.00 --months 12 "
        "--purpose PLANTING"
    )(eligibility)


def eligibility(
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Many questions: NDJSON, CSV or XLSX, one a row.", exists=True, dir_okay=False
        ),
    ] = None,
    amount: Annotated[str | None, typer.Option(help="Yuan, such as 30000.00.")] = None,
    months: Annotated[int | None, typer.Option(help="The term.")] = None,
    purpose: Annotated[str | None, typer.Option(help="PLANTING, BREEDING, …")] = None,
    kind: Annotated[str, typer.Option(help="NEW, RENEWAL, EXTENSION or ADDITIONAL.")] = "NEW",
    rate: Annotated[str | None, typer.Option(help="A year, such as 0.0435.")] = None,
    bank: Annotated[str | None, typer.Option(help="Who would lend, if an office asks.")] = None,
    branch: Annotated[str | None, typer.Option(help="Division of the branch.")] = None,
    guarantee: Annotated[str, typer.Option(help="NONE, GUARANTOR, …")] = "NONE",
    user: Annotated[str, typer.Option(help="Kind of the actual user.")] = "HOUSEHOLD",
    wish_signed_on: Annotated[str | None, typer.Option(help="Day of the signed wish.")] = None,
    parent: Annotated[str | None, typer.Option(help="Contract that this one follows.")] = None,
    attested: Annotated[
        list[str] | None, typer.Option(help="LOAN-05, 15, 16 or 17; may be repeated.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The day asked about; else today.")] = None,
    reserve: Annotated[bool, typer.Option(help="Hold the amount under the cap.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Ask whether a person may borrow, with every condition; or ask about all rows of a file.

    Name and ID number are asked for, or read from standard input, one a line: what stands on a
    command line stays in the shell's history. Ends with 1 if there is no answer, or if a row of
    the file was refused.
    """
    if file is not None:
        _many(client, file, as_json)
        return
    if amount is None or months is None or purpose is None:
        raise Failed("Give a file, or --amount, --months and --purpose of one loan.")
    name, id_number = _person()
    said = {
        "name": name,
        "id_number": id_number,
        "amount": amount,
        "term_months": months,
        "annual_rate": rate,
        "kind": kind,
        "purpose": purpose,
        "actual_user": {"kind": user},
        "guarantee": guarantee,
        "bank": bank,
        "branch_division": branch,
        "wish_signed_on": wish_signed_on,
        "parent_contract_no": parent,
        "attested": attested or [],
        "as_of": as_of,
        "reserve": reserve,
    }
    with partner(client) as asker:
        answer = asker.post(_ONE, {key: value for key, value in said.items() if value is not None})
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _print(answer)


def _person() -> tuple[str, str]:
    """Name and ID number: asked for at a terminal, else two lines of standard input."""
    if sys.stdin.isatty():
        name: str = typer.prompt("Name", err=True)
        number: str = typer.prompt("ID number (not shown)", hide_input=True, err=True)
        return name, number
    lines = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
    if len(lines) != 2:
        raise Failed("Give the name and the ID number on standard input, one a line.")
    return lines[0], lines[1]


def _many(client: Path, file: Path, as_json: bool) -> None:
    if file.suffix not in MEDIA_TYPES:
        raise Failed(f"A file of questions ends in {', '.join(MEDIA_TYPES)}.")
    with partner(client) as asker:
        lines = asker.ask_many(_MANY, file)
    if as_json:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False))
    else:
        _print_many(lines)
    if any(line["outcome"] == "rejected" for line in lines):
        raise typer.Exit(1)


def _print(answer: Mapping[str, Any]) -> None:
    table = Table("condition", "verdict", "what law asks", "rests on", "missing", box=None)
    for each in answer["conditions"]:
        figures = ", ".join(f"{name} {value}" for name, value in each["figures"].items())
        table.add_row(
            each["rule_id"],
            each["verdict"].replace("_", " "),
            each["wording"]["zh"],
            figures,
            ", ".join(each["missing"]),
        )
    Console(width=_WIDTH).print(table)
    print(f"{answer['verdict']} as of {answer['as_of']}; kept as {answer['check_id']}")
    if held := answer["reservation"]:
        print(f"{held['amount']} yuan held until the day before {held['expires_on']}")


def _print_many(lines: Iterable[Mapping[str, Any]]) -> None:
    table = Table("line", "verdict", "what stands in the way", box=None)
    for line in lines:
        if line["outcome"] == "rejected":
            table.add_row(str(line["line"]), "rejected", f"{line['pointer']} {line['message']}")
            continue
        open_ones = [
            f"{each['rule_id']} {each['verdict'].replace('_', ' ')}"
            for each in line["conditions"]
            if each["verdict"] != "met"
        ]
        table.add_row(str(line["line"]), line["verdict"], ", ".join(open_ones))
    Console(width=_WIDTH).print(table)
