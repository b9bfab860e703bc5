"""Limits of connections: their number, and the rate at which each may send.

This module must not know lines, protocols or what is done about a limit.
"""

from __future__ import annotations

from ipaddress import IPv6Address as Ipv6
from math import inf
from typing import NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

from chatd.text.networks import networks_of_origin
from chatd.util.budget_table import Kind, Level
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.budgets import SERVER, Budgets, Owner, UsedUp, owner_of
from chatd.util.rate_limit import charged

BURST_SECONDS = 3.0
"""The burst that a connection may send after a rest, in seconds of its rate."""


NETWORKS_KEPT = 10_000
"""Most networks of which the pace of the last client to go is stored, some 300 bytes each."""


class Limits(NamedTuple):
    """The limits of connections; 0 switches a limit off.

    ``lines_per_second`` and ``bytes_per_second`` are the rate at which one connection is read on
    average, after a burst. ``line_seconds`` is the most time from the first byte of a line to its
    end; ``dead_after`` is the number of seconds after which a client that does not answer is let
    go. How many connections there may be is a budget: see `chatd.util.budgets`.
    """

    lines_per_second: int = 0
    bytes_per_second: int = 0
    line_seconds: int = 0
    dead_after: int = 0


class Pace:
    """The rate at which one connection is read: a leaky bucket each for lines and bytes.

    A piece is charged for after it was taken, so one piece may exceed the burst; the next one has
    to wait for that.
    """

    __slots__ = ("_bytes_paid", "_limits", "_lines_paid")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # The times at which everything that was taken so far is paid for.
        self._lines_paid = self._bytes_paid = -inf

    def spend(self, now: float, lines: float, length: int) -> None:
        """Charge for so many lines and bytes, taken at this time in seconds."""
        limits = self._limits
        if limits.lines_per_second:
            cost = lines / limits.lines_per_second
            self._lines_paid = charged(self._lines_paid, now, BURST_SECONDS, cost)
        if limits.bytes_per_second:
            cost = length / limits.bytes_per_second
            self._bytes_paid = charged(self._bytes_paid, now, BURST_SECONDS, cost)

    def take_over(self, other: Pace, now: float) -> None:
        """Have no more of the burst left than another pace, but owe nothing."""
        self._lines_paid = min(other._lines_paid, now)
        self._bytes_paid = min(other._bytes_paid, now)

    def state(self, now: float) -> list[float]:
        """Return the seconds for which it owes lines and bytes, less than nothing for a rest."""
        return [max(paid - now, -BURST_SECONDS) for paid in (self._lines_paid, self._bytes_paid)]

    def resume(self, state: list[float], now: float) -> None:
        """Go on from a state."""
        self._lines_paid, self._bytes_paid = (now + seconds for seconds in state)

    def rested(self, now: float) -> bool:
        """Return True if the whole burst is left."""
        return max(self._lines_paid, self._bytes_paid) <= now - BURST_SECONDS

    def wait(self, now: float) -> float:
        """Return the number of seconds until more may be taken; 0 for now."""
        return max(self._lines_paid - now, self._bytes_paid - now, 0.0)


class TooManyConnections(Exception):
    """No client is admitted now. ``key`` is a sentence of `chatd.i18n`, and ``limit`` is in it."""

    def __init__(self, key: str, limit: int) -> None:
        super().__init__(key, limit)
        self.key = key
        self.limit = limit


ALL_FULL = "full"
"""The key for a client that no network's limit turns away, but that of all."""

_FULL = {Level.ALL: ALL_FULL, Level.NETWORK: "address_full"}


class Place(NamedTuple):
    """The address that a connection is counted for, and the rate at which it may be read.

    ``host`` is an exact IP address, ``network`` what counts as one address (`network_of_host`);
    both are empty for a UNIX socket, and the same for a user of the machine who came through one
    (`chatd.text.networks.origin_of_user`).
    """

    host: str
    network: str
    pace: Pace | None


class Admission:
    """Counts connections in ``budgets``. One serves all addresses of a daemon.

    An address may have limits of its own: see `at_address`. A new client has what the last one to
    go from its network has left of its burst, so reconnecting is no way around a limit. (It does
    not take over the debt: it may be another client.)
    """

    def __init__(self, limits: Limits, budgets: Budgets) -> None:
        self._limits = limits
        self._counted: tuple[Budgets, ...] = (budgets,)
        self._left: dict[str, Pace] = {}  # the first one is stored longest

    def at_address(self, limits: Limits, own: Budgets) -> Admission:
        """Return the admission at one address: with its limits, and counted in ``own``, too."""
        admission = Admission(limits, own)
        admission._counted += self._counted
        admission._left = self._left
        return admission

    def change_limits(self, limits: Limits, own: BudgetLimits) -> None:
        """Have other limits at an address for those who come from now on: see `at_address`."""
        self._limits = limits
        self._counted[0].change_limits(own)

    def enter(self, host: str, now: float) -> Place:
        """Count a connection from an address, at this time in seconds, and return its place.

        Raise `TooManyConnections`, and do not count it, if there are as many as there may be.
        """
        owner = _owner_of(host)
        try:
            for budgets in self._counted:
                budgets.check(owner, (Kind.CONNECTIONS, 1))
        except UsedUp as full:
            key = _FULL.get(full.budget.level, "network_full")
            raise TooManyConnections(key, full.limit) from None
        return self._enter(host, now)

    def take_over(self, host: str) -> Place:
        """Count a connection that another process has counted, and return its place."""
        return self._enter(host, 0.0)

    def _enter(self, host: str, now: float) -> Place:
        network = networks_of_origin(host)[0]
        for budgets in self._counted:
            budgets.count(_owner_of(host), (Kind.CONNECTIONS, 1))
        return Place(host, network, self._pace(network, now))

    def _pace(self, network: str, now: float) -> Pace | None:
        """Return the pace of a new client from a network; None for no limit."""
        limits = self._limits
        if not (limits.lines_per_second or limits.bytes_per_second):
            return None
        pace = Pace(limits)
        if network in self._left:
            pace.take_over(self._left[network], now)
        return pace

    def leave(self, place: Place, now: float = 0.0) -> None:
        """Count a connection no more, which went at this time in seconds."""
        host, network, pace = place
        if network and pace is not None and not pace.rested(now):
            self._left.pop(network, None)
            self._left[network] = pace
            if len(self._left) > NETWORKS_KEPT:
                del self._left[next(iter(self._left))]
        owner = _owner_of(host)
        for budgets in self._counted:
            budgets.count(owner, (Kind.CONNECTIONS, -1))


def _owner_of(host: str) -> Owner:
    """Return the owner of a connection. One without an address counts for no network.

    The operator decides who may open a UNIX socket, and it may be a proxy that does.
    """
    return owner_of("", host) if host else SERVER


def host_of(address: object) -> str:
    """Return the IP address of a client; empty if there is none: a UNIX socket, say.

    An IPv4 address that is mapped to IPv6 is IPv4.
    """
    if isinstance(address, IPv6Address):
        ip = Ipv6(address.host.partition("%")[0])
        return str(ip.ipv4_mapped or ip)
    return address.host if isinstance(address, IPv4Address) else ""


def is_local(address: object) -> bool:
    """Return True if no network is crossed from an address: a UNIX socket, or loopback."""
    if isinstance(address, IPv6Address):
        ip = Ipv6(address.host.partition("%")[0])
        return (ip.ipv4_mapped or ip).is_loopback
    if isinstance(address, IPv4Address):
        return address.host.startswith("127.")
    return isinstance(address, UNIXAddress)
