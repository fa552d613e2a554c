"""`jinqiao rebuild`: make a service's copies of its neighbours anew, while it serves."""

import asyncio
import json
from typing import Annotated, Any

import typer

from jinqiao import installation
from jinqiao.installation import Failed
from kernel.service import Service
from kernel.settings import Settings


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao rebuild`."""
    root.command(epilog="Example: jinqiao rebuild loans")(rebuild)


def rebuild(
    service: Annotated[str, typer.Argument(help="registry, loans, subsidy, insurance …")],
    source: Annotated[
        str | None, typer.Option("--from", help="Only the copy of this neighbour.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Make copies anew from the neighbours' snapshots, and read their feeds on from there.

    The exchange may run meanwhile: until a new copy is there, the old one answers.
    """
    settings = installation.settings()
    with installation.database(settings) as url:
        done = asyncio.run(_rebuild(settings, url, service, source))
    if as_json:
        print(json.dumps(done))
        return
    for each in done:
        print(
            f"{service} has {each['rows']} rows of {each['source']} anew, and all that its feed "
            f"told up to position {each['position']}."
        )


async def _rebuild(
    settings: Settings, url: str, name: str, source: str | None
) -> list[dict[str, Any]]:
    from jinqiao.exchange import (
        open_exchange,  # a second's work, which other commands need not wait for
    )

    async with open_exchange(settings, url, prepare=False, patient=True) as exchange:
        return await rebuild_copies(exchange.services, exchange.worker.feeds, name, source)


async def rebuild_copies(
    services: Any, feeds: Any, name: str, source: str | None = None
) -> list[dict[str, Any]]:
    """Make a service's copies anew, of one neighbour or of all; what was done, by neighbour."""
    from kernel.sharing.rebuilding import rebuild as rebuilt

    if name not in services or not services[name].projections:
        raise Failed(f"No service that keeps copies and runs here is called {name}.")
    service: Service = services[name]
    projections = [each for each in service.projections if source in (None, each.source)]
    if not projections:
        raise Failed(f"{name} keeps no copy of {source}.")

    async def make(neighbour: str) -> None:
        if neighbour in services:
            await _make_snapshots(services[neighbour])

    done = [await rebuilt(service, each, feeds, make) for each in projections]
    return [each._asdict() for each in done if each is not None]


async def _make_snapshots(service: Service) -> None:
    from kernel.sharing.snapshots import make_chunk

    shares = service.shares
    while True:
        async with service.database.begin() as session:
            if not await make_chunk(session, service.keys, shares.events, shares.sources):
                return
