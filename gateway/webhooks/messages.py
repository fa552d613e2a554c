"""What a delivery says: thin, so that nobody learns from it what he must read under his token."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

BATCH = "batch_applied"
EXAMPLE = "webhook.example"


def webhook_id(delivery_id: UUID) -> str:
    """What every attempt of a delivery is called; holds no full stop, as the signature demands."""
    return f"msg_{delivery_id.hex}"


def type_of(delivery: Mapping[Any, Any]) -> str:
    """The event's own type, or `….batch_applied` where several are told of at once."""
    if delivery["origin"] == "example":
        return str(delivery["types"][0]) if delivery["types"] else EXAMPLE
    if delivery["events"] == 1:
        return str(delivery["types"][0])
    return f"{delivery['subject']}.{BATCH}"


def news_of(delivery: Mapping[Any, Any]) -> dict[str, Any]:
    """Where the news stands: read the feed from before the first position."""
    return {
        "service": delivery["service"],
        "first_position": delivery["first_position"],
        "last_position": delivery["last_position"],
        "count": delivery["events"],
        "types": list(delivery["types"]),
    }


def body_of(delivery: Mapping[Any, Any]) -> bytes:
    """The body, the same bytes in every attempt."""
    said = {
        "type": type_of(delivery),
        "timestamp": delivery["occurred_at"].isoformat().replace("+00:00", "Z"),
        "data": news_of(delivery),
    }
    return json.dumps(said, separators=(",", ":")).encode()
