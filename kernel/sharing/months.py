"""The months of a feed: a partition and a key each, made ahead and destroyed after their time.

What an event says of a person is kept encrypted under its month's key. A key is random, kept
encrypted under the exchange's own secret, and is destroyed with its partition: from then on no
backup of the feed can be read either. A service owns no tables, so it opens and closes months by
two functions that the database's owner has made, which can do nothing else.
"""

import os
from collections.abc import Mapping
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json, to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.crypto import Keys

KEPT_MONTHS = 13
"""The present month and twelve whole ones before it: a year, whatever the day of the month."""

_COLUMN = "feed_month"
_NONCE = 12


class MonthKey:
    """What opens and closes the personal part of one month's events."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def seal(self, event_id: Any, data: str, personal: tuple[str, ...] | None) -> tuple[str, Any]:
        """An event's data without what is personal, and that encrypted; None: all of it is."""
        said = from_json(data)
        names = said.keys() if personal is None else personal
        hidden = {name: said.pop(name) for name in tuple(names) if name in said}
        if not hidden:
            return data, None
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, to_json(hidden), event_id.bytes)
        return to_json(said).decode(), nonce + sealed

    def whole(self, event_id: Any, data: str, sealed: bytes) -> str:
        """An event's data as it was announced, as JSON text."""
        hidden = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], event_id.bytes).decode()
        rest = data.strip()[1:-1]
        return f"{hidden[:-1]},{rest}}}" if rest else hidden


_KEY = text("select sealed_key from feed_month where month = :month")
_KEYS = text("select month, sealed_key from feed_month where month = any(:months)")
_ADD = text("""
    insert into feed_month (month, sealed_key) values (:month, :sealed_key)
    on conflict (month) do update set sealed_key = excluded.sealed_key
    where feed_month.sealed_key is null and feed_month.closed_at is null
""")
_OPEN = text("select open_feed_month(cast(:month as date))")
_OLD = text("""
    select month from feed_month where month < :oldest and closed_at is null
    order by month limit 1 for update
""")
_DESTROY = text("""
    update feed_month
    set sealed_key = null, closed_at = :now, until = (
        select coalesce(max(position), 0) from feed where month = :month)
    where month = :month
""")
_CLOSE = text("select close_feed_month(cast(:month as date))")
FLOOR = "select coalesce(max(until), 0) from feed_month where closed_at is not null"
"""SQL: the last position that is not to be had any more; 0 while everything is."""

_FLOOR = text(FLOOR)


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months_before(month: date, count: int) -> date:
    """The first day of the month so many months earlier; later, if less than none."""
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


async def key_for_writing(session: AsyncSession, keys: Keys, month: date) -> MonthKey:
    """The key of the month that is being written; opens it if nobody has yet."""
    sealed = (await session.execute(_KEY, {"month": month})).scalar()
    if sealed is None:
        await open_month(session, keys, month)
        sealed = (await session.execute(_KEY, {"month": month})).scalar_one()
    return _opened(keys, month, sealed)


async def keys_for_reading(
    session: AsyncSession, keys: Keys, months: set[date]
) -> Mapping[date, MonthKey]:
    """The keys of these months, without those that have been destroyed."""
    if not months:
        return {}
    found = await session.execute(_KEYS, {"months": list(months)})
    return {row.month: _opened(keys, row.month, row.sealed_key) for row in found if row.sealed_key}


async def open_month(session: AsyncSession, keys: Keys, month: date) -> None:
    """Make a month's key and its partition. Safe to repeat."""
    sealed = keys.seal_bytes(_COLUMN, _owner(keys, month), os.urandom(32))
    await session.execute(_ADD, {"month": month, "sealed_key": sealed})
    await session.execute(_OPEN, {"month": month})


async def keep_months(session: AsyncSession, keys: Keys) -> int:
    """Make the next month ahead, and destroy one that is past its time; 0 if neither is due."""
    this = month_of(clock.today())
    following = months_before(this, -1)
    done = 0
    if (await session.execute(_KEY, {"month": following})).first() is None:
        await open_month(session, keys, following)
        done += 1
    oldest = months_before(this, KEPT_MONTHS - 1)
    month = (await session.execute(_OLD, {"oldest": oldest})).scalar()
    if month is not None:
        await session.execute(_DESTROY, {"month": month, "now": clock.now()})
        await session.execute(_CLOSE, {"month": month})
        done += 1
    return done


WAITING = """
    not exists (select from feed_month
                where month = date_trunc('month', clock_timestamp() at time zone 'Asia/Shanghai')
                              + interval '1 month')
    or exists (select from feed_month
               where closed_at is null
                 and month < date_trunc('month', clock_timestamp() at time zone 'Asia/Shanghai')
                             - interval '12 months')
"""
"""SQL: whether a month is to be opened or closed."""


async def floor_of(session: AsyncSession) -> int:
    """The last position that is not to be had any more; 0 while everything is."""
    return int((await session.execute(_FLOOR)).scalar_one())


def _opened(keys: Keys, month: date, sealed: bytes) -> MonthKey:
    return MonthKey(keys.open_bytes(_COLUMN, _owner(keys, month), sealed))


def _owner(keys: Keys, month: date) -> Any:
    return keys.digest(f"feed month {month}")


# Opened beside the feed and attached, so that readers and writers go on meanwhile; to close one
# waits for readers at most two seconds and is tried again.
_BY_OWNER = (
    """
    create or replace function {schema}.open_feed_month(month date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' as $$
    declare
        part text := 'feed_' || to_char(month, 'YYYY_MM');
    begin
        if month <> date_trunc('month', month) or month > clock_timestamp() + interval '70 days'
        then raise exception 'no month to open';
        end if;
        if to_regclass('{schema}.' || part) is null then
            execute format('create table {schema}.%I (like {schema}.feed including all)', part);
            execute format('alter table {schema}.feed attach partition {schema}.%I '
                           'for values from (%L) to (%L)',
                           part, month, (month + interval '1 month')::date);
        end if;
    end $$
    """,
    """
    create or replace function {schema}.close_feed_month(month date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' as $$
    begin
        if month <> date_trunc('month', month) or month > clock_timestamp() - interval '12 months'
        then raise exception 'no month to close';
        end if;
        execute format('drop table if exists {schema}.%I', 'feed_' || to_char(month, 'YYYY_MM'));
    end $$
    """,
    "revoke execute on function {schema}.open_feed_month, {schema}.close_feed_month from public",
    "grant execute on function {schema}.open_feed_month, {schema}.close_feed_month to {role}",
)


def month_functions(schema: str, role: str) -> list[str]:
    """The SQL by which the database's owner lets a service open and close months of its feed.

    `role` is quoted already.
    """
    return [each.format(schema=schema, role=role) for each in _BY_OWNER]
