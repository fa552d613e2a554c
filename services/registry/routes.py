"""Addresses of the registry."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.access_log import noting
from kernel.bulk.declarations import declaration_routes
from kernel.bulk.following import job_routes
from kernel.bulk.resource import Push
from kernel.bulk.routes import push_routes
from kernel.database import Transaction
from kernel.language import preferred
from kernel.paging import Page, Wanted
from kernel.purposes import StatedPurpose
from kernel.roles import May
from kernel.service import body_of
from services.registry.operations.households import HOUSEHOLDS, HOUSEHOLDS_SHOWN
from services.registry.operations.lookups import look_up
from services.registry.operations.needs import NEEDS, NEEDS_SHOWN
from services.registry.operations.revealing import one_household
from services.registry.operations.usage import usage
from services.registry.schemas import (
    HouseholdOut,
    PersonLookupIn,
    PersonLookupOut,
    UsageOut,
    UsageQueryIn,
)

_one_household = APIRouter(tags=["households"])
_lookups = APIRouter(tags=["person-lookups"])
_audit = APIRouter(tags=["audit"])


@_one_household.get("/households/{id}", operation_id="read_household", summary="Read one household")
async def read_household(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.HOUSEHOLDS_READ)],
    household_id: Annotated[UUID, Path(alias="id")],
    purpose: StatedPurpose,
) -> HouseholdOut:
    """The newest report of one household; 404 if there is none that the caller may see.

    Names, ID numbers and birthdays are masked. With `X-Purpose` they come in clear, and who asked,
    for whom, why and when is put on record first (`POST /v1/audit/usage-queries` shows it).
    """
    note = noting(request, session, caller)
    keys = request.app.state.service.keys
    return await one_household(session, keys, caller, household_id, purpose, note)


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


@_audit.post(
    "/usage-queries", operation_id="query_usage", response_model=Page[UsageOut]
)  # published at /v1/audit (gateway/addresses.py)
async def query_usage(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.AUDIT_READ)],
    wanted: Wanted,
    asked: Annotated[UsageQueryIn, body_of(UsageQueryIn)],
    accept_language: Annotated[str | None, Header()] = None,
) -> Any:
    """Who was shown this person's name or number in clear, when and why; newest first.

    For a poverty office about people of its divisions, 404 about others, registered or not; for an
    auditor about anybody, and never whether there is such a person. What other services than the
    registry showed is here a moment later.
    """
    keys = request.app.state.service.keys
    ask = Push(session, caller, keys, clock.now(), clock.today())
    return await usage(ask, asked, wanted, preferred(accept_language))


RESOURCES = ((HOUSEHOLDS, HOUSEHOLDS_SHOWN), (NEEDS, NEEDS_SHOWN))

ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    _one_household,
    _lookups,
    _audit,
    job_routes("registry", [May.HOUSEHOLDS_WRITE, May.NEEDS_WRITE]),
    declaration_routes(
        "registry",
        May.HOUSEHOLDS_WRITE,
        frozenset({"households"}),
        also={"needs": May.NEEDS_WRITE},
    ),
]
