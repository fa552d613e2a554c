"""While one chunk of a job is stored, the next one is made ready in a thread.

To read and encrypt a chunk takes Python about as long as PostgreSQL takes to store one, so each
waited for the other. What is ready ahead is only held: a killed worker loses nothing by it, and
who wants another chunk makes that one ready when he comes to it.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

_JOBS = 4
"""Jobs of which a chunk is held: agencies take turns, and memory stays flat."""

Ready = TypeVar("Ready")


class Ahead(Generic[Ready]):
    """The chunks that are being made ready, one a job."""

    def __init__(self) -> None:
        self._begun: dict[UUID, tuple[int, asyncio.Future[Ready]]] = {}

    async def take(self, job_id: UUID, chunk_no: int, make: Callable[[], Ready]) -> Ready:
        """A chunk made ready: it may be so already, or is begun now."""
        begun_no, begun = self._begun.pop(job_id, (None, None))
        if begun is not None and begun_no == chunk_no:
            return await begun
        return await asyncio.to_thread(make)

    def begin(self, job_id: UUID, chunk_no: int, make: Callable[[], Ready]) -> None:
        """Begin to make a chunk ready, and let go of what nobody has asked for."""
        while len(self._begun) >= _JOBS:
            self._begun.pop(next(iter(self._begun)))
        loop = asyncio.get_running_loop()
        self._begun[job_id] = chunk_no, loop.run_in_executor(None, make)
