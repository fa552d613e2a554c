"""`jinqiao conform`: can this partner do what a partner must?"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.first_operator import write_for_owner
from gateway.webhooks.signing import Signing, new_key, receivers_key
from jinqiao.conformance import perform, try_receiver
from jinqiao.conformance.duties import Result
from jinqiao.credentials import partner
from jinqiao.installation import Failed

_CREDENTIALS = "Credentials, as `jinqiao client add` wrote them."

Client = Annotated[Path | None, typer.Option(help=_CREDENTIALS)]
ReceiverUrl = Annotated[
    str | None, typer.Option("--receiver", help="Try this receiver of yours instead.")
]
Key = Annotated[
    Path | None, typer.Option(help="With --receiver: the key that good deliveries are signed with.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the results as JSON.")]

app = typer.Typer(
    no_args_is_help=True, help="Play a partner's duties, and try a partner's receiver."
)


class Part(StrEnum):
    """Whose duties are played."""

    BANK = "bank"
    INSURER = "insurer"
    OFFICE = "office"


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao conform …`."""
    for part in Part:
        example = f"Example: jinqiao conform {part} --client sandbox/{part}.json"
        app.command(part.value, epilog=example)(_of(part))
    root.add_typer(app, name="conform")


def _of(part: Part) -> Callable[..., None]:
    def conform(
        client: Client = None,
        receiver: ReceiverUrl = None,
        key: Key = None,
        as_json: AsJson = False,
    ) -> None:
        """Play this partner's duties with its credentials, and say of each whether it was met.

        Ends with 1 if one was not. What it pushes stays on record under numbers that begin with
        CONFORM: use a sandbox. A receiver on this machine is told of the pushes; the operator
        must have approved localhost for the agency, as a sandbox's has.

        With --receiver and --key, only a receiver of yours is tried: it is sent deliveries that it
        must take, and forged, old, doubled and malformed ones. With --client as well, the exchange
        is asked to send it an example.
        """
        if receiver is not None:
            if key is None:
                raise Failed("Name the key with --key; `jinqiao conform key` makes one.")
            secret = _secret_in(key)
            if client is None:
                return _tell(try_receiver(receiver, secret), as_json)
            with partner(client) as who:
                return _tell(try_receiver(receiver, secret, part=part, partner=who), as_json)
        if client is None:
            raise Failed("Name the credentials with --client, or your receiver with --receiver.")
        with partner(client) as who:
            return _tell(perform(part, who), as_json)

    return conform


@app.command("key", epilog="Example: jinqiao conform key receiver.key --signing v1")
def make_key(
    file: Annotated[Path, typer.Argument(help="Where to keep it; not there yet.")],
    signing: Annotated[Signing, typer.Option(help="What your receiver verifies.")] = Signing.V1A,
    as_json: AsJson = False,
) -> None:
    """Make a key to try a receiver with; prints what the receiver verifies with meanwhile."""
    if file.exists():
        raise Failed(f"{file} is there already.")
    secret = new_key(signing).secret
    try:
        write_for_owner(file, secret)
    except OSError as problem:
        raise Failed(f"{file} cannot be written: {problem.strerror}.") from None
    given = receivers_key(secret)
    print(json.dumps({"file": str(file), "key": given}) if as_json else given)


def _secret_in(file: Path) -> str:
    try:
        secret = file.read_text().strip()
        receivers_key(secret)
    except OSError as problem:
        raise Failed(f"{file} cannot be read: {problem.strerror}.") from None
    except ValueError:
        raise Failed(f"{file} holds no key: `jinqiao conform key` makes one.") from None
    return secret


def _tell(results: Iterable[Result], as_json: bool) -> None:
    """Print results as they come, or all as JSON; ends with 1 if a duty was not met."""
    told = []
    for result in results:
        told.append(result)
        if not as_json:
            why = f": {result.why}" if result.why else ""
            print(f"{'pass' if result.passed else 'FAIL'}  {result.duty}{why}", flush=True)
    failed = sum(not result.passed for result in told)
    if as_json:
        print(json.dumps([asdict(result) for result in told], ensure_ascii=False, indent=1))
    else:
        print(f"{len(told) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)
