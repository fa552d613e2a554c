"""Everything that happens behind a request's back, in small transactions, until there is no more.

Each step takes an advisory lock for its transaction, so any number of workers may run and a killed
one holds nothing. `drain()` runs steps until all are idle: tests and the demonstration call it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeVar

from httpx import AsyncClient, HTTPError
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import feed, idempotency
from kernel.bulk import jobs
from kernel.database import is_unreachable
from kernel.service import Errand, Service, Step, Work, log
from kernel.sharing import months, snapshots
from kernel.sharing.relay import BATCH, relay

_LOCK = text("""
    select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/step/' || :step, 0))
""")

Result = TypeVar("Result")

SHORTEST_REST, LONGEST_REST = 0.1, 1.0
"""Seconds that a worker rests when there was nothing to do: doubled from rest to rest."""


class Worker:
    """The background of some services. `feeds` reaches all services' feeds, with a token."""

    def __init__(self, services: Sequence[Service], feeds: AsyncClient) -> None:
        self._services = services
        self.feeds = feeds
        self._work = {service.name: _work_of(service, feeds) for service in services}
        self._heads: dict[str, int] = {}
        self._errands = [
            (service, errand) for service in self._services for errand in service.errands
        ]

    async def drain(self) -> None:
        """Run every step and errand until a whole round finds nothing to do."""
        while await self.round() or await self._errands_once():
            pass

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a database or neighbour that is away is waited for."""
        beside = [self._turns(service, errand, stop) for service, errand in self._errands]
        await asyncio.gather(_until(stop, self.round), *beside)

    async def _turns(self, service: Service, errand: Errand, stop: asyncio.Event) -> None:
        await _until(stop, partial(errand.turn, service, self.feeds, self._heads))
        await errand.finish(service)

    async def _errands_once(self) -> int:
        turns = [errand.turn(service, self.feeds, self._heads) for service, errand in self._errands]
        return sum(await _all(turns))

    async def round(self) -> int:
        """Run each step that has something to do once; returns how much was done.

        One statement a service tells which steps that may be. In the order of the phases what one
        service does reaches the others in the same round; within a phase services work side by
        side: while one waits for the database another computes.

        A step that fails holds up no other: the rest of the round is done, then its failure raised.
        """
        failures: list[Exception] = []
        seen = dict(
            zip(
                (service.name for service in self._services),
                await _all(_look(service, self._work[service.name]) for service in self._services),
                strict=True,
            )
        )
        worked = await _all(
            _in_turn(
                service, _chosen(self._work[service.name], seen[service.name].waiting), failures
            )
            for service in self._services
        )
        relayed = await _all(
            _in_turn(
                service,
                {"relay": _relay} if done or seen[service.name].to_relay else {},
                failures,
                full=BATCH,
            )
            for service, done in zip(self._services, worked, strict=True)
        )
        heads = {
            service.name: seen[service.name].head + moved
            for service, moved in zip(self._services, relayed, strict=True)
        }
        self._heads.update(heads)
        copied = await _all(
            _in_turn(
                service,
                self._copies_of(service, heads, seen[service.name].cursors),
                failures,
                full=feed.PAGE,
            )
            for service in self._services
        )
        if failures:
            raise failures[0]
        return sum((*worked, *relayed, *copied))

    def _copies_of(
        self, service: Service, heads: Mapping[str, int], cursors: Mapping[str, int]
    ) -> dict[str, Step]:
        """Catching up with the neighbours that are ahead, or whose head is not known here."""
        return {
            f"copy of {projection.source}": partial(_copy, projection, self.feeds)
            for projection in service.projections
            if projection.source not in heads
            or heads[projection.source] > cursors.get(projection.source, 0)
        }


async def _until(stop: asyncio.Event, act: Callable[[], Awaitable[int]]) -> None:
    """Repeat an act until told to stop, and rest when there was nothing to do."""
    rest = SHORTEST_REST
    while not stop.is_set():
        try:
            done = await act()
        except Exception as failure:
            if not (is_unreachable(failure) or isinstance(failure, HTTPError)):
                log.error("worker round failed with %s", type(failure).__name__)
            done = 0
        rest = SHORTEST_REST if done else min(2 * rest, LONGEST_REST)
        if not done:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest * random.uniform(0.8, 1.2)):
                    await stop.wait()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at a service's schema tells."""

    waiting: frozenset[str]
    """Steps that may find something to do."""
    to_relay: bool
    head: int
    cursors: Mapping[str, int]


async def _look(service: Service, work: Mapping[str, Work]) -> _Seen:
    conditions = tuple(each.waiting for each in work.values())
    async with service.database.begin() as session:
        row = (await session.execute(_looking(conditions))).one()
    return _Seen(
        waiting=frozenset(name for name, found in zip(work, row.waiting, strict=True) if found),
        to_relay=row.to_relay,
        head=row.head,
        cursors=row.cursors,
    )


@cache
def _looking(conditions: tuple[str, ...]) -> TextClause:
    listed = ", ".join(f"({condition})" for condition in conditions)
    return text(f"""
        select cast(array[{listed}] as boolean[]) as waiting,
               exists (select from outbox) as to_relay,
               (select position from feed_head) as head,
               (select coalesce(json_object_agg(source, position), '{{}}') from reader_cursor)
                   as cursors
    """)


def _chosen(work: Mapping[str, Work], waiting: frozenset[str]) -> dict[str, Step]:
    return {name: each.run for name, each in work.items() if name in waiting}


async def _all(acts: Iterable[Awaitable[Result]]) -> list[Result]:
    """The results of acts side by side; the first failure is raised when all have ended."""
    results = await asyncio.gather(*acts, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]  # no exception is left among them


async def _in_turn(
    service: Service, steps: Mapping[str, Step], failures: list[Exception], *, full: int = 1
) -> int:
    """Run each step until it does less than a full one, has had its share, or fails."""
    done = 0
    for name, step in steps.items():
        try:
            done += await _share_of(service, name, step, full)
        except Exception as failure:
            failures.append(failure)
    return done


async def _share_of(service: Service, name: str, step: Step, full: int) -> int:
    done = 0
    for _ in range(_SHARE):
        async with _alone(service, name) as session:
            this_time = await step(service, session) if session else 0
        done += this_time
        if this_time < full:
            break
    return done


_SHARE = 5
"""Transactions of one step before the others have theirs: a round of nothing but looking costs as
much as storing several hundred rows."""


@asynccontextmanager
async def _alone(service: Service, name: str) -> AsyncIterator[AsyncSession | None]:
    """A transaction in which no other worker runs this step; None if one does."""
    async with service.database.begin() as session:
        yield session if (await session.execute(_LOCK, {"step": name})).scalar() else None


def _work_of(service: Service, feeds: AsyncClient) -> dict[str, Work]:
    pushed = {"jobs": Work(jobs.work, jobs.WAITING)} if service.resources else {}
    sharing = {
        "months": Work(_keep_months, months.WAITING),
        "snapshots": Work(_make_snapshots, snapshots.WAITING),
    }
    asking = {
        name: Work(partial(each.run, feeds), each.waiting)
        for name, each in service.feed_steps.items()
    }
    sweeping = {"idempotency keys": idempotency.SWEEPING}
    return pushed | dict(service.steps) | sharing | asking | sweeping


async def _relay(service: Service, session: AsyncSession) -> int:
    return await relay(session, service.keys, service.shares.events)


async def _keep_months(service: Service, session: AsyncSession) -> int:
    return await months.keep_months(session, service.keys)


async def _make_snapshots(service: Service, session: AsyncSession) -> int:
    return await snapshots.make_chunk(
        session, service.keys, service.shares.events, service.shares.sources
    )


async def _copy(
    projection: feed.Projection, feeds: AsyncClient, _: Service, session: AsyncSession
) -> int:
    return await feed.catch_up(session, projection, feeds)
