"""`jinqiao token`: an access token for the shell, which no list of processes shows."""

import json
from pathlib import Path
from typing import Annotated

import typer

from jinqiao.credentials import partner


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao token`."""
    root.command(
        epilog='Example: curl -H "Authorization: Bearer $(jinqiao token --client bank.json)" …'
    )(token)


def token(
    client: Annotated[Path, typer.Option(help="Credentials, as `jinqiao client add` wrote them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Print an access token, good for ten minutes."""
    with partner(client) as caller:
        found = caller.token()
    print(json.dumps({"access_token": found}) if as_json else found)
