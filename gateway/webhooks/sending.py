"""The one request that leaves the exchange: to an address that was checked, and nowhere else.

A name is resolved once and every address it has must be pinned; the connection may use only these.
The last word has the factory of sockets, which also sees what never came through the resolver:
aiohttp does not ask it for IP literals. No redirects, no proxies of the environment, no cookies,
and of the answer nothing is read but its status and headers.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.webhooks.addresses import is_open, may_connect, target_of
from gateway.webhooks.vocabulary import AttemptOutcome

LONGEST = 15.0
"""Seconds that an attempt may take, from the name to the answer's headers."""
_CONNECT = 3.0

_BUSY = (429, 502, 504)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a name and port to the addresses it has."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one attempt."""

    outcome: AttemptOutcome
    status: int | None
    retry_after: str | None
    milliseconds: int


class NotApproved(OSError):
    """An address that nobody approved. An OSError, as what makes sockets may raise."""


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine's resolver knows for a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


class Sender:
    """Sends deliveries. One for a process: the certificates it trusts are read once."""

    def __init__(self, resolve: Resolve = addresses_of) -> None:
        self._resolve = resolve

    async def send(
        self, url: str, body: bytes, headers: Mapping[str, str], cidrs: Sequence[str]
    ) -> Answer:
        """Post a body once. `cidrs` are those pinned for the host; none: it is not approved."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        status, asked = None, None
        try:
            async with asyncio.timeout(LONGEST):
                status, asked = await self._post(url, body, headers, cidrs)
            outcome = _outcome_of(status)
        except NotApproved:
            outcome = AttemptOutcome.NOT_APPROVED
        except TimeoutError:
            outcome = AttemptOutcome.TIMED_OUT
        except (aiohttp.ClientSSLError, ssl.SSLError):
            outcome = AttemptOutcome.UNTRUSTED
        except (aiohttp.ClientError, OSError, ValueError):
            outcome = AttemptOutcome.UNREACHABLE
        return Answer(outcome, status, asked, round((loop.time() - begun) * 1000))

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str], cidrs: Sequence[str]
    ) -> tuple[int, str | None]:
        target = target_of(url)
        if target is None or not cidrs or not is_open(target, cidrs):
            raise NotApproved
        addresses = await self._resolve(target.host, target.port)
        if not addresses or not all(may_connect(each, cidrs) for each in addresses):
            raise NotApproved
        connector = aiohttp.TCPConnector(
            resolver=_Checked(addresses),
            socket_factory=_socket_to(addresses, cidrs),
            use_dns_cache=False,
            force_close=True,
            ssl=self._trusted,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=LONGEST, sock_connect=_CONNECT),
            trust_env=False,
            auto_decompress=False,
        )
        async with session:
            try:
                answer = await session.post(
                    url, data=body, headers={**_HEADERS, **headers}, allow_redirects=False
                )
            except aiohttp.ClientConnectorError as failure:
                if isinstance(failure.os_error, NotApproved):
                    raise failure.os_error from None
                raise
            answer.close()  # what its body says is not read
            return answer.status, answer.headers.get("Retry-After")

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context()


_HEADERS = {"Content-Type": "application/json", "User-Agent": "Jinqiao-Webhooks/1"}


class _Checked(AbstractResolver):
    """Knows only the addresses that were checked, whatever the name says by now."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses, for whatever name is asked."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _socket_to(
    addresses: Sequence[str], cidrs: Sequence[str]
) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    """Makes a socket for a checked address, and none for any other."""

    def made(info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if address[0] not in addresses or not may_connect(address[0], cidrs):
            raise NotApproved
        return socket.socket(family, kind, protocol)

    return made


def _outcome_of(status: int) -> AttemptOutcome:
    if 200 <= status < 300:
        return AttemptOutcome.DELIVERED
    if status == 410:
        return AttemptOutcome.GONE
    if status in _BUSY:
        return AttemptOutcome.THROTTLED
    return AttemptOutcome.REDIRECTED if 300 <= status < 400 else AttemptOutcome.REFUSED
