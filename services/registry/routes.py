"""Addresses of the registry."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.routes import job_routes, push_routes
from kernel.roles import May
from services.registry.operations.households import HOUSEHOLDS, HOUSEHOLDS_SHOWN
from services.registry.operations.needs import NEEDS, NEEDS_SHOWN

RESOURCES = ((HOUSEHOLDS, HOUSEHOLDS_SHOWN), (NEEDS, NEEDS_SHOWN))

ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    job_routes("registry", [May.HOUSEHOLDS_WRITE, May.NEEDS_WRITE]),
    declaration_routes(
        "registry",
        May.HOUSEHOLDS_WRITE,
        frozenset({"households"}),
        also={"needs": May.NEEDS_WRITE},
    ),
]
