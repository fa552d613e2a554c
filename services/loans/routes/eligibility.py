"""Addresses of eligibility checks."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.bulk.resource import Push
from kernel.database import Transaction
from kernel.roles import May
from kernel.service import body_of
from services.loans.operations.eligibility import check_eligibility
from services.loans.schemas.eligibility import EligibilityIn, EligibilityOut

checks = APIRouter(tags=["eligibility"])


@checks.post("/eligibility-checks", operation_id="check_eligibility")
async def ask_eligibility(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.ELIGIBILITY_ASK)],
    asked: Annotated[Any, body_of(EligibilityIn)],
) -> EligibilityOut:
    """Every condition with verdict, figures, citation and what is missing, as of any day."""
    keys = request.app.state.service.keys
    ask = Push(session, caller, keys, clock.now(), clock.today())
    return await check_eligibility(ask, asked)
