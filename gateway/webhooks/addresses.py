"""Where a webhook may go: never inside by accident, never where nobody approved it.

Python's own `is_global` will not do: on 3.11 it passes NAT64, 6to4, multicast and more
(design, things that bite). So the ranges are written down here, with where they come from.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NEVER: dict[str, str] = {
    "0.0.0.0/8": "this network (RFC 791)",
    "169.254.0.0/16": "link-local, where clouds keep their metadata (RFC 3927)",
    "192.0.0.0/24": "protocol assignments (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.88.99.0/24": "6to4 relays (RFC 7526)",
    "198.18.0.0/15": "benchmarks (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved, and broadcast (RFC 1112, RFC 919)",
    "::/96": "unspecified, and IPv4 in disguise (RFC 4291); but for ::1",
    "::ffff:0:0/96": "IPv4 in disguise (RFC 4291)",
    "::ffff:0:0:0/96": "IPv4 translated (RFC 2765)",
    "64:ff9b::/96": "NAT64 (RFC 6052)",
    "64:ff9b:1::/48": "local NAT64 (RFC 8215)",
    "100::/64": "discard (RFC 6666)",
    "2001::/23": "protocol assignments, Teredo and ORCHID among them (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "6to4 (RFC 3056)",
    "3fff::/20": "documentation (RFC 9637)",
    "5f00::/16": "segment routing (RFC 9602)",
    "fe80::/10": "link-local (RFC 4291)",
    "fec0::/10": "site-local, given up (RFC 3879)",
    "ff00::/8": "multicast (RFC 4291)",
}
"""What no approval opens."""

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""This machine: approved for development only, and then also without TLS and at any port."""

CLOSED: tuple[Network, ...] = (
    *LOOPBACK,
    ip_network("10.0.0.0/8"),
    ip_network("100.64.0.0/10"),
    ip_network("172.16.0.0/12"),
    ip_network("192.168.0.0/16"),
    ip_network("fc00::/7"),
)
"""Private networks, the government extranet among them: open where a CIDR within one is pinned."""

_NEVER: tuple[Network, ...] = tuple(map(ip_network, NEVER))

_URL = re.compile(r"(https?)://([A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?(/[!-~]*)?")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PORTS = (443, 8443)


class Target(NamedTuple):
    """What a URL says of where it leads."""

    scheme: str
    host: str
    port: int


def approvable(cidr: Network) -> bool:
    """Whether an operator may pin a CIDR: all public, or all within one private network."""
    if any(_within(cidr, closed) for closed in CLOSED):
        return True
    return not any(cidr.overlaps(other) for other in (*_NEVER, *CLOSED) if _alike(cidr, other))


def is_for_development(cidrs: Iterable[str]) -> bool:
    """Whether nothing but this machine is meant."""
    return all(any(_within(ip_network(cidr), own) for own in LOOPBACK) for cidr in cidrs)


def may_connect(address: str, cidrs: Iterable[str]) -> bool:
    """Whether a connection to this address may be opened under the CIDRs that were pinned.

    A CIDR that nobody could pin opens nothing, however it got here.
    """
    found = ip_address(address)
    pinned = map(ip_network, cidrs)
    return any(_holds(cidr, found) and approvable(cidr) for cidr in pinned)


def target_of(url: str) -> Target | None:
    """Where a URL leads; None for one that means different things to different readers.

    Nothing but ASCII, no user, no fragment, no backslash, and a host that is a name: `getaddrinfo`
    reads 2130706433, 0x7f000001, 127.1 and 017700000001 as addresses.
    """
    found = _URL.fullmatch(url)
    if found is None or "#" in url or "\\" in url or len(url) > 500:
        return None
    scheme, host, port, _ = found.groups()
    number = int(port) if port else {"http": 80, "https": 443}[scheme]
    if not is_name(host.lower()) or not 0 < number < 65536:
        return None
    return Target(scheme, host.lower(), number)


def is_name(host: str) -> bool:
    """Whether a host is a name and can be nothing else."""
    labels = host.split(".")
    last = labels[-1]
    looks_like_a_number = last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last)
    return not looks_like_a_number and all(map(_LABEL.fullmatch, labels)) and len(host) <= 253


def is_open(target: Target, cidrs: Iterable[str]) -> bool:
    """Whether scheme and port are allowed: https at 443 or 8443, but for development."""
    if is_for_development(cidrs):
        return True
    return target.scheme == "https" and target.port in _PORTS


def _alike(one: Network, other: Network) -> bool:
    return one.version == other.version


def _within(cidr: Network, network: Network) -> bool:
    return _alike(cidr, network) and cidr.subnet_of(network)  # type: ignore[arg-type]


def _holds(network: Network, address: Address) -> bool:
    return address.version == network.version and address in network
