"""The command `jinqiao`. Each sub-command lives in a module of `jinqiao.commands`."""

import sys

import typer

from jinqiao.commands import (
    agency,
    asyncapi,
    client,
    conform,
    counties,
    db,
    eligibility,
    interest,
    openapi,
    problems,
    push,
    rebuild,
    recompute,
    report,
    rulebook,
    screen,
    serve,
    token,
    up,
    worker,
)
from jinqiao.installation import Failed
from jinqiao.partner import Refused
from jinqiao.postgres import ServerProblem

COMMANDS = (
    up,
    serve,
    worker,
    counties,
    push,
    screen,
    report,
    eligibility,
    interest,
    rulebook,
    recompute,
    rebuild,
    db,
    agency,
    client,
    token,
    conform,
    openapi,
    asyncapi,
    problems,
)
"""Modules with `add_to(app)`. `tests/jinqiao` checks that each command's help has an example."""

app = typer.Typer(
    name="jinqiao",
    help="金桥: poverty offices, banks, finance bureaus and insurers over one exchange.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in COMMANDS:
    module.add_to(app)


def main() -> None:
    """Run a command. What it cannot do is said in one sentence on stderr, with status 1."""
    try:
        app(prog_name="jinqiao")
    except (Failed, Refused, ServerProblem) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
