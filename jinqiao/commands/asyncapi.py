"""`jinqiao asyncapi`: what the feeds announce, without a database."""

import json

import typer


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao asyncapi`."""
    root.command(epilog="Example: jinqiao asyncapi > events.json")(asyncapi)


def asyncapi() -> None:
    """Print the AsyncAPI 3.0 document of the events that readers find in the feeds."""
    from jinqiao.exchange import events  # a second's work, which other commands need not wait for

    print(json.dumps(events(), ensure_ascii=False, indent=2))
