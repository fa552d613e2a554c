"""What insurance announces. An insurer hears of its own policies and claims."""

from datetime import date
from uuid import UUID

from kernel.roles import May
from kernel.sharing.announced import JUDGED
from kernel.sharing.events import EventType, Payload, with_ref
from services.insurance.vocabulary import ClaimState


class PolicyRecorded(Payload):
    """A policy as its insurer last told it; who is covered is read at /v1/insurance/policies."""

    policy_id: UUID
    agency: str
    """The insurer."""
    policy_no: str


class ClaimRecorded(Payload):
    """A claim as it was reported."""

    claim_id: UUID
    subject_ref: str
    """Whose claim it is, as `person_ref` in other answers."""
    agency: str
    claim_no: str
    policy_no: str
    incident_on: date
    source_version: int


class ClaimChanged(Payload):
    """A claim that came into another state."""

    claim_id: UUID
    agency: str
    claim_no: str
    version: int
    state: ClaimState
    on: date
    amount: str | None
    source_version: int


class IncidentRecorded(Payload):
    """Something happened to a person; what it was is read at /v1/insurance/incidents."""

    incident_id: UUID
    subject_ref: str
    """The household's."""
    agency: str
    incident_no: str


class SuspectedClaimDismissed(Payload):
    """An officer has found that an incident without a claim needs none."""

    incident_id: UUID
    policy_id: UUID
    subject_ref: str
    """The household's."""


EVENTS = (
    EventType(
        "policy.recorded",
        PolicyRecorded,
        May.POLICIES_READ,
        personal=("policy_no", "household_keys"),
    ),
    EventType(
        "claim.recorded",
        ClaimRecorded,
        May.CLAIMS_READ,
        tell=with_ref("person_key"),
        personal=("person_key", "kind", "claim_no", "policy_no", "incident_no"),
    ),
    EventType("claim.changed", ClaimChanged, May.CLAIMS_READ, personal=("claim_no",)),
    EventType(
        "incident.recorded",
        IncidentRecorded,
        May.INCIDENTS_READ,
        tell=with_ref("household_key"),
        personal=("incident_no",),
    ),
    EventType(
        "suspected_claim.dismissed",
        SuspectedClaimDismissed,
        May.CLAIMS_READ,
        tell=with_ref("household_key"),
    ),
    *JUDGED,
)
