"""The rectification service as an ASGI app."""

from pathlib import Path

from fastapi import FastAPI

from kernel.bulk.formats.layout import read_headings
from kernel.service import Parts, Work, create_service
from kernel.sharing.routes import sharing_routes
from kernel.sharing.shared import Shared
from services.rectification.events import EVENTS
from services.rectification.operations.follow_up import remind_of_deadlines, reopen_what_came_back
from services.rectification.operations.samples import SAMPLES
from services.rectification.operations.screenings import name_positions
from services.rectification.projections import PROJECTIONS
from services.rectification.queries.follow_up import IS_A_RUN_UNSEEN, IS_ONE_UNREMINDED
from services.rectification.queries.screenings import IS_ONE_WAITING
from services.rectification.queries.snapshots import SOURCES
from services.rectification.routes import ROUTERS


def create_app(parts: Parts) -> FastAPI:
    """The service, on the parts its process gives it."""
    shares = Shared(EVENTS, SOURCES)
    return create_service(
        "rectification",
        parts,
        routers=[*ROUTERS, *sharing_routes("rectification", shares)],
        headings=read_headings(Path(__file__).with_name("headings.toml")),
        resources=[SAMPLES],
        projections=PROJECTIONS,
        shares=shares,
        steps={
            "reopen": Work(reopen_what_came_back, IS_A_RUN_UNSEEN),
            "remind": Work(remind_of_deadlines, IS_ONE_UNREMINDED),
        },
        feed_steps={"name positions": Work(name_positions, IS_ONE_WAITING)},
    )
