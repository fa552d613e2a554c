"""Addresses of what bureaus and banks push."""

from kernel.bulk.declarations import declaration_routes
from kernel.bulk.following import job_routes
from kernel.bulk.routes import push_routes
from kernel.roles import May
from services.subsidy.operations.claims import CLAIMS, CLAIMS_SHOWN_TO
from services.subsidy.operations.payments import PAYMENTS, PAYMENTS_SHOWN

RESOURCES = (PAYMENTS, CLAIMS)

ROUTERS = [
    push_routes(PAYMENTS, PAYMENTS_SHOWN),
    push_routes(CLAIMS, CLAIMS_SHOWN_TO, called="subsidy_claim"),
    job_routes("subsidy", [May.PAYMENTS_WRITE, May.SUBSIDY_CLAIM]),
    declaration_routes(
        "subsidy",
        May.PAYMENTS_WRITE,
        frozenset({"payments"}),
        also={"claims": May.SUBSIDY_CLAIM},
    ),
]
