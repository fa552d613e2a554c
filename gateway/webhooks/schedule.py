"""When a delivery is tried again: the specification's schedule, with jitter.

Standard Webhooks 1.0.0, "Deliverability and reliability": ten attempts over 75 hours 35 minutes.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from gateway.webhooks.vocabulary import AttemptOutcome

DELAYS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each attempt, counted from the one before it."""

JITTER = 0.2
"""How much a delay may be longer or shorter, as a share of it."""

LONGEST = timedelta(hours=24)
"""The longest that a receiver may put us off with Retry-After."""

THROTTLED = timedelta(seconds=60)
"""The least pause for a receiver that is slow or says that it is busy."""

GIVEN_UP_AFTER = timedelta(hours=120)
"""An endpoint that has taken nothing for so long is disabled."""


def next_attempt(
    step: int, outcome: AttemptOutcome, *, put_off: timedelta | None, now: datetime, chance: float
) -> datetime | None:
    """When to try again after `step` attempts of the schedule; None when it is at its end.

    `chance`, from 0 to 1, is the jitter. Retry-After may make a pause longer, up to a day, never
    shorter: a receiver asks for time, not for haste.
    """
    if step >= len(DELAYS):
        return None
    pause = DELAYS[step] * (1 - JITTER + 2 * JITTER * chance)
    if outcome in (AttemptOutcome.TIMED_OUT, AttemptOutcome.THROTTLED):
        pause = max(pause, THROTTLED)
    return now + max(pause, min(put_off or timedelta(0), LONGEST))


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for, as seconds or as a date; None if it asks for nothing."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return timedelta(seconds=min(int(header[:9]), int(LONGEST.total_seconds())))
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(timedelta(0), min(until - now, LONGEST))
