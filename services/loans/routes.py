"""Addresses of loans."""

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.requests import Request

from kernel import clock
from kernel.access import Caller, allowed_to
from kernel.bulk.declarations import declaration_routes
from kernel.bulk.resource import Push
from kernel.bulk.routes import job_routes, push_routes
from kernel.database import Transaction
from kernel.roles import May
from kernel.service import body_of
from services.loans.operations import contracts, of_contract
from services.loans.operations.eligibility import check_eligibility
from services.loans.schemas import EligibilityIn, EligibilityOut

RESOURCES = (
    (contracts.CONTRACTS, contracts.CONTRACTS_SHOWN),
    (of_contract.RATINGS, of_contract.RATINGS_SHOWN),
    (of_contract.INTEREST_LINES, of_contract.INTEREST_LINES_SHOWN),
    (of_contract.REPAYMENTS, of_contract.REPAYMENTS_SHOWN),
    (of_contract.REFUNDS, of_contract.REFUNDS_SHOWN),
    (of_contract.NOTICES, of_contract.NOTICES_SHOWN),
)
_KINDS = frozenset(resource.name for resource, _ in RESOURCES)

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


ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    checks,
    job_routes("loans", [May.CONTRACTS_WRITE]),
    declaration_routes("loans", May.CONTRACTS_WRITE, _KINDS),
]
