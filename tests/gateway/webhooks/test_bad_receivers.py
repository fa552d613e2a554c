"""Receivers that are slow, endless or silent cost themselves time, and nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from gateway.webhooks import sending
from gateway.webhooks.sending import Answer, Sender
from gateway.webhooks.vocabulary import AttemptOutcome
from tests.gateway.webhooks.receiving import LOOPBACK, Receiver
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

Write = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and never says anything."""
    await reader.read(-1)


async def drops(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte of the headers now and then."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"." * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Headers without end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"." * 4000 + b"\r\n")
        await writer.drain()


async def endless_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An answer whose body never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"." * 0x1000 + b"\r\n")
        await writer.drain()


async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """No HTTP at all."""
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await writer.drain()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hangs up at once."""
    writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (silence, AttemptOutcome.TIMED_OUT),
        (drops, AttemptOutcome.TIMED_OUT),
        (endless_headers, AttemptOutcome.UNREACHABLE),
        (endless_body, AttemptOutcome.DELIVERED),
        (nonsense, AttemptOutcome.UNREACHABLE),
        (reset, AttemptOutcome.UNREACHABLE),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_bad_receiver_is_left_after_its_time(
    answer: Write, outcome: AttemptOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST", 0.5)

    async def story() -> Answer:
        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await answer(reader, writer)
            except (OSError, asyncio.CancelledError):
                pass
            finally:
                writer.transport.abort()

        meetings: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(
            lambda *pair: meetings.add(asyncio.create_task(met(*pair))), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        sent = await Sender().send(f"http://localhost:{port}/", b"{}", {}, LOOPBACK)
        for each in meetings:
            each.cancel()
        await asyncio.gather(*meetings)
        server.close()
        await server.wait_closed()
        return sent

    sent = asyncio.run(story())

    assert sent.outcome == outcome
    assert sent.milliseconds < 3000


def test_a_slow_receiver_holds_nobody_up(
    visit: Callable[..., Visitor],
    listening: Callable[..., dict[str, Any]],
    receiver: Receiver,
    portal: BlockingPortal,
    drain: Callable[[], None],
) -> None:
    slow_bank, bank = visit("bank"), visit("bank")
    slow = Receiver()
    portal.call(slow.start)
    listening(bank)
    listening(slow_bank, url=slow.url)
    done: list[str] = []
    portal.call(hold_back, slow, done, receiver)
    push(slow_bank, "contracts", a_contract(a_person()))
    push(bank, "contracts", a_contract(a_person()))

    drain()

    assert receiver.types == slow.types == ["contract.recorded"]
    assert done == ["others were told"], "the slow one answers when the other has been told"
    portal.call(slow.stop)


async def hold_back(slow: Receiver, done: list[str], other: Receiver) -> None:
    """Let one receiver answer only when another has heard."""

    async def wait() -> None:
        while not other.received:
            await asyncio.sleep(0.01)
        done.append("others were told")

    slow.before = wait
