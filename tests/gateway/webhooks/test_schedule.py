"""The schedule of the specification, its jitter, and what Retry-After may change."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gateway.webhooks.schedule import DELAYS, next_attempt, retry_after
from gateway.webhooks.vocabulary import AttemptOutcome

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def pause(
    step: int, outcome: AttemptOutcome = AttemptOutcome.REFUSED, **more: object
) -> timedelta | None:
    said = {"put_off": None, "chance": 0.5, **more}
    again = next_attempt(step, outcome, now=NOW, **said)  # type: ignore[arg-type]
    return None if again is None else again - NOW


def test_ten_attempts_over_75_hours_and_35_minutes() -> None:
    pauses = [pause(step) for step in range(1, 10)]

    assert sum(filter(None, pauses), timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert pause(10) is None
    assert len(DELAYS) == 10


@pytest.mark.parametrize("step", range(1, 10))
def test_a_pause_is_a_fifth_longer_or_shorter(step: int) -> None:
    assert pause(step, chance=0.0) == DELAYS[step] * 0.8
    assert pause(step, chance=1.0) == DELAYS[step] * 1.2


@pytest.mark.parametrize("outcome", [AttemptOutcome.TIMED_OUT, AttemptOutcome.THROTTLED])
def test_who_is_slow_or_busy_is_left_alone_for_a_minute(outcome: AttemptOutcome) -> None:
    assert pause(1, outcome) == timedelta(seconds=60)
    assert pause(2, outcome) == timedelta(minutes=5)


def test_retry_after_makes_a_pause_longer_and_never_shorter() -> None:
    assert pause(1, put_off=timedelta(minutes=10)) == timedelta(minutes=10)
    assert pause(3, put_off=timedelta(seconds=1)) == timedelta(minutes=30)
    assert pause(1, put_off=timedelta(days=400)) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("9" * 400, timedelta(hours=24)),
        (format_datetime(NOW + timedelta(minutes=7), usegmt=True), timedelta(minutes=7)),
        (format_datetime(NOW - timedelta(minutes=7), usegmt=True), timedelta(0)),
        ("-5", None),
        ("soon", None),
        ("１２０", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, asked: timedelta | None) -> None:
    assert retry_after(header, NOW) == asked
