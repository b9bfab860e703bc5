"""Networks of IP addresses: how people write them, and finding those that a network is in.

A network is a text in one form: an IPv4 address (``192.0.2.7``), or the first address and the
length in bits (``192.0.2.0/24``, ``2001:db8::/48``). A user of the machine who comes through a UNIX
socket counts as a network of its own, which is in no other one, and which no person writes
(`origin_of_user`). This module must not know sessions or bans.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_pton

from chatd.text.validation import IPV6_PREFIXES, network_of_host, networks_of_host

_USER = "uid"

IPV4_LENGTHS = range(16, 33)
IPV6_LENGTHS = range(32, 65)
"""The lengths in bits of the networks that `parse_network` takes. A shorter one is more than one
provider's, and most likely a mistake; an IPv6 /64 counts as one address."""


class NetworkFault(enum.Enum):
    """The reason for which a text is no network that may be meant."""

    FORM = "is not an address or a network"
    LENGTH = "is too wide or too narrow"
    START = "does not begin with the first address"


class InvalidNetwork(ValueError):
    """A text that is no network. ``right`` is the network that was meant, if that is known."""

    def __init__(self, reason: NetworkFault, right: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.right = right


def parse_network(text: str) -> str:
    """Return the network that a text is: an address, or a first address and a length.

    Of an IPv6 address it is the /64. Raises `InvalidNetwork`.
    """
    address, slash, length = text.partition("/")
    try:
        if not slash:
            return network_of_host(address)
        if not length.isdecimal() or "%" in address:  # a netmask; a zone, which is a link's
            raise ValueError
        network, first = ip_network(text, strict=False), ip_address(address)
    except ValueError:
        raise InvalidNetwork(NetworkFault.FORM) from None
    if network.prefixlen not in (IPV4_LENGTHS if network.version == 4 else IPV6_LENGTHS):
        raise InvalidNetwork(NetworkFault.LENGTH)
    single = network.prefixlen == network.max_prefixlen
    right = str(network.network_address) if single else str(network)
    if first != network.network_address:
        raise InvalidNetwork(NetworkFault.START, right)
    return right


def widened(network: str, length: int) -> str:
    """Return the network around an IPv6 /64 of a length of `IPV6_PREFIXES`; an IPv4 address as is.

    IPv4 addresses of one owner are not next to each other. Raises `ValueError` for other lengths.
    """
    wider = networks_of_host(network.partition("/")[0])
    return network if len(wider) == 1 else wider[IPV6_PREFIXES.index(length)]


def origin_of_user(uid: int) -> str:
    """Return what a user of the machine counts as, in the place of an address and of a network."""
    return f"{_USER}{uid}"


def origin_of(host: str, uid: int | None) -> str:
    """Return an address, or else what a user who connected counts as; "" if neither is known."""
    return origin_of_user(uid) if uid is not None and not host else host


def is_user(origin: str) -> bool:
    """Return True if an address or a network is a user of the machine."""
    return origin.startswith(_USER)


@lru_cache(maxsize=1024)
def networks_of_origin(origin: str) -> tuple[str, ...]:
    """Return the networks of an IP address, from the smallest one; of "" and of a user, itself."""
    return networks_of_host(origin) if origin and not is_user(origin) else (origin,)


class NetworkIndex:
    """An index of some networks, which finds those that a network is in, or is.

    Finding takes one look for each length that there is. Raises `ValueError` for a text that is no
    network.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: dict[tuple[int, int], dict[int, str]] = {}  # by family and length, and bits
        for network in networks:
            size, length, bits = _numbers(network)
            self._networks.setdefault((size, length), {})[bits >> (size - length)] = network

    def around(self, network: str) -> list[str]:
        """Return the networks that contain a network, or are it.

        There are none around "" and around a user of the machine.
        """
        if not (self._networks and network) or is_user(network):
            return []
        size, within, bits = _numbers(network)
        found = []
        for (family, length), networks in self._networks.items():
            if family == size and length <= within:
                wider = networks.get(bits >> (size - length))
                if wider is not None:
                    found.append(wider)
        return found


def _numbers(network: str) -> tuple[int, int, int]:
    """Return the length of an address of that family, that of the network, and the first address.

    Not by `ipaddress`, which takes ten times as long: it is asked at each turn of a client in a
    room with such a ban.
    """
    address, _, length = network.partition("/")
    try:
        packed = inet_pton(AF_INET6 if ":" in address else AF_INET, address)
        size = 8 * len(packed)
        return size, int(length or size), int.from_bytes(packed, "big")
    except (OSError, ValueError):
        raise ValueError(f"{network!a} is no network") from None
