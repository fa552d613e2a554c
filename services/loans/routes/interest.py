"""Addresses of interest: what a loan would cost, and what one did cost too much."""

from typing import Annotated, Any

from fastapi import APIRouter

from kernel.access import Caller, allowed_to
from kernel.roles import May
from kernel.service import body_of
from services.loans.operations.quotes import quote_interest
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
