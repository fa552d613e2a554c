"""Everything that happens behind a request's back, in small transactions, until there is no more.

Each step takes an advisory lock for its transaction, so any number of workers may run and a killed
one holds nothing. `drain()` runs steps until all are idle: tests and the demonstration call it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from httpx import AsyncClient, HTTPError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import feed, outbox
from kernel.bulk import jobs
from kernel.database import is_unreachable
from kernel.service import Service, Step, log

_LOCK = text("""
    select pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/step/' || :step, 0))
""")

SHORTEST_REST, LONGEST_REST = 0.1, 1.0
"""Seconds that a worker rests when there was nothing to do: doubled from rest to rest, since an
idle round costs a tenth of a second of a core."""


class Worker:
    """The background of some services. `feeds` reaches all services' feeds, with a token."""

    def __init__(self, services: Sequence[Service], feeds: AsyncClient) -> None:
        # In this order what one service does reaches the others in the same round. Within a phase
        # services work side by side: while one waits for the database another computes.
        self._phases = [
            [(service, steps_of(service, feeds)) for service in services]
            for steps_of in (_work_of, _relay_of, _copies_of)
        ]

    async def drain(self) -> None:
        """Run every step until a whole round finds nothing to do."""
        while await self.round():
            pass

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a database or neighbour that is away is waited for."""
        rest = SHORTEST_REST
        while not stop.is_set():
            try:
                done = await self.round()
            except Exception as failure:
                if not (is_unreachable(failure) or isinstance(failure, HTTPError)):
                    log.error("worker round failed with %s", type(failure).__name__)
                done = 0
            rest = SHORTEST_REST if done else min(2 * rest, LONGEST_REST)
            if not done:
                jittered = rest * random.uniform(0.8, 1.2)
                await asyncio.wait({asyncio.create_task(stop.wait())}, timeout=jittered)

    async def round(self) -> int:
        """Run each step once; returns how much was done."""
        done = 0
        for phase in self._phases:
            each = await asyncio.gather(
                *[_in_turn(service, steps) for service, steps in phase], return_exceptions=True
            )
            for result in each:
                if isinstance(result, BaseException):
                    raise result
                done += result
        return done


async def _in_turn(service: Service, steps: Mapping[str, Step]) -> int:
    """Run each step until it is idle or has had its share of the round."""
    done = 0
    for name, step in steps.items():
        for _ in range(_SHARE):
            async with _alone(service, name) as session:
                this_time = await step(service, session) if session else 0
            done += this_time
            if not this_time:
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


def _work_of(service: Service, feeds: AsyncClient) -> dict[str, Step]:
    pushed: dict[str, Step] = {"jobs": jobs.work} if service.resources else {}
    asking = {name: partial(step, feeds) for name, step in service.feed_steps.items()}
    return pushed | dict(service.steps) | asking


def _relay_of(_: Service, __: AsyncClient) -> dict[str, Step]:
    return {"relay": _relay}


def _copies_of(service: Service, feeds: AsyncClient) -> dict[str, Step]:
    return {
        f"copy of {projection.source}": partial(_copy, projection, feeds)
        for projection in service.projections
    }


async def _relay(_: Service, session: AsyncSession) -> int:
    return await outbox.relay(session)


async def _copy(
    projection: feed.Projection, feeds: AsyncClient, _: Service, session: AsyncSession
) -> int:
    return await feed.catch_up(session, projection, feeds)
