"""Checks of clients: those that have begun something are checked, as if all clients were.

The model is plain: every few seconds it checks every client. So it is simple, and takes long.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.testing import StringTransport
from zope.interface import directlyProvides

from chatd.protocols.transport.factory import CHECK_SECONDS, ChatFactory
from chatd.protocols.transport.limits import Limits
from tests.support.browser import Browser, frame
from tests.support.event_stream import Reader
from tests.support.http import HttpClient, WebWorld
from tests.support.memory_client import MemoryClient
from tests.support.world import HERE

LIMITS = Limits(line_seconds=20, dead_after=30)

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
HELLO = frame(json.dumps({"type": "hello"}).encode())
LINES = (b"ho", b"la\n", b"hola\n")
PIECES = {
    "lines": LINES,
    "TLS": (b"", *LINES),
    "HTTP": (HEAD, b"\r\n", HEAD + b"\r\n", HEAD + b"Content-Length: 2\r\n\r\n", b"x"),
    "browser": (HELLO, HELLO, HELLO, frame(b"{", fin=False), frame(b"}", 0), frame(b"", 10)),
    "stream": (b"x",),
}
"""The input of the clients of each kind. An empty piece completes a handshake of TLS."""


class SecureTransport(StringTransport):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        directlyProvides(self, ISSLTransport)


class Encrypted(MemoryClient):
    """A client over TLS, before the handshake."""

    transport_class = SecureTransport


def check_scheduled(factory: ChatFactory) -> None:
    """Check the clients of a factory as chatd does."""
    factory.check()


def check_all(factory: ChatFactory) -> None:
    """Check the clients of a factory as the model does."""
    now = factory._clock.seconds()
    for client in tuple(factory.clients):
        client.connection.check(now)


class Side:
    """One of two servers with the same clients, which are checked in a way of its own."""

    def __init__(self, check: Callable[[ChatFactory], None]) -> None:
        self.web = WebWorld(limits=LIMITS)
        self.world = self.web.world
        self.check = check
        self.clients: list[Any] = []
        self.site_waits = False
        reply = self.web.site.reply
        self.web.site.reply = lambda *asked: Deferred() if self.site_waits else reply(*asked)

    def come(self, kind: str) -> None:
        world, chat = self.world, self.world.chat
        if kind == "TLS":
            self.clients.append(Encrypted(world, chat, chat.buildProtocol(HERE), HERE))
        elif kind == "lines":
            self.clients.append(world.person())
        elif kind == "HTTP":
            self.clients.append(HttpClient(self.web))
        elif kind == "browser":
            self.clients.append(Browser(world, dead_after=LIMITS.dead_after))
        else:
            self.clients.append(Reader(world))

    def send(self, number: int, piece: bytes) -> None:
        client = self.clients[number]
        if piece:
            client.protocol.dataReceived(piece)
        else:
            client.protocol.handshakeCompleted()
        self.world.settle()

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.world.settle()
        for factory in dict.fromkeys([self.world.chat, *(each.factory for each in self.clients)]):
            self.check(factory)
        self.world.settle()
        for client in self.clients:
            if client.transport.disconnected and client.protocol in client.factory.clients:
                client.hang_up(ConnectionAborted)

    def seen(self) -> list[tuple[bytes, bool, bool]]:
        """Return what has come of each client since the last time, and what was done to it."""
        return [
            (each.bytes_seen(), each.transport.disconnecting, each.transport.disconnected)
            for each in self.clients
        ]


class Checks(RuleBasedStateMachine):
    """Clients of all kinds on two servers."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduled, self.model = self.sides = Side(check_scheduled), Side(check_all)
        self.kinds: list[str] = []
        self.gone: set[int] = set()
        self.shaken: set[int] = set()
        for kind in PIECES:
            self.come(kind)

    def pick(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(self.here()))

    def here(self) -> list[int]:
        clients = enumerate(self.scheduled.clients)
        connected = [number for number, each in clients if not each.transport.disconnected]
        return [number for number in connected if number not in self.gone]

    @precondition(lambda self: len(self.kinds) < 10)
    @rule(kind=st.sampled_from(sorted(PIECES)))
    def another_one_comes(self, kind: str) -> None:
        self.come(kind)

    def come(self, kind: str) -> None:
        for side in self.sides:
            side.come(kind)
        self.kinds.append(kind)

    @precondition(lambda self: self.here())
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        number = self.pick(data)
        piece = data.draw(st.sampled_from(PIECES[self.kinds[number]]))
        if self.kinds[number] == "TLS" and (not piece) is (number in self.shaken):
            return  # nothing is sent before the handshake, and it comes once
        if not piece:
            self.shaken.add(number)
        for side in self.sides:
            side.send(number, piece)

    @precondition(lambda self: self.here())
    @rule(data=st.data(), room=st.booleans())
    def read(self, data: st.DataObject, room: bool) -> None:
        number = self.pick(data)
        for side in self.sides:
            client = side.clients[number]
            producer = client.transport.producer
            if producer is not None and not client.transport.disconnecting:
                producer.resumeProducing() if room else producer.pauseProducing()

    @precondition(lambda self: self.here())
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        number = self.pick(data)
        self.gone.add(number)
        for side in self.sides:
            side.clients[number].hang_up()

    @rule(waits=st.booleans())
    def be_busy(self, waits: bool) -> None:
        for side in self.sides:
            side.site_waits = waits

    @rule(checks=st.integers(1, 14))
    def wait(self, checks: int) -> None:
        for _ in range(checks):
            for side in self.sides:
                side.wait(CHECK_SECONDS)
            assert self.scheduled.seen() == self.model.seen()

    @invariant()
    def both_are_alike(self) -> None:
        assert self.scheduled.seen() == self.model.seen()

    @invariant()
    def nothing_is_left_of_those_who_have_gone(self) -> None:
        for client in self.scheduled.clients:
            if client.protocol not in client.factory.clients:
                assert client.protocol.connection not in client.factory.checks


TestChecks = Checks.TestCase
TestChecks.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
