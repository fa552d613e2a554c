"""Making derived figures anew when the law or the engine that made them has changed.

Whoever keeps a figure of the engine keeps beside it which engine and which law made it. A service
offers one `Recompute` for each kind of figure it keeps so; `jinqiao recompute` runs it, chunk by
chunk, each in a transaction of its own, until nothing is out of date. It may be stopped and started
again: what is done carries the present versions.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession


class Recomputed(NamedTuple):
    """What one chunk did."""

    looked_at: int
    """Things that were out of date; 0 when none is left."""
    changed: int
    """Those that came out otherwise."""


Recompute = Callable[[AsyncSession, int], Awaitable[Recomputed]]
"""Makes at most so many things anew, those that other law or another engine made."""
