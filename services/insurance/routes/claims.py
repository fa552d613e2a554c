"""Address of one claim with its history and its clocks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.bulk.resource import Push
from kernel.database import Transaction
from kernel.fields import BusinessDate
from kernel.roles import May
from services.insurance.operations.claims import CLAIMS_SHOWN
from services.insurance.operations.clocks import claim_then
from services.insurance.schemas.claims import ClaimThenOut

one_claim = APIRouter(tags=["claims"])


@one_claim.get("/claims/{id}", operation_id="read_claim", summary="Read one claim")
async def read_claim(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CLAIMS_READ)],
    claim_id: Annotated[UUID, Path(alias="id")],
    as_of: BusinessDate | None = None,
) -> ClaimThenOut:
    """A claim with its changes in order of version and its clocks, as of a day (left out: today).

    The state is that of the last version known on the day. Changes stand whatever their order:
    `follows` tells which one could not come after the one before it.
    """
    keys = request.app.state.service.keys
    ask = Push(session, caller, keys, clock.now(), clock.today())
    return await claim_then(ask, CLAIMS_SHOWN, claim_id, as_of or ask.today)
