"""What the gateway passes on to a service in another process, and what it says if it cannot."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import forward
from gateway.forward import Forward
from jinqiao.serving import Server

Listen = Callable[[ASGIApp], AbstractContextManager[str]]
REQUEST_ID = "00000000-0000-7000-8000-000000000001"


class Heard(NamedTuple):
    """What a service was sent."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    parts: list[bytes]


class Echo:
    """A service that remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        target = scope["raw_path"] + b"?" + scope["query_string"]
        self.heard.append(Heard(scope["method"], target, scope["headers"], parts))
        headers = [
            (b"content-type", b"text/plain"),
            (b"connection", b"x-private"),
            (b"x-private", b"1"),
            (b"proxy-authenticate", b"Basic"),
            (b"etag", b'"7"'),
            (b"set-cookie", b"a=1"),
            (b"set-cookie", b"b=2"),
        ]
        await send({"type": "http.response.start", "status": 203, "headers": headers})
        await send({"type": "http.response.body", "body": b"heard"})


def numbered(app: ASGIApp) -> ASGIApp:
    """An app as the door calls it."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "request_id": REQUEST_ID, "layer": "loans"}, receive, send)

    return door


@pytest.fixture
def listen(portal: BlockingPortal) -> Listen:
    """`listen(app)`: an app on a port of this machine, and its address."""

    @contextmanager
    def listen(app: ASGIApp) -> Iterator[str]:
        server = Server(app)
        with socket.create_server(("127.0.0.1", 0)) as door:
            done = portal.start_task_soon(server.serve, [door])
            host, port = door.getsockname()
            yield f"http://{host}:{port}"
            server.force_exit = True
            portal.call(server.stop)
            done.result()

    return listen


@pytest.fixture
def gateway(portal: BlockingPortal, listen: Listen) -> Callable[[str], AbstractContextManager[str]]:
    """`gateway(address)`: a gateway that passes everything on to this address."""

    @contextmanager
    def gateway(address: str) -> Iterator[str]:
        passing = Forward("loans", address)
        with listen(numbered(passing)) as where:
            yield where
            portal.call(passing.close)

    return gateway


def test_a_request_arrives_as_it_was_sent(listen: Listen, gateway: Any) -> None:
    echo = Echo()
    sent = [
        ("Authorization", "Bearer x"),
        ("Idempotency-Key", "key-0001"),
        ("traceparent", "00-1-1-00"),
        ("X-Name", "王"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-Request-Id", "forged"),
        ("Connection", "close, X-Mine"),
        ("X-Mine", "1"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Proxy-Authorization", "Basic x"),
        ("Upgrade", "h2c"),
    ]
    with listen(echo) as service, gateway(service) as address:
        answer = httpx.post(
            f"{address}/v1/loans/a%2Fb//c?x=%20&x=1&y=a+b",
            content=b"body",
            headers=[(k.encode(), v.encode()) for k, v in sent],
        )

    [heard] = echo.heard
    assert (heard.method, heard.target) == ("POST", b"/v1/loans/a%2Fb//c?x=%20&x=1&y=a+b")
    headers = httpx.Headers(heard.headers)
    assert b"".join(heard.parts) == b"body"
    assert headers["content-length"] == "4"
    assert headers["authorization"] == "Bearer x"
    assert (b"x-name", "王".encode()) in heard.headers
    assert headers.get_list("x-twice") == ["1", "2"]
    assert headers.get_list("x-request-id") == [REQUEST_ID]
    dropped = {"x-mine", "keep-alive", "te", "proxy-authorization", "upgrade", "expect"}
    assert dropped.isdisjoint(headers)
    assert answer.status_code == 203
    assert answer.text == "heard"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["etag"] == '"7"'
    assert {"x-private", "proxy-authenticate"}.isdisjoint(answer.headers)
    assert len(answer.headers.get_list("date")) == 1


def test_bodies_stream_both_ways(listen: Listen, gateway: Any, portal: BlockingPortal) -> None:
    """The service answers each part as it comes, so neither side can have waited for the end."""

    async def parrot(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            if message.get("body"):
                await send({**message, "type": "http.response.body", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def talk(address: str) -> list[bytes]:
        reader, writer = await asyncio.open_connection(*address.removeprefix("http://").split(":"))
        writer.write(b"POST /v1/loans HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        heard = []
        for word in (b"one", b"two", b"three"):
            writer.write(b"%x\r\n%s\r\n" % (len(word), word))
            heard.append(await asyncio.wait_for(reader.readuntil(word), 5))
        writer.write(b"0\r\n\r\n")
        heard.append(await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5))
        writer.close()
        return heard

    with listen(parrot) as service, gateway(service) as address:
        heard = portal.call(talk, address)

    assert heard[0].startswith(b"HTTP/1.1 200")
    assert len(heard) == 4


def test_a_large_file_goes_through_both_ways_unchanged(listen: Listen, gateway: Any) -> None:
    echo = Echo()
    big = bytes(range(256)) * 40_000

    async def giver(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", str(len(big)).encode()), (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": big})

    def in_parts() -> Iterator[bytes]:
        for start in range(0, len(big), 100_000):
            yield big[start : start + 100_000]

    with listen(echo) as service, gateway(service) as address:
        httpx.put(address + "/v1/loans/x", content=in_parts())
    with (
        listen(giver) as service,
        gateway(service) as address,
        httpx.stream("GET", address + "/") as answer,
    ):
        got = b"".join(answer.iter_raw())

    assert b"".join(echo.heard[0].parts) == big
    assert got == big
    assert answer.headers["content-encoding"] == "gzip"  # passed on as it is, not unpacked


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["code"], told["layer"]) == (status, code, "gateway")
    assert told["retryable"] is True
    assert told["instance"] == f"urn:uuid:{REQUEST_ID}"
    assert int(answer.headers["retry-after"]) >= 1
    return told


def test_a_service_that_is_away_is_503_and_says_which(gateway: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    with gateway(f"http://127.0.0.1:{port}") as address:
        for method in ("GET", "POST"):
            told = problem(httpx.request(method, address + "/"), 503, "service-unavailable")

    assert "loans" in told["detail"]
    assert str(port) not in told["detail"]


@contextmanager
def hanging_up(portal: BlockingPortal, after: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A service that hears a request out, says some bytes, and hangs up."""
    heard: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(after)
        await writer.drain()
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(once, "127.0.0.1", 0)

    server = portal.call(start)
    host, port = server.sockets[0].getsockname()
    yield f"http://{host}:{port}", heard
    portal.call(server.close)


def test_a_post_that_got_no_answer_is_not_sent_again(gateway: Any, portal: BlockingPortal) -> None:
    with hanging_up(portal, b"") as (service, heard), gateway(service) as address:
        told = problem(httpx.post(address + "/"), 503, "service-unavailable")

    assert len(heard) == 1
    assert "Idempotency-Key" in told["detail"]


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(
    gateway: Any, portal: BlockingPortal
) -> None:
    for length in (b"Content-Length: 100000", b"Transfer-Encoding: chunked"):
        half = b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n5\r\nhello\r\n"
        with (
            hanging_up(portal, half) as (service, _),
            gateway(service) as address,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            httpx.get(address + "/")


def test_a_service_that_stays_silent_is_504(
    listen: Listen, gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "SILENT_SECONDS", 0.2)

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1)

    with listen(silent) as service, gateway(service) as address:
        problem(httpx.post(address + "/", content=b"x"), 504, "service-too-slow")


def test_who_hangs_up_is_not_answered_and_the_service_stops_too(
    listen: Listen, gateway: Any, portal: BlockingPortal
) -> None:
    stopped = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 10_000

        await send({"type": "http.response.start", "status": 200, "headers": []})
        gone = asyncio.ensure_future(until_gone(receive))
        async for part in parts():
            if gone.done():
                stopped.set()
                return
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(0)

    async def until_gone(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with listen(endless) as service, gateway(service) as address:
        with httpx.stream("GET", address + "/") as answer:
            assert next(answer.iter_raw())
        portal.call(asyncio.wait_for, stopped.wait(), 5)
