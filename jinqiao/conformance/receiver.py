"""A receiver of webhooks on this machine, as a partner's should be (`examples` has one to copy).

It verifies what comes with its keys, knows what it has heard before, and answers as it is told to.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from typing import Any
from uuid import uuid4

from gateway.webhooks.signing import is_signed_with
from jinqiao.conformance.duties import Unmet
from kernel import clock

TOLERANCE = 5 * 60
"""Seconds that an attempt may be old, or ahead of our clock."""

_LARGEST = 20_000
PATIENCE = 20.0
"""Seconds until what should come has come: a worker looks at the feeds in turns."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A delivery that was verified."""

    webhook_id: str
    said: dict[str, Any]
    body: bytes
    keys: tuple[str, ...]
    """Those of the receiver's keys that it is signed with."""
    is_new: bool
    """Whether this id has not been answered with 2xx before."""


@dataclass(slots=True)
class Receiver:
    """One address at which deliveries are taken."""

    url: str
    keys: list[str] = field(default_factory=list)
    """What it verifies with: all that are in force, so that a rotation leaves no gap."""
    will_answer: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    """Statuses and headers of its next answers to what it has verified; then 204."""
    _heard: Queue[Heard] = field(default_factory=Queue)
    _ids: set[str] = field(default_factory=set)

    def next(self) -> Heard:
        """The next delivery, waited for; raises Unmet if none comes."""
        try:
            return self._heard.get(timeout=PATIENCE)
        except Empty:
            raise Unmet(f"nothing came to {self.url} within {PATIENCE:.0f} s") from None

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer to a request; its headers are in lower case."""
        now = clock.now().timestamp()
        stamp = headers.get("webhook-timestamp", "")
        keys = tuple(key for key in self.keys if is_signed_with(key, headers, body))
        if not keys or not stamp.isdecimal() or abs(now - int(stamp[:12])) > TOLERANCE:
            return 401, {}
        status, told = self.will_answer.popleft() if self.will_answer else (204, {})
        webhook_id = headers["webhook-id"]
        is_new = webhook_id not in self._ids
        if status < 300:
            self._ids.add(webhook_id)
        self._heard.put(Heard(webhook_id, json.loads(body), body, keys, is_new))
        return status, told


class Receivers:
    """Any number of receivers at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._at: dict[str, Receiver] = {}

    def new(self) -> Receiver:
        """One more, at an address that nobody had before."""
        path = f"/{uuid4().hex}"
        self._at[path] = made = Receiver(f"http://localhost:{self._port}{path}")
        return made

    def answer(
        self, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str]]:
        """What the receiver at this path answers; 404 where there is none."""
        at = self._at.get(path)
        return at.answer(headers, body) if at else (404, {})


@contextmanager
def listening() -> Iterator[Receivers]:
    """Receivers that listen for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    receivers = Receivers(server.server_port)
    server.RequestHandlerClass = _handler(receivers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receivers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(receivers: Receivers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > _LARGEST:
                return self._answer(413, {})
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(length))
            return self._answer(*receivers.answer(self.path, headers, body))

        def _answer(self, status: int, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what matters stands in the results."""

    return Handler
