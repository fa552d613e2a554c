"""Deliveries go out: taken under a lease, sent outside of any transaction, then recorded.

One turn is one transaction, whatever it records and takes. A worker that is killed leaves leases
that run out; another sends those again, under the same webhook-id. A worker that was only stopped
for a while finds that its lease went to another, and its results are not recorded.
"""

import asyncio
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from httpx import AsyncClient
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.webhooks import messages
from gateway.webhooks.keys import opened
from gateway.webhooks.queries import dispatch, endpoints
from gateway.webhooks.schedule import next_attempt, retry_after
from gateway.webhooks.sending import Answer, Sender
from gateway.webhooks.signing import headers_of
from gateway.webhooks.vocabulary import DISABLED, AttemptOutcome, Origin
from kernel import clock
from kernel.outbox import announce
from kernel.service import Service, log

ROOM = 32
"""Deliveries that one worker has under way at once."""

_LOOK_AGAIN = 0.1
"""Seconds after which a turn looks for more, though what is under way has not ended."""

_TOGETHER = 0.02
"""Seconds that the first to end waits for others: one transaction records them all."""

_GIVING_UP = timedelta(minutes=1)
"""How often endpoints that have failed for too long are looked for."""

Result = dict[str, Any]


class Dispatcher:
    """Sends what is due. An errand of the gateway (kernel.service.Errand)."""

    def __init__(
        self, sender: Sender | None = None, chance: Callable[[], float] = random.random
    ) -> None:
        self._sender = sender or Sender()
        self._chance = chance
        self._under_way: set[asyncio.Task[Result]] = set()
        self._forgot_on: date | None = None
        self._gave_up_at: datetime | None = None

    async def turn(self, service: Service, feeds: AsyncClient, heads: Mapping[str, int]) -> int:
        """Record what has ended, take what is due and send it. Returns how much is under way."""
        ended = self._ended()
        async with service.database.begin() as session:
            await _record(session, ended)
            await self._give_up(session)
            await self._forget(session)
            room = ROOM - len(self._under_way)
            taken = await dispatch.claim(session, room=room, now=clock.now(), busy=bool(ended))
            whose = {each["endpoint_id"] for each in taken}
            keys = await endpoints.keys_in_force(session, list(whose), clock.now())
        for each in taken:
            secrets = opened(service.keys, keys.get(each["endpoint_id"], []))
            self._under_way.add(asyncio.create_task(self._sent(each, secrets)))
        busy = len(self._under_way)
        if busy:
            await asyncio.wait(
                self._under_way, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED
            )
            await asyncio.wait(self._under_way, timeout=_TOGETHER)
        return len(ended) + busy

    async def finish(self, service: Service) -> None:
        """Wait for what is under way, which has its own limit, and record it."""
        if self._under_way:
            await asyncio.wait(self._under_way)
            async with service.database.begin() as session:
                await _record(session, self._ended())

    def _ended(self) -> list[Result]:
        done = {task for task in self._under_way if task.done()}
        self._under_way -= done
        for task in done:
            if failure := task.exception():
                # Its lease runs out, and it is tried again; the others are not held up.
                log.error("a delivery failed with %s", type(failure).__name__)
        return [task.result() for task in done if not task.exception()]

    async def _give_up(self, session: AsyncSession) -> None:
        """Once a minute, disable and announce the endpoints that have failed for too long."""
        now = clock.now()
        last = self._gave_up_at
        if last is None or not last <= now < last + _GIVING_UP:  # also a clock that was put back
            self._gave_up_at = now
            await _announce(session, await dispatch.give_up(session, now))

    async def _forget(self, session: AsyncSession) -> None:
        """Once a day, shorten the log."""
        now = clock.now()
        if self._forgot_on != now.date():
            self._forgot_on = now.date()
            await dispatch.forget(session, now)

    async def _sent(self, delivery: RowMapping, secrets: Iterable[str]) -> Result:
        body = messages.body_of(delivery)
        begun = clock.now()
        headers = headers_of(
            messages.webhook_id(delivery["delivery_id"]),
            int(begun.timestamp()),
            body,
            list(secrets),
        )
        answer = await self._sender.send(delivery["url"], body, headers, delivery["cidrs"] or [])
        return self._result(delivery, answer)

    def _result(self, delivery: RowMapping, answer: Answer) -> Result:
        now = clock.now()
        again = None
        if answer.outcome != AttemptOutcome.DELIVERED and delivery["origin"] == Origin.FEED:
            again = next_attempt(
                delivery["step"],
                answer.outcome,
                put_off=retry_after(answer.retry_after, now),
                now=now,
                chance=self._chance(),
            )
        return {
            "delivery_id": delivery["delivery_id"],
            "number": delivery["attempts"],
            "ended_at": now,
            "outcome": answer.outcome.value,
            "status": answer.status,
            "milliseconds": answer.milliseconds,
            "next_at": again,
        }


async def _record(session: AsyncSession, results: Sequence[Result]) -> None:
    """Store what became of attempts, and announce the endpoints that said that they are gone."""
    if results:
        await _announce(session, await dispatch.settle(session, results, clock.now()))


async def _announce(session: AsyncSession, disabled: Iterable[RowMapping]) -> None:
    for endpoint in disabled:
        await announce(session, DISABLED, json.dumps(_said(endpoint)), agency=endpoint["agency"])


def _said(endpoint: RowMapping) -> dict[str, Any]:
    since = endpoint["failing_since"]
    return {
        "endpoint_id": str(endpoint["endpoint_id"]),
        "agency": endpoint["agency"],
        "because": endpoint["disabled_because"],
        "failing_since": since.isoformat() if since else None,
    }
