"""Attacks by clients of a proxy: with false headers, or from all of an IPv6 /48."""

from __future__ import annotations

import random
import socket

from tests.proofs.attacks.attack import HASHING, Attack, Door
from tests.proofs.attacks.innocents import come, log_in
from tests.proofs.attacks.past import person
from tests.support.proxy_headers import MALFORMED, SAID_OVER_TLS, v2

OF_A_NETWORK = 80
"""Clients in each /64: fewer than one address may connect."""


def header_of(client: int, of_a_network: int = 1) -> bytes:
    """Return the header of a client in 2001:db8:7::/48, with so many clients in each /64."""
    network, place = divmod(client, of_a_network)
    return f"PROXY TCP6 2001:db8:7:{network:x}::{place + 1:x} ::1 40000 60060\r\n".encode()


class ProxyAttack(Attack):
    """The base of attacks by the door behind a proxy."""

    entrance = Door.PROXY


class ProxyHeaders(ProxyAttack):
    """Clients send headers that are broken or lie, then a line, and come again, sixteen at once.

    Twisted's parser raised, and logged a traceback for each.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        dice = random.Random(4)
        lying = (
            b"PROXY TCP4 127.0.0.1 127.0.0.1 5 6\r\n",
            b"PROXY TCP6 ::ffff:127.0.0.1 ::1 5 6\r\n",
            b"PROXY TCP6 ::1 ::1 5 6\r\n",
            b"PROXY UNKNOWN\r\n",
            v2(family=0x31, body=b"/run/chat.sock".ljust(216, b"\0")),
            v2(0x20, 0, b""),
            SAID_OVER_TLS,
        )
        headers = (*MALFORMED.values(), *lying)
        self.visit(
            self.size,
            lambda _: dice.choice(headers) + b"/login root wrong horse\nfrom a false place\n",
        )


class ProxyHeadersUnended(ProxyAttack):
    """Two hundred clients send a header at a byte a second, of both versions, or none at all."""

    clients = 200
    few = 50

    def run(self) -> None:
        starts = (b"PROXY TCP4 ", b"PROXY UNKNOWN ", v2(length=4000), b"PROX", b"")
        pieces = (b"1", b"f", b"\0", b"", b"")
        fleet = self.fleet()
        for index, client in enumerate(fleet):
            self.sent += client.send(starts[index % len(starts)])
        self.pour(fleet, lambda client: pieces[client % len(pieces)], pace=1)


class ConnectionsOfANetwork(ProxyAttack):
    """Clients from all of a /48 take the places of a server, 80 in each /64, and say nothing.

    One person with a tunnel has 65,536 such networks. An innocent client comes in meanwhile.
    """

    clients = 1_120
    few = 1_120
    options = ("--connections", "1000")

    def dial(self, client: int) -> socket.socket:
        connection = super().dial(client)
        self.sent += connection.send(header_of(client, OF_A_NETWORK))
        return connection

    def run(self) -> None:
        fleet = self.fleet()
        with self.innocent(lambda: come(self.lines)):
            self.pour(fleet, lambda _: b"\n", pace=1)


class TriesOfANetwork(ProxyAttack):
    """Passwords of an account are tried from all of a /48, one from each /64, as fast as possible.

    The account's owner logs in meanwhile, from where the owner usually does.
    """

    clients = 64
    few = 16
    options = ("--allow-plaintext-passwords",)
    shared = HASHING

    def run(self) -> None:
        log_in(self.lines, person(0))
        self.prepared()
        with self.innocent(lambda: log_in(self.lines, person(0))):
            self.visit(
                self.size,
                lambda client: header_of(client) + f"/login {person(0)} wrong horse\n".encode(),
            )


class RegistrationsOfANetwork(ProxyAttack):
    """Names are registered from all of a /48, one from each /64, as fast as possible.

    An innocent client logs in meanwhile.
    """

    clients = 64
    few = 16
    options = ("--allow-plaintext-passwords",)
    shared = HASHING

    def run(self) -> None:
        dice = random.Random(4)
        with self.innocent(lambda: log_in(self.lines, person(0))):
            self.visit(
                self.size,
                lambda client: (
                    header_of(client)
                    + b"/nick n%d\n/register correct horse\n" % dice.randrange(10**9)
                ),
            )
