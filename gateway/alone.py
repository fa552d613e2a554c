"""One service in a process of its own, behind a door like the gateway's."""

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp

from gateway.clients import Disabled
from gateway.door import Door
from gateway.health import health_routes
from kernel.database import Database
from kernel.paging import refuse_unknown_filters
from kernel.service import Service, mind_manners


def create_alone(app: FastAPI, gateway: Database) -> ASGIApp:
    """This service under `/v1/{its name}`, with its health beside it.

    What the gateway looks at is looked at again: who reaches a service past the gateway gets no
    further than he would through it.
    """
    service: Service = app.state.service
    own = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown_filters)],
    )
    own.state.service = service
    own.include_router(health_routes())
    mind_manners(own)
    return Door(own, {service.name: app}, verifier=service.verifier, disabled=Disabled(gateway))
