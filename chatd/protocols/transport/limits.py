"""What one connection may take, so that the others have enough: how many come in, and how fast.

Pure counting. This module must not know lines, protocols or what is done about a limit.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Address as Ipv6
from ipaddress import ip_address
from math import inf
from typing import NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from chatd.text.validation import network_of_host
from chatd.util.rate_limit import charged

BURST_SECONDS = 3.0
"""What a connection may send at once after a rest, as so many seconds of its rate."""


NETWORKS_KEPT = 10_000
"""Of how many networks it is kept how those who went had talked, some 300 bytes each."""


class Limits(NamedTuple):
    """What a connection may take; 0 switches a limit off.

    ``lines_per_second`` and ``bytes_per_second`` are what is taken from one on average, behind a
    burst; ``connections`` and ``connections_per_address`` how many there may be; ``line_seconds``
    how long a line may take from its first byte to its end; ``dead_after`` after how many seconds
    one who does not answer is let go.
    """

    lines_per_second: int = 0
    bytes_per_second: int = 0
    connections: int = 0
    connections_per_address: int = 0
    line_seconds: int = 0
    dead_after: int = 0


class Pace:
    """How fast one connection is read: a leaky bucket each for lines and bytes.

    What was taken is spent afterwards, so one piece may go beyond the burst; that is waited for.
    """

    __slots__ = ("_bytes_paid", "_limits", "_lines_paid")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # The times at which what was taken so far is paid for.
        self._lines_paid = self._bytes_paid = -inf

    def spend(self, now: float, lines: float, length: int) -> None:
        """So many lines and bytes were taken, at this time in seconds."""
        limits = self._limits
        if limits.lines_per_second:
            cost = lines / limits.lines_per_second
            self._lines_paid = charged(self._lines_paid, now, BURST_SECONDS, cost)
        if limits.bytes_per_second:
            cost = length / limits.bytes_per_second
            self._bytes_paid = charged(self._bytes_paid, now, BURST_SECONDS, cost)

    def take_over(self, other: Pace, now: float) -> None:
        """Have no more of a burst left than that one, but owe nothing."""
        self._lines_paid = min(other._lines_paid, now)
        self._bytes_paid = min(other._bytes_paid, now)

    def rested(self, now: float) -> bool:
        """Whether there is a whole burst left."""
        return max(self._lines_paid, self._bytes_paid) <= now - BURST_SECONDS

    def wait(self, now: float) -> float:
        """In how many seconds more may be taken; 0 when it may be now."""
        return max(self._lines_paid - now, self._bytes_paid - now, 0.0)


class TooManyConnections(Exception):
    """Nobody may come in now. Names a sentence of `chatd.i18n`, and its ``limit``."""

    def __init__(self, key: str, limit: int) -> None:
        super().__init__(key, limit)
        self.key = key
        self.limit = limit


class Admission:
    """Counts who is connected, in all and from each network. One for all addresses of a daemon.

    A newcomer has what is left of the burst of the last one to go from their network, so that to
    go and come again is no way around a limit. (Not their debt: it may be somebody else.)
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._networks: Counter[str] = Counter()
        self._connections = 0
        self._left: dict[str, Pace] = {}  # the longest kept first

    def enter(self, network: str) -> None:
        """Count one in. Raises `TooManyConnections`, and does not, when there are as many as there
        may be."""
        most, most_of_one = self._limits.connections, self._limits.connections_per_address
        if most and self._connections >= most:
            raise TooManyConnections("full", most)
        if network and most_of_one and self._networks[network] >= most_of_one:
            raise TooManyConnections("address_full", most_of_one)
        self._connections += 1
        self._networks[network] += 1

    def pace(self, network: str, now: float) -> Pace | None:
        """How fast a newcomer from there may be; None for as fast as they like."""
        limits = self._limits
        if not (limits.lines_per_second or limits.bytes_per_second):
            return None
        pace = Pace(limits)
        if network in self._left:
            pace.take_over(self._left[network], now)
        return pace

    def leave(self, network: str, pace: Pace | None = None, now: float = 0.0) -> None:
        """Count one out, who went at that pace, at this time in seconds."""
        if network and pace is not None and not pace.rested(now):
            self._left.pop(network, None)
            self._left[network] = pace
            if len(self._left) > NETWORKS_KEPT:
                del self._left[next(iter(self._left))]
        self._connections -= 1
        self._networks[network] -= 1
        if not self._networks[network]:
            del self._networks[network]


def network_of(address: object) -> str:
    """The network that counts as one address; empty for what has none, such as a UNIX socket.

    See `chatd.text.validation.network_of_host`.
    """
    if isinstance(address, IPv6Address):
        return network_of_host(address.host)
    return address.host if isinstance(address, IPv4Address) else ""


def is_local(address: object) -> bool:
    """Whether what comes from there crosses no network: a UNIX socket, or this machine's own."""
    if isinstance(address, IPv6Address):
        ip = Ipv6(address.host.partition("%")[0])
        return (ip.ipv4_mapped or ip).is_loopback
    if isinstance(address, IPv4Address):
        return ip_address(address.host).is_loopback
    return isinstance(address, UNIXAddress)
