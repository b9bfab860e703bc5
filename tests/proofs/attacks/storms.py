"""Attacks by clients that connect and disconnect."""

from __future__ import annotations

import random
import socket
import ssl
from contextlib import suppress

from tests.proofs.attacks.attack import Attack, Door


class ConnectionStorm(Attack):
    """Connections are made and closed as fast as they are accepted, sixteen at once.

    Entering costs the server more than anything else that costs a client nothing.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        self.visit(self.size, lambda _: b"")


class CrowdFromOneAddress(Attack):
    """Five hundred connections from one address, each made again as soon as it is refused.

    A hundred are let in.
    """

    clients = 500
    few = 200
    options = ("--connections-per-address", "100")

    def dial(self, client: int) -> socket.socket:
        return super().dial(0)

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: b"here\n", pace=1)


class JsonStorm(Attack):
    """Clients switch to JSON lines, say hello and a line, and disconnect, sixteen at once.

    Each of them makes two sessions, and enters the lobby twice.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        conversation = (
            b'/json\n{"type":"hello"}\n{"type":"line","room":"lobby","text":"gone"}\n{"type":"x"}\n'
        )
        self.visit(self.size, lambda _: conversation)


class BadUtf8Storm(Attack):
    """Connections that send bytes which are not UTF-8, read nothing, close, and come again.

    A server that logs a traceback for each wrote 10 GB of log in an hour.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        self.visit(self.size, lambda _: b"\xff\xfe\n\xc3\x28\n\xed\xa0\x80\n" * 20)


class ResetStorm(Attack):
    """A valid conversation is reset at a random byte, a thousand times and more.

    A write to a lost connection, a timer of one and a line of one each caused a traceback.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        dice = random.Random(4)
        conversation = (
            b"/nick visitor\r\n/join elsewhere\r\nhello\r\n/me waves\r\n/topic what for\r\n"
            b"/history 100\r\n/who\r\n/msg guest1 psst\r\n\xff\xfd\x06/leave\r\n/text\r\n/quit\r\n"
        )
        self.visit(
            self.size,
            lambda _: conversation[: dice.randrange(len(conversation))],
            reset=True,
        )


class Descriptors(Attack):
    """More connections are made than the daemon may open files: two hundred, where it may open 128.

    Accepting fails then, as does every other opening; the connection stays in the queue, and the
    listening port ready, so that the server turns in a loop.
    """

    clients = 200
    few = 200
    files = 128

    def run(self) -> None:
        self.pour(self.fleet(), lambda _: b"here\n", pace=1)


class HalfHandshakes(Attack):
    """Two hundred TLS handshakes: half of them never begun, the others left in the middle.

    A connection without a handshake has no session yet, so limits for sessions do not apply to it.
    """

    clients = 200
    few = 50
    entrance = Door.TLS

    def run(self) -> None:
        hello = client_hello()
        fleet = self.fleet()
        for client in fleet[::2]:
            client.send(hello[: len(hello) // 2])
        self.linger()


class HandshakeStorm(HalfHandshakes):
    """TLS handshakes are begun and left, as fast as they are accepted, sixteen at once.

    A signature costs the server a hundred times what it costs to ask for one.
    """

    clients = 16
    few = 16

    def run(self) -> None:
        hello = client_hello()
        self.visit(self.size, lambda _: hello)


def client_hello() -> bytes:
    """Return the first message of a TLS client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
    return outgoing.read()
