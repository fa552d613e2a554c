"""Insurance as an ASGI app."""

from pathlib import Path

from fastapi import FastAPI

from kernel.bulk.formats.layout import read_headings
from kernel.bulk.pending import retry_pending
from kernel.judging import judge_step
from kernel.service import Parts, create_service
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared
from services.insurance.events import EVENTS
from services.insurance.operations.screening import judge
from services.insurance.projections import PROJECTIONS
from services.insurance.queries.pushes.pending import READY
from services.insurance.queries.snapshots import SOURCES
from services.insurance.routes import ROUTERS
from services.insurance.routes.pushes import RESOURCES

_PEOPLE = ("member", "cover", "claim", "incident")
"""Tables through which one household's facts bear on the verdicts of another."""


def create_app(parts: Parts) -> FastAPI:
    """Insurance, on the parts its process gives it."""
    shares = Shared(EVENTS, SOURCES)
    return create_service(
        "insurance",
        parts,
        routers=[*ROUTERS, *sharing_routes("insurance", shares)],
        headings=read_headings(Path(__file__).with_name("headings.toml")),
        resources=[resource for resource, _ in RESOURCES],
        projections=PROJECTIONS,
        shares=shares,
        steps={
            "pending": retry_pending(READY),
            "judge": judge_step(
                judge, ready=READY, people=["member", "cover", "claim", "incident"]
            ),
        },
    )
