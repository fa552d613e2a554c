"""Long poll: who has read everything waits until the feed has grown, and holds no connection."""

import asyncio
from contextlib import suppress

from sqlalchemy import text

from kernel.database import Database

_LOOK_EVERY = 0.2
"""Seconds between two looks at the head: one look for everybody in this process who waits."""

_HEAD = text("select position from feed_head")


class News:
    """Tells those who wait in this process that a service's feed has grown."""

    def __init__(self) -> None:
        self._grown = asyncio.Condition()
        self._head = 0
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None

    async def beyond(self, database: Database, position: int, seconds: float) -> bool:
        """Whether the feed goes beyond a position, as soon as it does or when time is up."""
        self._waiting += 1
        if self._looking is None or self._looking.done():
            self._head = 0  # what was seen long ago says nothing of a feed that was emptied since
            self._looking = asyncio.create_task(self._look(database))
        try:
            async with asyncio.timeout(seconds), self._grown:
                return await self._grown.wait_for(lambda: self._head > position)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    async def _look(self, database: Database) -> None:
        """Look as long as somebody waits. If the database is away, who waits finds out himself."""
        with suppress(Exception):
            while self._waiting:
                async with database.begin() as session:
                    head = (await session.execute(_HEAD)).scalar_one()
                async with self._grown:
                    self._head = head
                    self._grown.notify_all()
                await asyncio.sleep(_LOOK_EVERY)
