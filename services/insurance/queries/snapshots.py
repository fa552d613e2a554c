"""Where snapshots of insurance find what its events tell."""

from kernel.sharing.snapshots import Source
from services.insurance.queries.pushes import claims, incidents, policies

SOURCES = (
    Source(("policy.recorded",), "policy p", "id", policies.POLICIES_TOLD),
    Source(("incident.recorded",), "incident", "id", incidents.INCIDENTS_TOLD),
    Source(("claim.recorded",), "claim", "id", claims.CLAIMS_TOLD),
    Source(("claim.changed",), "claim_status_change", "id", claims.CHANGES_TOLD),
)
