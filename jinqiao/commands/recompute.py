"""`jinqiao recompute`: after a change of law or engine, make anew what the former one computed."""

import asyncio
import json
from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy.exc import DBAPIError

from jinqiao import installation
from jinqiao.installation import Failed
from kernel.recomputing import Recomputed
from kernel.service import Service
from kernel.settings import Settings

CHUNK = 500
"""Things in one transaction: a push of the same service may have to wait for that long."""


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao recompute`."""
    root.command(epilog="Example: jinqiao recompute --json")(recompute)


def recompute(
    chunk: Annotated[int, typer.Option(min=1, help="Loans in one transaction.")] = CHUNK,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Compute anew whatever other law or another engine computed, and say how much came out
    otherwise.

    The exchange may run meanwhile, and this may be stopped and started again. Screenings never rest
    on what is out of date: they compute it themselves, only more slowly.
    """
    settings = installation.settings()
    with installation.database(settings) as url:
        try:
            done = asyncio.run(_recompute(settings, url, chunk))
        except DBAPIError:
            raise Failed(
                "The database could not be used: bring it up to date with jinqiao db upgrade, "
                "then try again. What was done is kept."
            ) from None
    if as_json:
        print(json.dumps(done))
        return
    for each in done:
        print(
            f"{each['service']}, {each['what']}: {each['looked_at']} were out of date, "
            f"{each['changed']} came out otherwise."
        )


async def _recompute(settings: Settings, url: str, chunk: int) -> list[dict[str, Any]]:
    from jinqiao.exchange import (
        open_exchange,  # a second's work, which other commands need not wait for
    )

    everything = replace(settings, elsewhere={})  # wherever a service runs, its rows are here
    async with open_exchange(everything, url, prepare=False, patient=True) as exchange:
        return [
            {"service": service.name, "what": what, **total._asdict()}
            for service in exchange.services.values()
            for what, total in (await recompute_all(service, chunk)).items()
        ]


async def recompute_all(service: Service, chunk: int) -> dict[str, Recomputed]:
    """Run each recomputation that a service offers until nothing is out of date."""
    return {what: await _until_done(service, what, chunk) for what in service.recomputes}


async def _until_done(service: Service, what: str, chunk: int) -> Recomputed:
    total = Recomputed(0, 0)
    while True:
        async with service.database.begin() as session:
            done = await service.recomputes[what](session, chunk)
        if not done.looked_at:
            return total
        total = Recomputed(total.looked_at + done.looked_at, total.changed + done.changed)
