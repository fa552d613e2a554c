"""Words of webhooks."""

from enum import StrEnum


class Origin(StrEnum):
    """Why something is delivered."""

    FEED = "feed"
    EXAMPLE = "example"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    """For its first attempt, or for the next one."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """The schedule is at its end. What comes next of the same subject carries it along."""
    COALESCED = "coalesced"
    """A later one speaks of its positions as well."""


class AttemptOutcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    """410: the endpoint is disabled."""
    THROTTLED = "throttled"
    """429, 502 or 504: the receiver is busy."""
    REDIRECTED = "redirected"
    """3xx: redirects are not followed; change the endpoint's URL."""
    REFUSED = "refused"
    """Any other answer than 2xx."""
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    """No TLS connection could be made with a certificate that we trust."""
    NOT_APPROVED = "not-approved"
    """The host, or an address it has, is none that the operator approved."""


class Because(StrEnum):
    """Why an endpoint is disabled."""

    ASKED = "asked"
    """By its agency."""
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """It took nothing for 120 hours."""


DISABLED = "webhook-endpoint.disabled"
"""The event that tells an agency that the exchange disabled its endpoint."""
