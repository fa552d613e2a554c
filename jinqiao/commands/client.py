"""`jinqiao client`: the systems and officers that may ask for tokens."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gateway.first_operator import write_credentials, write_for_owner
from jinqiao.commands.agency import AsJson, Operator, operating
from jinqiao.installation import Failed
from kernel.purposes import Purpose
from kernel.roles import Kind, Role
from kernel.tokens import SigningKey

Out = Annotated[
    Path | None,
    typer.Option(help="Write the credentials to this file, for its owner only, and not here."),
]
Jwks = Annotated[
    Path | None,
    typer.Option(help="Its public keys, as `jinqiao client key` writes them, and no secret."),
]
ClientId = Annotated[str, typer.Argument(help="The client's id.")]

app = typer.Typer(no_args_is_help=True, help="Register, rotate and disable clients.")


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao client …`."""
    root.add_typer(app, name="client")


@app.command(epilog="Example: jinqiao client key bank.pem --jwks bank.jwks.json")
def key(
    private: Annotated[Path, typer.Argument(help="Where to keep the private key; not there yet.")],
    jwks: Annotated[Path, typer.Option(help="Where to write the public key, for the operator.")],
    as_json: AsJson = False,
) -> None:
    """Make a client's key pair. The private half never leaves the machine that uses it."""
    if private.exists():
        raise Failed(f"{private} is there already, and may be a key in use.")
    made = SigningKey.new_pem()
    public = {"keys": [SigningKey(made).public_jwk]}
    try:
        write_for_owner(private, made.decode())
        jwks.write_text(json.dumps(public, indent=1) + "\n")
    except OSError as problem:
        raise Failed(f"{problem.filename} cannot be written: {problem.strerror}.") from None
    if as_json:
        print(json.dumps({"private": str(private), "jwks": str(jwks)}))
    else:
        print(f"{private} is to be kept, {jwks} to be given to the operator.")


@app.command(epilog="Example: jinqiao client add RCU-230231 --role bank --out bank.json")
def add(
    agency: Annotated[str, typer.Argument(help="Code of its agency.")],
    role: Annotated[Role, typer.Option(help="The role of the agency's type.")],
    kind: Annotated[Kind, typer.Option(help="An officer is one named person.")] = Kind.SYSTEM,
    name: Annotated[str | None, typer.Option(help="Whose it is.")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="Only these scopes; may be given several times.")
    ] = None,
    purpose: Annotated[
        list[Purpose] | None, typer.Option(help="Names and numbers for these purposes only.")
    ] = None,
    jwks: Jwks = None,
    out: Out = None,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """Register a client. Its secret is shown this once; with --jwks it has none."""
    said = {"agency": agency, "role": role.value, "kind": kind.value, "name": name}
    keys = _public_keys(jwks)
    with operating(operator) as exchange:
        less = {"scopes": scope or None, "purposes": purpose or None}
        made = exchange.post("/v1/clients", said | keys | less)
        _hand_over(made, out, as_json, str(exchange.http.base_url))


@app.command(epilog="Example: jinqiao client rotate 0193… --out bank.json")
def rotate(
    client_id: ClientId,
    jwks: Jwks = None,
    out: Out = None,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """Give a client a new secret. The present one works for another 24 hours.

    With --jwks: the public keys that it proves itself by from now on, and by nothing else.
    """
    keys = _public_keys(jwks)
    with operating(operator) as exchange:
        made = exchange.post(f"/v1/clients/{client_id}/rotate", keys)
        _hand_over(made, out, as_json, str(exchange.http.base_url))


@app.command(epilog="Example: jinqiao client disable 0193…")
def disable(client_id: ClientId, operator: Operator = None, as_json: AsJson = False) -> None:
    """Turn a client away for good, its tokens included."""
    with operating(operator) as exchange:
        gone = exchange.post(f"/v1/clients/{client_id}/disable", {})
    print(json.dumps(gone) if as_json else f"{gone['client_id']} of {gone['agency']}: disabled.")


@app.command("list", epilog="Example: jinqiao client list --agency RCU-230231")
def list_clients(
    agency: Annotated[str | None, typer.Option(help="Only those of this agency.")] = None,
    operator: Operator = None,
    as_json: AsJson = False,
) -> None:
    """List the clients, and by what they prove themselves."""
    wanted = {} if agency is None else {"agency": agency}
    with operating(operator) as exchange:
        found = list(exchange.items("/v1/clients", **wanted))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    table = Table("client", "agency", "role", "kind", "name", "proof", "disabled")
    for each in found:
        proof = "keys" if each["jwks"] else "secret"
        gone = each["disabled_at"] or ""
        row = (each["client_id"], each["agency"], each["role"], each["kind"], each["name"] or "")
        table.add_row(*row, proof, gone[:10])
    Console().print(table)


def _public_keys(file: Path | None) -> dict[str, Any]:
    """The key set in a file, as a request names it."""
    if file is None:
        return {}
    try:
        return {"jwks": json.loads(file.read_text())}
    except (OSError, ValueError) as problem:
        raise Failed(f"{file} holds no key set: {problem}.") from None


def _hand_over(made: dict[str, Any], out: Path | None, as_json: bool, address: str) -> None:
    """Write or show a client's new credentials."""
    if out is not None:
        try:
            write_credentials(out, address, made["client_id"], made.get("client_secret"))
            made.pop("client_secret", None)
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
        if made.get(name):
            print(f"{name:15}{made[name]}")
