"""`chatd.protocols.transport.client_protocol`: the calls of Twisted's, given to a connection."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from chatd.protocols.transport.client_protocol import ClientProtocol, Unspoken
from chatd.protocols.transport.traffic import Traffic
from tests.support.connections import NotingHandler


class Connection:
    """A connection that notes its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.factory = SimpleNamespace(traffic=Traffic())

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.calls.append((name, given))


@pytest.fixture
def protocol() -> ClientProtocol:
    protocol = ClientProtocol(Clock(), NotingHandler())
    protocol.connection = cast(Any, Connection())
    return protocol


def calls(protocol: ClientProtocol) -> list[tuple[str, tuple[object, ...]]]:
    return cast(Any, protocol.connection).calls


def test_its_connection_is_of_its_own_and_has_the_handler() -> None:
    handler = NotingHandler()
    protocol = ClientProtocol(Clock(), handler)
    assert protocol.connection.client is protocol
    assert protocol.connection.handler is handler


def test_twisted_tells_it_of_halves_and_handshakes(protocol: ClientProtocol) -> None:
    assert IHalfCloseableProtocol.providedBy(protocol)
    assert IHandshakeListener.providedBy(protocol)


def test_the_calls_of_a_transport_are_passed_on(protocol: ClientProtocol) -> None:
    transport, reason = StringTransport(), Failure(ZeroDivisionError())
    protocol.makeConnection(transport)  # type: ignore[arg-type]
    protocol.handshakeCompleted()
    protocol.dataReceived(b"hola")
    protocol.writeConnectionLost()
    protocol.readConnectionLost()
    protocol.connectionLost(reason)
    assert calls(protocol) == [
        ("made", (transport,)),
        ("handshake_completed", ()),
        ("received", (b"hola",)),
        ("half_closed", ()),
        ("lost", (reason,)),
    ]


def test_what_is_read_is_counted(protocol: ClientProtocol) -> None:
    protocol.dataReceived(b"hola")
    protocol.dataReceived(b"x")
    assert protocol.connection.factory.traffic.bytes == 5


class Speaking(NotingHandler):
    """A handler of a kind."""

    def kind(self) -> str:
        return "lines"


def test_a_client_of_another_process_goes_on_in_place_of_a_beginning() -> None:
    protocol = ClientProtocol(Clock(), Speaking())
    state = {"speaks": "lines"}
    protocol.take_over(state)
    protocol.connection = cast(Any, Connection())
    transport = StringTransport()
    protocol.makeConnection(transport)  # type: ignore[arg-type]
    assert calls(protocol) == [("resume", (transport, state))]


def test_what_nobody_speaks_here_is_refused() -> None:
    protocol = ClientProtocol(Clock(), Speaking())
    with pytest.raises(Unspoken, match="speaks carrier pigeon"):
        protocol.take_over({"speaks": "carrier pigeon"})
