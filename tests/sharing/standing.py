"""How things stand, by what events or the rows of a snapshot have told of them."""

from typing import Any

KEYS = {
    "agency.recorded": ("code",),
    "household.recorded": ("household_key", "subject_ref"),
    "contract.recorded": ("loan_id", "as_at"),
    "interest-line.recorded": ("loan_id", "line_no"),
    "repayment.recorded": ("loan_id", "repayment_no"),
    "refund.recorded": ("loan_id", "refund_no"),
    "claim.changed": ("claim_id", "version"),
}
ONE_OF = (
    "need_id",
    "declaration_id",
    "policy_id",
    "incident_id",
    "payment_id",
    "item_id",
    "sample_id",
    "claim_id",
)
"""What tells things apart; in a story of one version each, the last event of a thing stands."""

PASSING = (
    "feed.read",
    "write.ended",
    "pending.rejected",
    "finding.raised",
    "screening.judged",
    "screening.requested",
    "suspected_claim.dismissed",
)
"""Types that tell what happened and not how something stands."""


def standing(events: list[Any]) -> dict[str, Any]:
    """The newest that events tell of each thing."""
    found = {}
    for event in events:
        if event["type"] in PASSING:
            continue
        data = event["data"]
        kind = "subsidy-claim" if event["type"].startswith("subsidy-claim.") else event["type"]
        names = KEYS.get(kind) or [next(name for name in ONE_OF if name in data)]
        key = "/".join([kind, *[str(data.get(name)) for name in names]])
        if data.get("source_version", 0) >= found.get(key, {}).get("source_version", 0):
            found[key] = data
    return {key: ordered(data) for key, data in found.items()}


def ordered(value: Any) -> Any:
    """JSON whose lists do not depend on the order in which the database made them."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value)}
    return sorted(map(ordered, value), key=repr) if isinstance(value, list) else value
