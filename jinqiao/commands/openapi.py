"""`jinqiao openapi`: the document that the gateway publishes, without a database."""

import json

import typer


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao openapi`."""
    root.command(epilog="Example: jinqiao openapi > jinqiao.json")(openapi)


def openapi() -> None:
    """Print the OpenAPI 3.1 document of the gateway and all services."""
    from jinqiao.exchange import document  # a second's work, which other commands need not wait for

    print(json.dumps(document(), ensure_ascii=False, indent=2))
