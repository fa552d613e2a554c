"""Addresses of budgets."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.editing import REPLACES, check_if_match, etag_of
from kernel.roles import May
from kernel.service import body_of
from kernel.written import TellsItsEnd
from services.subsidy.operations.budgets import budget_of, set_budget
from services.subsidy.schemas.budgets import BudgetIn, BudgetOut

budgets = APIRouter(tags=["budgets"], route_class=TellsItsEnd)

Year = Annotated[int, Path(ge=2000, le=2100)]


@budgets.get("/budgets/{division}/{year}", operation_id="read_budget")
async def read(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.BUDGETS_READ)],
    division: DivisionCode,
    year: Year,
    response: Response,
) -> BudgetOut:
    """A county's budget for the subsidy of a year's interest, and what is left of it."""
    found = await budget_of(session, caller, division, year)
    response.headers["ETag"] = etag_of(found.version)
    return found


@budgets.put("/budgets/{division}/{year}", operation_id="set_budget", dependencies=[REPLACES])
async def put(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.BUDGETS_WRITE)],
    division: DivisionCode,
    year: Year,
    said: Annotated[BudgetIn, body_of(BudgetIn)],
    response: Response,
) -> BudgetOut:
    """Set a county's budget; to change one that is on record send its ETag as If-Match."""
    found = await set_budget(
        session, caller, partial(check_if_match, request), division, year, said.amount
    )
    response.headers["ETag"] = etag_of(found.version)
    return found
