"""Loans as an ASGI app."""

from pathlib import Path

from fastapi import FastAPI

from kernel.bulk.formats.layout import read_headings
from kernel.bulk.pending import retry_pending
from kernel.judging import judge_step
from kernel.service import Parts, create_service
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared
from services.loans.events import EVENTS
from services.loans.operations.references import recompute_references
from services.loans.operations.screening import judge
from services.loans.operations.watch import ADDED_UP
from services.loans.projections import PROJECTIONS
from services.loans.queries.pushes import READY
from services.loans.queries.snapshots import SOURCES
from services.loans.routes import ROUTERS
from services.loans.routes.pushes import RESOURCES

_PEOPLE = ("member", "contract")
"""Tables through which one household's facts bear on the verdicts of another."""


def create_app(parts: Parts) -> FastAPI:
    """Loans, on the parts its process gives it."""
    shares = Shared(EVENTS, SOURCES)
    return create_service(
        "loans",
        parts,
        routers=[*ROUTERS, *sharing_routes("loans", shares)],
        headings=read_headings(Path(__file__).with_name("headings.toml")),
        resources=[resource for resource, _ in RESOURCES],
        projections=PROJECTIONS,
        shares=shares,
        steps={
            "pending": retry_pending(READY),
            "judge": judge_step(judge, ready=READY, people=_PEOPLE, added_up=ADDED_UP),
        },
        recomputes={"reference interest": recompute_references},
    )
