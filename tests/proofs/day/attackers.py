"""Attackers who have as much stored in a day as they may, as one owner or as many.

An owner is a guest, an account, a network, or all together. Its attackers send through several
connections, each another kind of line, and try again whenever they were refused. This module must
not know limits: it sees what is refused, and the size of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress

from tests.proofs.day.clients import Refused
from tests.proofs.day.disk import DEEDS, Attacker, Disk
from tests.support.sentences import EN
from tests.support.world import PASSWORD

DAY_SECONDS = 86_400.0

AGAIN_SECONDS = 600.0
"""Seconds until an attacker who was refused tries again."""

AT_ONCE = 8
"""Deeds that are sent before the attacker looks if one was refused."""

SENT = (
    "long lines of Chinese",
    "short lines",
    "long lines",
    "private lines",
    "topics",
    "long lines of rare characters",
)
"""The deeds of an owner's connections, in turns."""


class Place(NamedTuple):
    """An address of attackers, and the name of the account that they log in to, "" for guests."""

    address: IAddress
    account: str = ""


class Owner(NamedTuple):
    """Attackers who count as one owner, with so many connections from each place.

    ``most`` is the number of bytes that they may have on disk after a day. ``options`` are those of
    the daemon.
    """

    places: Sequence[Place]
    most: int
    options: Sequence[str] = ()
    connections: int = len(SENT)


def ipv4(number: int) -> IAddress:
    """Return an IPv4 address."""
    return IPv4Address("TCP", f"198.51.{number // 250}.{number % 250 + 1}", 40_000)


def of_one_64(number: int) -> IAddress:
    """Return an address of one IPv6 /64."""
    return IPv6Address("TCP", f"2001:db8:7:1::{number + 1:x}", 40_000)


def of_one_48(number: int) -> IAddress:
    """Return an address of one IPv6 /48, each in another /64."""
    return IPv6Address("TCP", f"2001:db8:9:{number + 1:x}::1", 40_000)


MIB, GIB = 1 << 20, 1 << 30

OWNERS: dict[str, Owner] = {
    "one guest": Owner([Place(ipv4(0))], 256 * MIB),
    "one account": Owner([Place(ipv4(number), "eve") for number in range(3)], GIB),
    "one IPv4 address": Owner(
        [*(Place(ipv4(0), f"eve{number}") for number in range(4)), Place(ipv4(0))], 2 * GIB
    ),
    "one IPv6 /64": Owner(
        [
            *(Place(of_one_64(number)) for number in range(12)),
            *(Place(of_one_64(number), f"eve{number}") for number in range(2)),
        ],
        2 * GIB,
    ),
    "all together, with --max-store 256M": Owner(
        [
            *(Place(ipv4(number)) for number in range(6)),
            *(Place(ipv4(number), f"eve{number}") for number in range(6)),
            *(Place(of_one_48(number)) for number in range(6)),
        ],
        256 * MIB,
        ("--max-store", "256M"),
    ),
}
"""The owners of the bar. For all together, the limit is a part of what each of them may have."""


def attack(disk: Disk, owner: Owner, seconds: float = DAY_SECONDS) -> int:
    """Let an owner send for a day, or less. Return the number of bytes on disk after it."""
    daemon = disk.daemon
    victim = Attacker(daemon, IPv4Address("TCP", "192.0.2.99", 40_000))
    victim.type("/nick victim", f"/register {PASSWORD}")
    disk.rest(5)
    victim.hang_up()
    ends = daemon.clock.seconds() + seconds
    numbers = count()
    for place in owner.places:
        for connection in range(owner.connections):
            name = SENT[connection % len(SENT)]
            daemon.begin("attacker", _send(disk, place, name, numbers, ends))
    daemon.run(ends)
    disk.used()  # which waits for the index
    return disk.size


async def _send(disk: Disk, place: Place, name: str, numbers: Iterator[int], ends: float) -> None:
    """Send deeds of a kind, from a place, until a second of the clock."""
    daemon, deed = disk.daemon, DEEDS[name]
    attacker = Attacker(daemon, place.address)
    if place.account:
        await _log_in(attacker, place.account)
    attacker.type(f"/join room{next(numbers)}")
    await daemon.pause(5)
    while daemon.clock.seconds() < ends and attacker.is_open:
        errors = len(attacker.errors)
        if attacker.drained:
            for _ in range(AT_ONCE):
                for step in deed.steps(next(numbers)):
                    attacker.do(step)
        await daemon.pause(1)
        if len(attacker.errors) > errors:
            await daemon.pause(AGAIN_SECONDS)


async def _log_in(attacker: Attacker, name: str) -> None:
    """Log in to an account, or register it if no other attacker has."""
    is_in = EN.notice("you_are", name=name)
    while True:
        with suppress(Refused):
            await attacker.ask(f"/login {name} {PASSWORD}", is_in)
            return
        with suppress(Refused):
            await attacker.ask(f"/nick {name}", is_in)
            await attacker.ask(f"/register {PASSWORD}", EN.notice("registered", name=name))
            return
        await attacker.daemon.pause(60)
