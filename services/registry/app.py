"""The registry as an ASGI app."""

from pathlib import Path

from fastapi import FastAPI

from kernel.bulk.formats.layout import read_headings
from kernel.bulk.pending import retry_pending
from kernel.judging import judge_step
from kernel.service import Parts, create_service
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared
from services.registry.events import EVENTS
from services.registry.operations.sharing import judge
from services.registry.projections import PROJECTIONS
from services.registry.queries.needs import READY
from services.registry.queries.snapshots import SOURCES
from services.registry.routes import RESOURCES, ROUTERS


def create_app(parts: Parts) -> FastAPI:
    """The registry, on the parts its process gives it."""
    shares = Shared(EVENTS, SOURCES)
    return create_service(
        "registry",
        parts,
        routers=[*ROUTERS, *sharing_routes("registry", shares)],
        headings=read_headings(Path(__file__).with_name("headings.toml")),
        resources=[resource for resource, _ in RESOURCES],
        projections=PROJECTIONS,
        shares=shares,
        steps={"pending": retry_pending(READY), "judge": judge_step(judge, ready=READY)},
    )
