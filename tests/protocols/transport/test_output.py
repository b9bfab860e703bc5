"""`chatd.protocols.transport.output`: the writer of a connection and its supply, if there are."""

from __future__ import annotations

import pytest
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from zope.interface import directlyProvides

from chatd.protocols.transport.output import Output
from chatd.util.state import decode, encode
from tests.support.connections import Pieces
from tests.support.transports import SocketTransport


@pytest.fixture
def output() -> Output:
    return Output(Clock(), set())


@pytest.fixture
def transport() -> StringTransport:
    return StringTransport()


class TestNotBegun:
    def test_nothing_is_to_be_sent(self, output: Output) -> None:
        assert not output.begun
        assert output.ended
        assert not output.waiting

    def test_its_supply_is_not_finished(self, output: Output) -> None:
        assert not output.supply.finished

    def test_it_may_be_ended_and_lost(self, output: Output) -> None:
        output.end()
        output.lost(ended=True)
        assert not output.begun


class TestBegun:
    def test_the_writer_takes_from_the_supply(
        self, output: Output, transport: StringTransport
    ) -> None:
        writer = output.begin(transport, Pieces(b"hola\n"))
        assert writer is output.writer
        writer.pump()
        assert transport.value() == b"hola\n"

    def test_it_has_ended_once_its_supply_is_finished(
        self, output: Output, transport: StringTransport
    ) -> None:
        supply = Pieces()
        output.begin(transport, supply)
        assert output.begun
        assert not output.ended
        supply.finished = True
        assert output.ended

    def test_it_waits_while_the_client_takes_nothing(
        self, output: Output, transport: StringTransport
    ) -> None:
        writer = output.begin(transport, Pieces(b"hola\n"))
        assert not output.waiting
        writer.pauseProducing()
        assert output.waiting

    def test_it_closes_once_it_is_ended_and_everything_was_sent(
        self, output: Output, transport: StringTransport
    ) -> None:
        supply = Pieces(b"adios\n")
        output.begin(transport, supply)
        supply.finished = True
        output.end()
        assert transport.value() == b"adios\n"
        assert transport.disconnecting

    def test_after_the_transport_is_lost_nothing_is_sent(
        self, output: Output, transport: StringTransport
    ) -> None:
        writer = output.begin(transport, Pieces(b"hola\n"))
        output.lost(ended=True)
        writer.pump()
        assert transport.value() == b""

    def test_another_writer_replaces_the_first(
        self, output: Output, transport: StringTransport
    ) -> None:
        output.begin(transport, Pieces())
        second = Pieces(b"hola\n")
        writer = output.begin(transport, second)
        assert transport.producer is writer
        assert output.supply is second


class TestDropping:
    """Input after the last answer."""

    def test_the_transport_is_read_up_to_the_most(
        self, output: Output, transport: StringTransport
    ) -> None:
        output.begin(transport, Pieces())
        output.drop_input(5, 10)
        output.drop_input(5, 10)
        assert transport.producerState == "producing"

    def test_beyond_the_most_it_is_not_read(
        self, output: Output, transport: StringTransport
    ) -> None:
        output.begin(transport, Pieces())
        output.drop_input(5, 10)
        output.drop_input(6, 10)
        assert transport.producerState == "paused"


class TestItsEnd:
    def test_over_plain_tcp_is_the_client(self, output: Output, transport: StringTransport) -> None:
        output.begin(transport, Pieces())
        assert output.is_direct
        assert output.arrival().look()

    def test_over_tls_is_the_layer_of_tls(self, output: Output, transport: StringTransport) -> None:
        directlyProvides(transport, ISSLTransport)
        output.begin(transport, Pieces())
        assert not output.is_direct

    def test_behind_a_proxy_is_the_proxy_also_with_another_supply(
        self, output: Output, transport: StringTransport
    ) -> None:
        output.begin(transport, Pieces())
        output.note_proxy()
        output.begin(transport, Pieces())
        assert not output.is_direct

    def test_what_is_taken_and_not_sent_has_not_arrived(
        self, output: Output, transport: StringTransport
    ) -> None:
        output.begin(transport, Pieces(b"hola\n")).pauseProducing()
        assert not output.arrival().look()


class TestGoingOn:
    """Another process has the connection."""

    @pytest.mark.parametrize("direct", [False, True])
    def test_what_was_not_sent_is_sent_first_once_it_may(self, direct: bool) -> None:
        before, after = SocketTransport(), SocketTransport()
        output = Output(Clock(), set())
        output.begin(before, Pieces(b"x" * 2_000_000)).pump()
        if not direct:
            output.note_proxy()
        sent = before.received()
        state = decode(encode(output.state()))
        successor = Output(Clock(), set())
        successor.begin(after, Pieces(b"more"))
        successor.resume(state)
        assert successor.is_direct is direct
        successor.writer.pump()
        assert after.received() == b"", "it is held"
        successor.writer.release()
        assert sent + after.make_room() == b"x" * 2_000_000 + b"more"
        for transport in before, after:
            transport.handle.close()
            transport.peer.close()
