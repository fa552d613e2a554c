"""A light HTTP client that repeats one request over kept connections, and counts.

httpx spends more on a request than the servers measured here do, so it would measure itself.
"""

import asyncio
import time
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

_KEY = "bench-000000000000"
_SERIALS = count(time.time_ns() % 10**11)


@dataclass(frozen=True, slots=True)
class Load:
    """What a window of load showed."""

    per_second: float
    p99_ms: float


def request(address: str, path: str, body: bytes, token: str = "") -> bytes:
    """The bytes of a JSON POST. With a token it carries an Idempotency-Key, each time another."""
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(address).netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}", f"Idempotency-Key: {_KEY}"] if token else []),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def load(address: str, sent: bytes, *, connections: int, seconds: float) -> Load:
    """Send one request again and again; raises RuntimeError if an answer is no 200."""
    return asyncio.run(_load(address, sent, connections, seconds))


async def _load(address: str, sent: bytes, connections: int, seconds: float) -> Load:
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*[_repeat(address, sent, until) for _ in range(connections)])
    taken = sorted(one for many in each for one in many)
    return Load(len(taken) / seconds, 1000 * taken[int(len(taken) * 0.99)])


async def _repeat(address: str, sent: bytes, until: float) -> list[float]:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    taken = []
    while (begun := time.perf_counter()) < until:
        writer.write(sent.replace(_KEY.encode(), b"bench-%012d" % next(_SERIALS)))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.partition(b"\r\n")[0].decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        taken.append(time.perf_counter() - begun)
    writer.close()
    return taken
