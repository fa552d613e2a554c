"""The words of subsidy claims (rules.md, Subsidy; policy.md 6)."""

from enum import StrEnum

from kernel.workflow import move


class SubsidyClaimState(StrEnum):
    """How far a claim is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    REVIEWED = "reviewed"
    PUBLICISED = "publicised"
    APPROVED = "approved"
    PAID = "paid"
    PASSED_THROUGH = "passed_through"
    RECONCILED = "reconciled"
    RETURNED = "returned"
    PARTLY_REJECTED = "partly_rejected"
    CLAWED_BACK = "clawed_back"


MOVES = {
    "submit": move("draft returned", "submitted"),
    "check": move("submitted", "checked"),
    "review": move("checked partly_rejected", "reviewed"),
    "publicise": move("reviewed", "publicised"),
    "approve": move("publicised", "approved"),
    "pay": move("approved", "paid"),
    "pass-through": move("paid passed_through", "passed_through"),
    "reconcile": move("passed_through", "reconciled"),
    "return": move("checked partly_rejected reviewed publicised approved", "returned"),
    "reject-lines": move("checked partly_rejected reviewed publicised", "partly_rejected"),
    "claw-back": move("paid passed_through reconciled", "clawed_back"),
}
"""Every act, from which states it may be done, and to which it leads. `check` follows `submit`, and
`reconcile` follows `pass-through` once the three ledgers meet; nobody asks for either."""

EDITABLE = (SubsidyClaimState.DRAFT, SubsidyClaimState.RETURNED)
"""States in which the bank may still change its claim."""

CLAIMED = tuple(s for s in SubsidyClaimState if s not in EDITABLE)
"""States of claims that have been made: their lines stand in the way of later ones."""

COMMITTED = (
    SubsidyClaimState.APPROVED,
    SubsidyClaimState.PAID,
    SubsidyClaimState.PASSED_THROUGH,
    SubsidyClaimState.RECONCILED,
    SubsidyClaimState.CLAWED_BACK,
)
"""States in which a claim takes from its county's budget."""


class Ageing(StrEnum):
    """How long ago the subsidy was received that has not reached the household."""

    UP_TO_30 = "0-30"
    UP_TO_90 = "31-90"
    UP_TO_180 = "91-180"
    MORE = "more"
