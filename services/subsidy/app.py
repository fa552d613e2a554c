"""The subsidy service as an ASGI app."""

from pathlib import Path

from fastapi import FastAPI

from kernel.bulk.formats.layout import read_headings
from kernel.bulk.pending import retry_pending
from kernel.judging import judge_step
from kernel.service import Parts, create_service
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared
from services.subsidy.events import EVENTS
from services.subsidy.operations.screening import judge
from services.subsidy.projections import PROJECTIONS
from services.subsidy.projections.references import recompute_references
from services.subsidy.queries.pushes import READY
from services.subsidy.queries.snapshots import SOURCES
from services.subsidy.routes import ROUTERS
from services.subsidy.routes.pushes import RESOURCES

_PEOPLE = ("member", "contract")
"""Tables through which one household's facts bear on the verdicts of another."""


def create_app(parts: Parts) -> FastAPI:
    """The service, on the parts its process gives it."""
    shares = Shared(EVENTS, SOURCES)
    return create_service(
        "subsidy",
        parts,
        routers=[*ROUTERS, *sharing_routes("subsidy", shares)],
        headings=read_headings(Path(__file__).with_name("headings.toml")),
        resources=RESOURCES,
        projections=PROJECTIONS,
        shares=shares,
        steps={
            "pending": retry_pending(READY),
            "judge": judge_step(judge, ready=READY, after=["loans"], people=_PEOPLE),
        },
        recomputes={"reference interest": recompute_references},
    )
