"""What the registry keeps of its neighbours: agencies, readers, and the screenings asked for."""

from kernel.access_log import RECORDED, copy_accesses
from kernel.agency_copy import FORGET_ALL as FORGET_AGENCIES
from kernel.agency_copy import copy_agencies
from kernel.feed import Apply, Projection
from kernel.judging import keep_requests
from kernel.readers import copy_readers

_WHO_LOOKED: dict[str, Apply] = {"feed.read": copy_readers, RECORDED: copy_accesses}
"""Who read what is shared (SHARE-02), and who saw whom in clear (usage queries)."""

PROJECTIONS = [
    Projection(
        "gateway",
        {"agency.recorded": copy_agencies, **_WHO_LOOKED},
        FORGET_AGENCIES,
    ),
    *[Projection(service, _WHO_LOOKED) for service in ("loans", "subsidy", "insurance")],
    Projection("rectification", {"screening.requested": keep_requests, **_WHO_LOOKED}),
]
