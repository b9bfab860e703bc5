"""`chatd.daemon.local_network`: which connections are let in, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from chatd.daemon.local_network import IPAddress, LocalFactory, is_local
from tests.support.logs import Expect, logged


def address(host: str) -> IPAddress:
    return (IPv6Address if ":" in host else IPv4Address)("TCP", host, 60062)


class TestAConnection:
    @pytest.mark.parametrize(
        ("here", "peer"),
        [
            ("127.0.0.1", "127.0.0.1"),
            ("192.168.1.5", "192.168.1.9"),
            ("10.0.0.1", "172.31.0.1"),
            ("169.254.1.1", "169.254.1.2"),
            ("100.64.0.1", "100.127.0.1"),
            ("::1", "::1"),
            ("fd00::1", "fd00::2"),
            ("fe80::1%eth0", "fe80::2%eth0"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.2"),
        ],
    )
    def test_is_local(self, here: str, peer: str) -> None:
        assert is_local(address(here), address(peer))

    @pytest.mark.parametrize(
        ("here", "peer"),
        [
            ("93.184.216.34", "192.168.1.9"),
            ("172.31.0.1", "93.184.216.34"),
            ("2606:2800::1", "fd00::2"),
            ("::ffff:93.184.216.34", "::ffff:10.0.0.2"),
        ],
    )
    def test_is_not_local_if_an_end_is_public(self, here: str, peer: str) -> None:
        assert not is_local(address(here), address(peer))


class Inner(Protocol):
    """A protocol that records what it is given."""

    def __init__(self) -> None:
        self.got = b""
        self.lost = False

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(b"welcome")

    def dataReceived(self, data: bytes) -> None:
        self.got += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost = True


class OneInner(Factory):
    """A factory of one protocol, or of none."""

    def __init__(self, protocol: Inner | None) -> None:
        self.built = protocol

    def buildProtocol(self, addr: object) -> Protocol | None:
        return self.built


def around(inner: Inner | None, came: Callable[[], None] = lambda: None) -> LocalFactory:
    return LocalFactory(OneInner(inner), Clock(), came)


def connect(
    inner: Inner | None, peer: str = "10.0.0.2", factory: LocalFactory | None = None
) -> tuple[StringTransport, Protocol]:
    transport = StringTransport(hostAddress=address("10.0.0.1"), peerAddress=address(peer))
    protocol = (factory or around(inner)).buildProtocol(None)
    protocol.makeConnection(transport)
    return transport, protocol


class TestTheDoor:
    def test_gives_a_connection_to_the_protocol_inside(self) -> None:
        inner = Inner()
        transport, door = connect(inner)
        door.dataReceived(b"hola")
        door.connectionLost()
        assert (transport.value(), inner.got, inner.lost) == (b"welcome", b"hola", True)

    def test_ends_one_from_elsewhere_before_a_byte(self, expected_errors: Expect) -> None:
        inner = Inner()
        transport, door = connect(inner, "93.184.216.34")
        assert transport.disconnecting
        door.dataReceived(b"hola")
        door.connectionLost()
        assert (transport.value(), inner.got, inner.lost) == (b"", b"", False)
        assert len(expected_errors()) == 1

    def test_ends_one_that_the_factory_inside_does_not_take(self) -> None:
        transport, _ = connect(None)
        assert transport.disconnecting

    def test_counts_all_that_come(self, expected_errors: Expect) -> None:
        came: list[None] = []
        factory = around(Inner(), lambda: came.append(None))
        for peer in "10.0.0.2", "93.184.216.34":
            connect(None, peer, factory)
        assert len(came) == 2
        expected_errors()

    def test_tells_the_operator_once_of_many(self, expected_errors: Expect) -> None:
        factory = around(None)
        with logged() as lines:
            for _ in range(3):
                connect(None, "93.184.216.34", factory)
        (line,) = lines
        assert "a connection from 93.184.216.34 to 10.0.0.1 was not let in" in line
        assert "--lan-all lets everyone in" in line
        expected_errors()
