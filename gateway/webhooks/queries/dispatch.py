"""What the dispatcher asks of the tables: a few set statements a turn, whatever there is to do."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.webhooks.schedule import GIVEN_UP_AFTER

LEASE = timedelta(seconds=60)
"""How long a delivery is one worker's: longer than an attempt may take.

By the database's clock, the only one that all workers share: who is ahead of it takes nobody's.
"""

EACH, EACH_FAILING = 4, 1
"""Deliveries of one endpoint that are under way at once, also while it is failing."""

KEPT = timedelta(days=30)
"""How long the log keeps what has ended."""

_TELLING = """
    with telling as (
        select e.endpoint_id, e.agency, e.types, e.created_at, a.agency_type, a.divisions
        from webhook_endpoint e join agency a on a.code = e.agency and a.superseded_at is null
        where e.deleted_at is null and e.disabled_at is null
          and (a.valid_from is null or a.valid_from <= :today)
          and (a.valid_to is null or :today < a.valid_to))
"""
_BEHIND = text(f"""
    {_TELLING}
    select s.service from unnest(cast(:services as text[])) as s(service)
    where exists (
        select from telling t
        left join webhook_heard h on h.endpoint_id = t.endpoint_id and h.service = s.service
        where h.position is null
           or h.position < coalesce(cast(cast(:heads as jsonb) ->> s.service as bigint),
                                    h.position + 1))
""")
_LOCK = text("""
    select pg_try_advisory_xact_lock(hashtextextended('gateway/webhooks/' || :service, 0))
""")
_READERS = text(f"""
    {_TELLING}
    select cast(t.endpoint_id as text) as id, t.agency, t.agency_type, t.divisions, t.types,
           t.created_at as since, h.position as after
    from telling t
    left join webhook_heard h on h.endpoint_id = t.endpoint_id and h.service = :service
    order by t.endpoint_id
""")
_HEARD = text("""
    insert into webhook_heard (endpoint_id, service, position)
    select cast(key as uuid), :service, cast(value as bigint)
    from jsonb_each_text(cast(:upto as jsonb))
    on conflict (endpoint_id, service) do update set position = excluded.position
""")

# What was not delivered yet, and is not on its way at this moment, is carried along: the receiver
# is told once of everything, on the schedule that has begun.
_STORE = text("""
    with news as (
        select * from jsonb_to_recordset(cast(:news as jsonb)) as n(
            delivery_id uuid, endpoint_id uuid, subject text, types jsonb, first_position bigint,
            last_position bigint, events bigint, occurred_at timestamptz)),
    carried as (
        select d.* from webhook_delivery d join news n using (endpoint_id, subject)
        where d.service = :service and d.state in ('waiting', 'failed') and d.origin = 'feed'
          and (d.lease_until is null or d.lease_until <= now())
        for update of d),
    closed as (
        update webhook_delivery d set state = 'coalesced', next_at = null, ended_at = :now
        from carried c where d.delivery_id = c.delivery_id),
    old as (
        select endpoint_id, subject, min(first_position) as first_position,
               sum(events) as events, array_agg(to_jsonb(types)) as types,
               max(step) filter (where state = 'waiting') as step,
               max(next_at) filter (where step > 0) as next_at
        from carried group by endpoint_id, subject)
    insert into webhook_delivery (delivery_id, endpoint_id, origin, service, subject, types,
        first_position, last_position, events, occurred_at, created_at, state, attempts, step,
        next_at)
    select n.delivery_id, n.endpoint_id, 'feed', :service, n.subject,
           array(select jsonb_array_elements_text(n.types)
                 union select jsonb_array_elements_text(each) from unnest(old.types) as each
                 order by 1),
           least(n.first_position, old.first_position), n.last_position,
           n.events + coalesce(old.events, 0), n.occurred_at, :now, 'waiting', 0,
           coalesce(old.step, 0), coalesce(old.next_at, :now)
    from news n left join old using (endpoint_id, subject)
""")

_CLAIM = text(f"""
    with due as (
        select d.delivery_id
        from webhook_endpoint e
        cross join lateral (
            select d.delivery_id, d.next_at from webhook_delivery d
            where d.endpoint_id = e.endpoint_id and d.state = 'waiting' and d.next_at <= :now
              and (d.lease_until is null or d.lease_until <= now())
            order by d.next_at
            limit greatest(0, case when e.failing_since is null then {EACH} else {EACH_FAILING} end
                - (select count(*) from webhook_delivery o
                   where o.endpoint_id = e.endpoint_id and o.state = 'waiting'
                     and o.lease_until > now()))
            for update skip locked) d
        where e.disabled_at is null and e.deleted_at is null
        order by d.next_at limit :room),
    taken as (
        update webhook_delivery d
        set lease_until = now() + cast(:lease as interval), attempts = attempts + 1, step = step + 1
        from due where d.delivery_id = due.delivery_id
        returning d.*)
    select t.*, e.url, h.cidrs
    from taken t join webhook_endpoint e using (endpoint_id)
    left join webhook_host h
        on h.agency = e.agency and h.host = e.host and h.withdrawn_at is null
    order by t.delivery_id
""")
_ANYTHING_DUE = text("""
    select exists (select from webhook_delivery d join webhook_endpoint e using (endpoint_id)
        where d.state = 'waiting' and d.next_at <= :now
          and (d.lease_until is null or d.lease_until <= now())
          and e.disabled_at is null and e.deleted_at is null)
""")

# Who lost his lease to another finds another number here, and changes nothing. An example says
# nothing of how news is taken, so it neither clears nor starts a failure.
_SETTLE = text("""
    with result as (
        select * from jsonb_to_recordset(cast(:results as jsonb)) as r(
            delivery_id uuid, number int, ended_at timestamptz, outcome text, status int,
            milliseconds int, next_at timestamptz)),
    settled as (
        update webhook_delivery d
        set lease_until = null, next_at = r.next_at,
            state = case when r.outcome = 'delivered' then 'delivered'
                         when r.next_at is null then 'failed' else 'waiting' end,
            ended_at = case when r.next_at is null then r.ended_at end
        from result r
        where d.delivery_id = r.delivery_id and d.attempts = r.number and d.state = 'waiting'
          and d.lease_until is not null
        returning d.delivery_id, d.endpoint_id, d.origin),
    logged as (
        insert into webhook_attempt (delivery_id, number, ended_at, outcome, status, milliseconds)
        select r.delivery_id, r.number, r.ended_at, r.outcome, r.status, r.milliseconds
        from result r join settled using (delivery_id)),
    each as (
        select s.endpoint_id, bool_or(r.outcome = 'delivered') as taken,
               min(r.ended_at) as ended_at, bool_or(r.outcome = 'gone') as gone
        from result r join settled s using (delivery_id)
        where s.origin = 'feed' group by s.endpoint_id)
    update webhook_endpoint e
    set failing_since = case when not each.taken
                             then coalesce(e.failing_since, each.ended_at) end,
        disabled_at = case when each.gone then cast(:now as timestamptz) end,
        disabled_because = case when each.gone then 'gone' end,
        version = e.version + each.gone::int
    from each where e.endpoint_id = each.endpoint_id and e.disabled_at is null
    returning e.endpoint_id, e.agency, e.disabled_because, e.failing_since
""")
_GIVE_UP = text("""
    update webhook_endpoint
    set disabled_at = :now, disabled_because = 'failing', version = version + 1
    where disabled_at is null and deleted_at is null and failing_since <= :long_ago
    returning endpoint_id, agency, disabled_because, failing_since
""")
_FORGET = [
    text("""
        delete from webhook_attempt a using webhook_delivery d
        where a.delivery_id = d.delivery_id and d.state in ('delivered', 'coalesced')
          and d.ended_at < :before
    """),
    text("""
        delete from webhook_delivery where state in ('delivered', 'coalesced')
          and ended_at < :before
    """),
]


async def behind(
    session: AsyncSession, services: Sequence[str], heads: Mapping[str, int], today: Any
) -> Sequence[str]:
    """The services of which some endpoint has not heard up to the head that is known."""
    values = {"services": list(services), "heads": json.dumps(dict(heads)), "today": today}
    return (await session.execute(_BEHIND, values)).scalars().all()


async def lock(session: AsyncSession, service: str) -> bool:
    """Whether nobody else is hearing a service's news; until the transaction ends."""
    return bool((await session.execute(_LOCK, {"service": service})).scalar())


async def readers(session: AsyncSession, service: str, today: Any) -> Sequence[RowMapping]:
    """Who is told of a service: each endpoint, its agency, and how far it has heard."""
    values = {"service": service, "today": today}
    return (await session.execute(_READERS, values)).mappings().all()


async def store(
    session: AsyncSession,
    service: str,
    news: Sequence[Mapping[str, Any]],
    upto: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Make news into deliveries, and remember how far each endpoint has heard."""
    if news:
        values = {"service": service, "news": json.dumps(news), "now": now}
        await session.execute(_STORE, values)
    await session.execute(_HEARD, {"service": service, "upto": json.dumps(upto)})


async def claim(
    session: AsyncSession, *, room: int, now: datetime, busy: bool
) -> Sequence[RowMapping]:
    """Take what is due under a lease, at most this many, each with its URL and pinned CIDRs.

    Who is not busy looks first, which is cheaper, whether anything is due at all.
    """
    values = {"room": room, "now": now, "lease": LEASE}
    if not busy and not (await session.execute(_ANYTHING_DUE, {"now": now})).scalar():
        return []
    return (await session.execute(_CLAIM, values)).mappings().all()


async def settle(
    session: AsyncSession, results: Sequence[Mapping[str, Any]], now: datetime
) -> Sequence[RowMapping]:
    """Record what became of attempts; returns the endpoints that this disabled."""
    values = {"results": json.dumps(results, default=str), "now": now}
    noted = (await session.execute(_SETTLE, values)).mappings().all()
    return [endpoint for endpoint in noted if endpoint["disabled_because"]]


async def give_up(session: AsyncSession, now: datetime) -> Sequence[RowMapping]:
    """Disable, and return, the endpoints that have taken nothing for too long."""
    values = {"now": now, "long_ago": now - GIVEN_UP_AFTER}
    return (await session.execute(_GIVE_UP, values)).mappings().all()


async def forget(session: AsyncSession, now: datetime) -> None:
    """Drop from the log what ended long ago. What was not delivered stays."""
    for statement in _FORGET:
        await session.execute(statement, {"before": now - KEPT})
