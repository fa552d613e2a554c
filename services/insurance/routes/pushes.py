"""Addresses of insurance."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.following import job_routes
from kernel.bulk.routes import push_routes
from kernel.roles import May
from services.insurance.operations import claims, incidents, policies

RESOURCES = (
    (policies.PRODUCTS, policies.PRODUCTS_SHOWN),
    (policies.POLICIES, policies.POLICIES_SHOWN),
    (incidents.INCIDENTS, incidents.INCIDENTS_SHOWN),
    (claims.CLAIMS, claims.CLAIMS_SHOWN),
    (claims.CHANGES, claims.CHANGES_SHOWN),
)

ROUTERS = [
    *[push_routes(resource, shown) for resource, shown in RESOURCES],
    job_routes("insurance", [May.POLICIES_WRITE, May.CLAIMS_WRITE, May.INCIDENTS_WRITE]),
    declaration_routes(
        "insurance",
        May.POLICIES_WRITE,
        frozenset({"products", "policies"}),
        also={
            "claims": May.CLAIMS_WRITE,
            "claim-status-changes": May.CLAIMS_WRITE,
            "incidents": May.INCIDENTS_WRITE,
        },
    ),
]
