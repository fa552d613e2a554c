"""Where a delivery may go, row by row: addresses, CIDRs, URLs, names that change their mind."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.webhooks.addresses import NEVER, approvable, is_open, may_connect, target_of
from gateway.webhooks.sending import Sender
from gateway.webhooks.vocabulary import AttemptOutcome
from kernel import clock

ANYWHERE = ["0.0.0.0/0", "::/0"]

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.254.0.0",
    "172.16.10.65",
    "172.31.255.255",
    "192.168.10.65",
    "100.64.0.1",
    "100.100.0.0",
    "100.127.255.255",
    "169.254.169.254",
    "169.254.45.1",
    "192.0.0.0",
    "192.0.0.8",
    "192.0.0.255",
    "192.0.2.255",
    "192.88.99.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.65",
    "203.0.113.6",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "250.10.20.30",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]

OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "114.114.114.114",
    "223.5.5.5",
    "2001:4860:4860::8888",
    "2400:3200::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_open_to_no_wide_approval(address: str) -> None:
    assert not may_connect(address, ANYWHERE)
    assert not may_connect(address, ["8.0.0.0/6", "1.0.0.0/8", "2000::/3"])


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_open_where_its_cidr_is_pinned_and_not_beside(address: str) -> None:
    size = 32 if ":" not in address else 128

    assert may_connect(address, [f"{address}/{size}"])
    assert not may_connect(address, ["9.9.9.0/24", "2606:4700::/32"])
    assert not may_connect(address, [])


@pytest.mark.parametrize("cidr", NEVER)
def test_what_is_reserved_can_neither_be_pinned_nor_reached(cidr: str) -> None:
    network = ip_network(cidr)

    assert not approvable(network)
    assert not approvable(network.supernet())
    for address in (network[0], network[-1]):
        if str(address) != "::1":
            assert not may_connect(str(address), [cidr])


@pytest.mark.parametrize(
    ("cidr", "address", "beside"),
    [
        ("10.23.0.0/16", "10.23.4.5", "10.24.0.1"),
        ("172.20.1.0/24", "172.20.1.9", "172.20.2.9"),
        ("192.168.7.0/24", "192.168.7.1", "192.168.8.1"),
        ("100.64.8.0/22", "100.64.9.1", "100.64.12.1"),
        ("fd00:1::/48", "fd00:1::5", "fd00:2::5"),
        ("127.0.0.0/8", "127.0.0.1", "::1"),
        ("::1/128", "::1", "127.0.0.1"),
    ],
)
def test_a_private_network_is_open_where_a_cidr_within_it_is_pinned(
    cidr: str, address: str, beside: str
) -> None:
    assert approvable(ip_network(cidr))
    assert may_connect(address, [cidr])
    assert not may_connect(beside, [cidr])


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "8.0.0.0/5", "172.0.0.0/8", "2000::/3"])
def test_a_cidr_that_mixes_inside_and_outside_cannot_be_pinned(cidr: str) -> None:
    assert not approvable(ip_network(cidr))


REFUSED_URLS = [
    "",
    "hooks.example.cn",
    "//hooks.example.cn/",
    "ftp://hooks.example.cn/",
    "file:///etc/passwd",
    "https://",
    "https:///path",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://0177.0.0.01/",
    "https://1.1.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://hooks.example.cn.127/",
    "https://hooks.example.cn.0x7f/",
    "https://①②⑦.⓪.⓪.①/",
    "https://ⓛocalhost/",
    "https://hooks。example.cn/",
    "https://пример.cn/",
    "https://user@hooks.example.cn/",
    "https://user:pass@hooks.example.cn/",
    "https://hooks.example.cn@127.0.0.1/",
    "https://hooks.example.cn:443@127.0.0.1/",
    "https://hooks.example.cn\\@127.0.0.1/",
    "https://hooks.example.cn\\.evil.cn/",
    "https://hooks.example.cn/#fragment",
    "https://hooks.example.cn#@127.0.0.1/",
    "https://hooks.example.cn?@127.0.0.1/",
    "https://hooks.example.cn:0/",
    "https://hooks.example.cn:65536/",
    "https://hooks.example.cn:443443/",
    "https://hooks.example.cn:４４３/",
    "https://hooks.example.cn:/",
    "https://hooks.example.cn:-1/",
    "https://hooks..example.cn/",
    "https://.example.cn/",
    "https://example.cn./",
    "https://-a.example.cn/",
    "https://a_b.example.cn/",
    "https://hooks%2eexample.cn/",
    "https://hooks.example.cn%00.evil.cn/",
    "https://hooks.example.cn /",
    " https://hooks.example.cn/",
    "https://hooks.example.cn/ ",
    "https://hooks.example.cn/a b",
    "https://hooks.example.cn/\t",
    "https://hooks.example.cn/\r\nHost: inside",
    "https://hooks.example.cn/\x00",
    "https://hooks.example.cn/路径",
    f"https://{'a' * 64}.example.cn/",
    f"https://hooks.example.cn/{'a' * 500}",
]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_url_that_may_mean_something_else_is_refused(url: str) -> None:
    assert target_of(url) is None


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://hooks.example.cn", True),
        ("https://HOOKS.example.cn/a/b?c=d&e=%20", True),
        ("https://hooks.example.cn:443/", True),
        ("https://hooks.example.cn:8443/", True),
        ("https://xn--fiq228c.cn/", True),
        ("https://hooks.example.cn:22/", False),
        ("https://hooks.example.cn:80/", False),
        ("https://hooks.example.cn:5432/", False),
        ("http://hooks.example.cn/", False),
        ("http://hooks.example.cn:443/", False),
    ],
)
def test_deliveries_go_to_https_at_two_ports(url: str, is_fine: bool) -> None:
    target = target_of(url)

    assert target is not None
    assert is_open(target, ["114.114.114.0/24"]) == is_fine
    assert is_open(target, ["127.0.0.0/8", "::1/128"])
    assert is_open(target, ["127.0.0.0/8", "10.0.0.0/8"]) == is_fine


class Canary:
    """Listens on this machine and counts who connects."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._tls = tls
        self.port = 0
        self._meetings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Canary":
        self._server = await asyncio.start_server(self._met, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()
        await asyncio.gather(*self._meetings)

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._meetings.add(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _sent(sender: Sender, url: str, cidrs: Sequence[str]) -> AttemptOutcome:
    return (await sender.send(url, b"{}", {}, cidrs)).outcome


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_every_address_of_a_name_must_be_pinned(answers: list[str]) -> None:
    async def story() -> None:
        async with Canary() as canary:
            sender = Sender(lambda host, port: _answer(answers))
            url = f"https://partner.example:{8443}/"
            assert await _sent(sender, url, ["8.8.8.0/24"]) == AttemptOutcome.NOT_APPROVED
            assert canary.connections == 0

    asyncio.run(story())


def test_a_name_that_changes_between_check_and_connection_leads_to_what_was_checked() -> None:
    async def story() -> None:
        async with Canary() as checked, Canary() as canary:
            asked: list[str] = []

            async def rebinding(host: str, port: int) -> Sequence[str]:
                asked.append(host)
                return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

            url = f"http://rebinding.example:{checked.port}/"
            done = await _sent(Sender(rebinding), url, ["127.0.0.0/8"])
            assert done == AttemptOutcome.DELIVERED
            assert len(asked) == 1, "resolved once"
            assert (checked.connections, canary.connections) == (1, 0)

    asyncio.run(story())


def test_no_socket_is_made_for_an_address_literal_even_if_one_slips_through() -> None:
    """aiohttp asks no resolver for a literal; the factory of sockets sees it all the same."""

    async def story() -> None:
        async with Canary() as canary:
            with pytest.MonkeyPatch.context() as patch:
                target = target_of(f"http://name.example:{canary.port}/")
                patch.setattr("gateway.webhooks.sending.target_of", lambda url: target)
                sender = Sender(lambda host, port: _answer(["8.8.8.8"]))
                url = f"http://127.0.0.1:{canary.port}/"
                patch.setattr("gateway.webhooks.sending.is_open", lambda target, cidrs: True)
                assert await _sent(sender, url, ["8.8.8.0/24"]) == AttemptOutcome.NOT_APPROVED
            assert canary.connections == 0

    asyncio.run(story())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with Canary() as proxy, Canary() as receiver:
            for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            url = f"http://localhost:{receiver.port}/"
            sender = Sender(lambda host, port: _answer(["127.0.0.1"]))
            assert await _sent(sender, url, ["127.0.0.0/8"]) == AttemptOutcome.DELIVERED
            assert (proxy.connections, receiver.connections) == (0, 1)

    asyncio.run(story())


def test_a_receiver_that_does_not_speak_tls_or_is_not_there_is_told_apart() -> None:
    async def story() -> None:
        async with Canary() as canary:
            sender = Sender(lambda host, port: _answer(["127.0.0.1"]))
            secure = f"https://localhost:{canary.port}/"
            assert await _sent(sender, secure, ["127.0.0.0/8"]) == AttemptOutcome.UNTRUSTED
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        nobody = f"http://localhost:{port}/"
        assert await _sent(sender, nobody, ["127.0.0.0/8"]) == AttemptOutcome.UNREACHABLE

    asyncio.run(story())


async def _answer(addresses: list[str]) -> list[str]:
    return addresses


def test_tls_is_spoken_only_with_whom_this_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, server = an_authority_and_a_server("localhost", tmp_path)

    async def story() -> None:
        async with Canary(server) as receiver:
            url = f"https://localhost:{receiver.port}/"
            pinned = ["127.0.0.0/8"]
            stranger = Sender(lambda host, port: _answer(["127.0.0.1"]))
            assert await _sent(stranger, url, pinned) == AttemptOutcome.UNTRUSTED
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            friend = Sender(lambda host, port: _answer(["127.0.0.1"]))
            assert await _sent(friend, url, pinned) == AttemptOutcome.DELIVERED
            elsewhere = url.replace("localhost", "partner.example")
            assert await _sent(friend, elsewhere, pinned) == AttemptOutcome.UNTRUSTED

    asyncio.run(story())


def an_authority_and_a_server(name: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The certificate of an authority, and a server that has one from it for a name."""
    authority, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    ours = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of ours")])
    root = _certificate(ours, ours, authority.public_key(), is_authority=True)
    leaf = _certificate(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), ours, key.public_key(), name
    )
    (folder / "root.pem").write_bytes(root.sign(authority, SHA256()).public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(
        leaf.sign(authority, SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "root.pem", context


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    name: str | None = None,
    *,
    is_authority: bool = False,
) -> x509.CertificateBuilder:
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if name is None:
        return made
    return made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
