"""The address at which a contract is taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.roles import May
from kernel.service import body_of
from kernel.written import TellsItsEnd
from services.loans.operations.voiding import void_contract
from services.loans.schemas.voiding import VoidIn, VoidOut

voiding = APIRouter(tags=["contracts"], route_class=TellsItsEnd)


@voiding.post("/contracts/{loan_id}/void", operation_id="void_contract")
async def void(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CONTRACTS_WRITE)],
    loan_id: UUID,
    said: Annotated[VoidIn, body_of(VoidIn)],
) -> VoidOut:
    """Take back a contract that never was, such as one pushed under a wrong number or borrower.

    It is read and judged no more, nor are its lines, repayments and refunds; all stays on record.
    The number is free for another contract. Voided twice answers what is on record. A loan that
    was repaid or converted is not voided: report that instead.
    """
    return await void_contract(session, caller, loan_id, said)
