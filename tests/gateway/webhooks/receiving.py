"""A receiver on this machine: a real HTTP server that keeps what it is sent and answers as told."""

import base64
import hmac
import json
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

LOOPBACK = ["127.0.0.0/8", "::1/128"]


@dataclass
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def type(self) -> str:
        return str(self.said["type"])

    def is_signed_with(self, secret: str) -> bool:
        """Whether the library that others wrote accepts it; it knows only v1."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except Exception:
            return False
        return True

    def fits(self, key: str) -> bool:
        """Whether one of the signatures is made with this key, whenever that was."""
        text = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        made = [each.split(",") for each in self.headers["webhook-signature"].split(" ")]
        raw = base64.b64decode(key.partition("_")[2])
        if key.startswith("whsec_"):
            due = base64.b64encode(hmac.digest(raw, text, "sha256")).decode()
            return ["v1", due] in made
        return any(_verifies(raw, text, each) for kind, each in made if kind == "v1a")


def _verifies(public: bytes, text: bytes, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature), text)
    except InvalidSignature:
        return False
    return True


@dataclass
class Receiver:
    """Answers 204, or what it was told to answer next."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    always: int = 204
    before: Callable[[], Awaitable[None]] | None = None
    """What it waits for before it answers."""
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hooks"

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.received]

    def will_answer(self, *statuses: int, headers: dict[str, str] | None = None) -> None:
        self.answers += [web.Response(status=status, headers=headers) for status in statuses]

    def forget(self) -> None:
        self.received.clear()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hooks", self._hear)
        app.router.add_post("/inside", self._hear)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await self._listen()

    async def _listen(self) -> None:
        assert self._runner
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner
        await self._runner.cleanup()

    async def _hear(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, await request.read()))
        if self.before:
            await self.before()
        return self.answers.pop(0) if self.answers else web.Response(status=self.always)


def ids_of(received: Iterable[Received]) -> set[str]:
    return {each.id for each in received}


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: Sequence[Any]) -> Iterator[Iterator[str]]:
    """A program that runs for the length of a block, and the lines that it prints."""
    program = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    assert program.stdout
    try:
        yield (line.rstrip("\n") for line in program.stdout)
    finally:
        program.terminate()
        program.wait(timeout=10)
        program.stdout.close()
