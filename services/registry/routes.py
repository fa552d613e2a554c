"""Addresses of the registry."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.routes import job_routes, push_routes
from kernel.roles import May
from services.registry.operations import HOUSEHOLDS, HOUSEHOLDS_SHOWN

ROUTERS = [
    push_routes(HOUSEHOLDS, HOUSEHOLDS_SHOWN),
    job_routes("registry", [May.HOUSEHOLDS_WRITE]),
    declaration_routes("registry", May.HOUSEHOLDS_WRITE, frozenset({"households", "needs"})),
]
