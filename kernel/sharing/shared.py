"""Everything that a service shares, as its app puts it together."""

from collections.abc import Mapping, Sequence

from kernel.sharing.announced import DECLARATIONS, EVERYWHERE
from kernel.sharing.events import EventType
from kernel.sharing.snapshots import Source
from kernel.sharing.waiting import News


class Shared:
    """What a service announces, where its snapshots find it, and who waits for news of it."""

    events: Mapping[str, EventType]
    """By type: its own, and what every service announces."""

    def __init__(self, events: Sequence[EventType], sources: Sequence[Source]) -> None:
        self.events = {each.name: each for each in (*EVERYWHERE, *events)}
        self.sources = [DECLARATIONS, *sources]
        self.news = News()
