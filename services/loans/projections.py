"""What loans keeps of its neighbours: households, agencies, and what is declared complete."""

from kernel.agency_copy import copy_agencies
from kernel.bulk.declarations import copy_declarations
from kernel.feed import Projection
from kernel.judging import keep_requests
from kernel.registry_copy import copy_households

PROJECTIONS = (
    Projection("gateway", {"agency.recorded": copy_agencies}),
    Projection(
        "registry",
        {
            "household.recorded": copy_households,
            "declaration.filed": copy_declarations("registry"),
        },
    ),
    Projection("rectification", {"screening.requested": keep_requests}),
)
