"""`jinqiao worker`: relays, copies, jobs and judgements, behind the requests' back."""

import asyncio
import logging
import signal
import sys
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from jinqiao import installation
from kernel.settings import Settings

POOL_SIZE = 2
"""Connections of each service: its step's, and one to read its feed for a neighbour."""


class ServiceName(StrEnum):
    """The services, as they stand in addresses."""

    REGISTRY = "registry"
    LOANS = "loans"
    SUBSIDY = "subsidy"
    INSURANCE = "insurance"
    RECTIFICATION = "rectification"


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao worker`."""
    root.command(epilog="Example: jinqiao worker --service loans")(worker)


def worker(
    service: Annotated[
        ServiceName | None,
        typer.Option(help="Only this one's, which runs in a process of its own."),
    ] = None,
    with_parent: Annotated[
        bool, typer.Option(hidden=True, help="Stop when standard input is closed.")
    ] = False,
    sandbox: Annotated[bool, typer.Option(help="Work for the sandbox.")] = False,
) -> None:
    """Do the background work until told to stop. Any number of workers may run.

    That of all services, but for those that run in processes of their own (JINQIAO_LOANS_URL and so
    on): these bring their workers along.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker %(message)s")
    settings = replace(installation.settings(sandbox=sandbox), pool_size=POOL_SIZE)
    with installation.database(settings) as url:
        asyncio.run(_work(service, settings, url, with_parent))


async def _work(service: str | None, settings: Settings, url: str, with_parent: bool) -> None:
    from jinqiao.exchange import (  # a second's work, which other commands need not wait for
        open_exchange,
        open_service,
    )

    opened = open_exchange if service is None else partial(open_service, service)

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    watching = asyncio.create_task(_watch_parent(stop)) if with_parent else None
    async with opened(settings, url, prepare=False, patient=True) as exchange:
        await exchange.worker.run(stop)
    if watching:
        watching.cancel()


async def _watch_parent(stop: asyncio.Event) -> None:
    """A parent that is killed cannot tell us to stop, but its end of the pipe is closed for it."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()
    stop.set()
