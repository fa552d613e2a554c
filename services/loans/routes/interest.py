"""Addresses of interest: what a loan would cost, and what one did cost too much."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.fields import BusinessDate
from kernel.roles import May
from kernel.service import body_of
from services.loans.operations.excess import interest_of_contract
from services.loans.operations.quotes import quote_interest
from services.loans.schemas.excess import InterestOfContract
from services.loans.schemas.quotes import QuoteIn, QuoteOut

interest = APIRouter(tags=["interest"])


@interest.post("/interest-quotes", operation_id="quote_interest", response_model_exclude_none=True)
async def ask_quote(
    _: Annotated[Caller, allowed_to(May.INTEREST_QUOTE)],
    asked: Annotated[Any, body_of(QuoteIn)],
) -> QuoteOut:
    """What a loan costs by a convention, to the fen, with the working line by line.

    Nothing is kept. The first day counts, `end` does not.
    """
    return quote_interest(asked)


@interest.get("/contracts/{loan_id}/interest", operation_id="read_interest_of_contract")
async def read_interest(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CONTRACTS_READ)],
    loan_id: UUID,
    as_of: BusinessDate | None = None,
) -> InterestOfContract:
    """Every interest line beside what law allowed for its days, who bore the difference, what was
    given back, and what each bearer is still owed, as of a day (default: today).

    A bank reads its own loans, offices and supervisors those of their divisions.
    """
    keys = request.app.state.service.keys
    return await interest_of_contract(session, keys, caller, loan_id, as_of or clock.today())
