"""Addresses of the subsidy service."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.routes import job_routes, push_routes
from kernel.roles import May
from services.subsidy.operations import PAYMENTS, PAYMENTS_SHOWN

ROUTERS = [
    push_routes(PAYMENTS, PAYMENTS_SHOWN),
    job_routes("subsidy", [May.PAYMENTS_WRITE]),
    declaration_routes("subsidy", May.PAYMENTS_WRITE, frozenset({"payments"})),
]
