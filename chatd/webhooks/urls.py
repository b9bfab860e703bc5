"""Destinations of hooks: their URLs, and the addresses that these may lead to.

A URL from a person is parsed here once, and composed again from parts each of which is known to be
harmless, so that the HTTP client cannot read it in another way.

Pure. This module must not look up a name, nor know what is posted or the wording of an error.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import NamedTuple

MAX_URL = 1000
"""Most characters of a URL."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ANYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))

# IANA's registries of special-purpose addresses (RFC 6890, as of 2025), and multicast. They are
# listed here because the result of Python's `is_global` changed between its versions.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network: Linux treats it as this machine
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT (RFC 6598)
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's host, whose address is in a public range
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and other protocols' own
        "2001:db8::/32",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\[\]/?#:@\\]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]+)?\??(?:#.*)?",
    re.IGNORECASE,
)
"""The form of a URL. An empty query is none, as for other programs that read URLs."""

_CREDENTIALS = re.compile(r"[^/?#]*//[^/?#]*@")
_PATH = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*")  # RFC 3986 section 3.3 and 3.4
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?")
# WHATWG's URL standard: a host that ends so is an address, or wrong; resolvers take 127.1 for one.
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
_PORTS = {"http": 80, "https": 443}
_PRIVILEGED_PORTS = range(1024)


class UrlFault(enum.Enum):
    """The reason for which a text is not the URL of a hook."""

    FORM = "is no such URL"
    TOO_LONG = "too long"
    CREDENTIALS = "has a name or a password in it"
    NOT_ASCII = "its path is not ASCII"


class InvalidUrl(ValueError):
    """A text that is not the URL of a hook. ``reason`` is the reason."""

    def __init__(self, reason: UrlFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Destination(NamedTuple):
    """A URL in its parts, each in ASCII.

    ``host`` is a name or an address without brackets, ``target`` the path and the query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """The whole URL."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.origin}{port}{self.target}"

    @property
    def origin(self) -> str:
        """Scheme and host, which may be shown to everybody. Paths are often secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}"

    @property
    def known_addresses(self) -> list[Address]:
        """The addresses of the host, if they are known without a look-up; else empty."""
        name = self.host.removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 section 6.3
            return [ip_address("127.0.0.1"), ip_address("::1")]
        try:
            return [ip_address(self.host)]
        except ValueError:
            return []


def destination_of(text: str) -> Destination:
    """Parse the URL of a hook. Raise `InvalidUrl` if it is not valid."""
    if len(text) > MAX_URL:
        raise InvalidUrl(UrlFault.TOO_LONG)
    if _CREDENTIALS.match(text):
        raise InvalidUrl(UrlFault.CREDENTIALS)
    match = _URL.fullmatch(text)
    if match is None:
        raise InvalidUrl(UrlFault.FORM)
    scheme = match["scheme"].lower()
    port = int(match["port"] or _PORTS[scheme])
    host = _host(match["host"])
    if not 1 <= port <= 65535:
        raise InvalidUrl(UrlFault.FORM)
    target = (match["path"] or "/") + (match["query"] or "")
    if not target.isascii():
        raise InvalidUrl(UrlFault.NOT_ASCII)
    if not _PATH.fullmatch(target):
        raise InvalidUrl(UrlFault.FORM)
    return Destination(scheme, host, port, target)


def _host(written: str) -> str:
    try:
        if written.startswith("["):
            return str(IPv6Address(written[1:-1]))
        # IDNA of 2003, which is the one in Python. It also turns full-width digits into plain ones.
        host = written.encode("idna").decode("ascii").lower()
        if _ENDS_IN_NUMBER.fullmatch(host):
            return str(IPv4Address(host))
    except (AddressValueError, UnicodeError):
        raise InvalidUrl(UrlFault.FORM) from None
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise InvalidUrl(UrlFault.FORM)
    return host


def is_port_allowed(port: int) -> bool:
    """Return True if a hook may lead to a port: those of HTTP, and those that are no system's.

    Other services listen on the others, such as mail, and some read commands in an HTTP request.
    """
    return port in _PORTS.values() or port not in _PRIVILEGED_PORTS


def networks_of(text: str) -> tuple[Network, ...]:
    """Return the networks of an option: a network, an address, or ``any``. Raise `ValueError`."""
    return ANYWHERE if text == "any" else (ip_network(text),)


def plain(address: Address) -> Address:
    """Return an address, or the IPv4 address if it is one mapped to IPv6."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address to which NAT64 or 6to4 translates an IPv6 address, if any."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Return True if an address is in one of some networks."""
    address = plain(address)
    return any(address in network for network in networks)


def is_public(address: Address) -> bool:
    """Return True if an address is in a range that can be reached from all of the internet.

    It may be this machine's own: that is not known here.
    """
    address = plain(address)
    if isinstance(address, IPv4Address):
        return not is_within(address, _NOT_PUBLIC_4)
    inner = embedded(address)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and not is_within(address, _NOT_PUBLIC_6)


def may_lead(to: Destination, allowed: Sequence[Network]) -> bool:
    """Return True if a hook may lead to a destination, as far as is known without a look-up."""
    known = to.known_addresses
    return not known or any(is_within(each, allowed) or is_public(each) for each in known)
