"""Addresses of what banks push, and of what they declare complete."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.following import job_routes
from kernel.bulk.routes import push_routes
from kernel.roles import May
from services.loans.operations import contracts, of_contract

RESOURCES = (
    (contracts.CONTRACTS, contracts.CONTRACTS_SHOWN),
    (of_contract.RATINGS, of_contract.RATINGS_SHOWN),
    (of_contract.INTEREST_LINES, of_contract.INTEREST_LINES_SHOWN),
    (of_contract.REPAYMENTS, of_contract.REPAYMENTS_SHOWN),
    (of_contract.REFUNDS, of_contract.REFUNDS_SHOWN),
    (of_contract.NOTICES, of_contract.NOTICES_SHOWN),
    (of_contract.REPAYMENT_PLANS, of_contract.REPAYMENT_PLANS_SHOWN),
)
_KINDS = frozenset(resource.name for resource, _ in RESOURCES)

ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    job_routes("loans", [May.CONTRACTS_WRITE]),
    declaration_routes("loans", May.CONTRACTS_WRITE, _KINDS),
]
