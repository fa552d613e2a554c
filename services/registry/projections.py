"""What the registry keeps of its neighbours: agencies, readers, and the screenings asked for."""

from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.feed import Projection
from kernel.judging import keep_requests
from kernel.readers import copy_readers

PROJECTIONS = [
    Projection(
        "gateway",
        {"agency.recorded": copy_agencies, "feed.read": copy_readers},
        FORGET_AGENCIES,
    ),
    *[
        Projection(service, {"feed.read": copy_readers})
        for service in ("loans", "subsidy", "insurance")
    ],
    Projection("rectification", {"screening.requested": keep_requests, "feed.read": copy_readers}),
]
