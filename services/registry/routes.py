"""Addresses of the registry."""

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.bulk.declarations import declaration_routes
from kernel.bulk.following import job_routes
from kernel.bulk.resource import Push
from kernel.bulk.routes import push_routes
from kernel.database import Transaction
from kernel.roles import May
from kernel.service import body_of
from services.registry.operations.households import HOUSEHOLDS, HOUSEHOLDS_SHOWN
from services.registry.operations.lookups import look_up
from services.registry.operations.needs import NEEDS, NEEDS_SHOWN
from services.registry.schemas import PersonLookupIn, PersonLookupOut

_lookups = APIRouter(tags=["person-lookups"])


@_lookups.post("/person-lookups", operation_id="look_up_person")
async def look_up_person(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.PERSONS_LOOK_UP)],
    asked: Annotated[PersonLookupIn, body_of(PersonLookupIn)],
) -> PersonLookupOut:
    """Whether a person is registered on a day, with which status, and in which household.

    Number and name must both be the registry's, and the household in a division that the caller
    serves; if not, `registered` is false and nothing says why. After 20 such answers on a day a
    client is answered 429 until the next.
    """
    keys = request.app.state.service.keys
    return await look_up(Push(session, caller, keys, clock.now(), clock.today()), asked)


RESOURCES = ((HOUSEHOLDS, HOUSEHOLDS_SHOWN), (NEEDS, NEEDS_SHOWN))

ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    _lookups,
    job_routes("registry", [May.HOUSEHOLDS_WRITE, May.NEEDS_WRITE]),
    declaration_routes(
        "registry",
        May.HOUSEHOLDS_WRITE,
        frozenset({"households"}),
        also={"needs": May.NEEDS_WRITE},
    ),
]
