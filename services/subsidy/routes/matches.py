"""The address of the three-ledger match."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.fields import BusinessDate, Line
from kernel.paging import Wanted
from kernel.roles import May
from services.subsidy.operations.matches import matched_counties, matched_loans
from services.subsidy.schemas.matches import Matches

matches = APIRouter(tags=["matches"])


@matches.get("/matches", operation_id="match_ledgers")
async def match(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.SUBSIDY_READ)],
    wanted: Wanted,
    by: Literal["loan", "county"] = "loan",
    as_of: BusinessDate | None = None,
    division: Annotated[DivisionCode | None, Query()] = None,
    agency: Annotated[Line | None, Query()] = None,
    contract_no: Annotated[Line | None, Query()] = None,
    open_: Annotated[bool, Query(alias="open", description="Only what does not meet.")] = False,
) -> Matches:
    """Household debits, treasury payments and bank refunds beside each other, by loan or county.

    The difference is what a bank received and has not passed on, aged by the days since it came.
    """
    filters = {
        "division": division,
        "agency": agency,
        "contract_no": contract_no,
        "open": open_,
    }
    if by == "county":
        return await matched_counties(session, caller, as_of, filters)
    return await matched_loans(session, caller, wanted, as_of, filters)
