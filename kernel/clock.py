"""The only place that asks the time. Everything else is told."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the province, on which law counts its days."""
    return datetime.now(BEIJING).date()
