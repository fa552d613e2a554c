"""`jinqiao client`: the systems and officers that may ask for tokens."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.first_operator import write_credentials
from jinqiao.commands.agency import AsJson, Operator, operating
from jinqiao.installation import Failed
from kernel.roles import Kind, Role

Out = Annotated[
    Path | None,
    typer.Option(help="Write the credentials to this file, for its owner only, and not here."),
]
ClientId = Annotated[str, typer.Argument(help="The client's id.")]

app = typer.Typer(no_args_is_help=True, help="Register, rotate and disable clients.")


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao client …`."""
    root.add_typer(app, name="client")


@app.command(epilog="Example: jinqiao client add RCU-230231 --role bank --out bank.json")
def add(
    agency: Annotated[str, typer.Argument(help="Code of its agency.")],
    role: Annotated[Role, typer.Option(help="The role of the agency's type.")],
    kind: Annotated[Kind, typer.Option(help="An officer is one named person.")] = Kind.SYSTEM,
    name: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="Only these scopes; may be given several times.")
    ] = None,
    out: Out = None,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """Register a client. Its secret is shown this once."""
    said = {"agency": agency, "role": role.value, "kind": kind.value, "name": name}
    with operating(operator) as exchange:
        made = exchange.post("/v1/clients", said | {"scopes": scope or None})
        _hand_over(made, out, as_json, str(exchange.http.base_url))


@app.command(epilog="Example: jinqiao client rotate 0193… --out bank.json")
def rotate(
    client_id: ClientId, out: Out = None, operator: Operator = None, as_json: AsJson = False
) -> None:
    """Give a client a new secret. The present one works for another 24 hours."""
    with operating(operator) as exchange:
        made = exchange.post(f"/v1/clients/{client_id}/rotate", {})
        _hand_over(made, out, as_json, str(exchange.http.base_url))


@app.command(epilog="Example: jinqiao client disable 0193…")
def disable(client_id: ClientId, operator: Operator = None, as_json: AsJson = False) -> None:
    """Turn a client away for good, its tokens included."""
    with operating(operator) as exchange:
        gone = exchange.post(f"/v1/clients/{client_id}/disable", {})
    print(json.dumps(gone) if as_json else f"{gone['client_id']} of {gone['agency']}: disabled.")


def _hand_over(made: dict[str, Any], out: Path | None, as_json: bool, address: str) -> None:
    """Write or show a client's new credentials."""
    if out is not None:
        try:
            write_credentials(out, address, made["client_id"], made.pop("client_secret"))
        except OSError as problem:
            raise Failed(
                f"{out} cannot be written: {problem.strerror}. Rotate client "
                f"{made['client_id']} to get a secret that you can keep."
            ) from None
        made["credentials"] = str(out)
    if as_json:
        print(json.dumps(made, ensure_ascii=False))
        return
    for name in ("client_id", "client_secret", "credentials"):
        if name in made:
            print(f"{name:15}{made[name]}")
