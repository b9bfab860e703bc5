"""`chatd.protocols.transport.resumable_connection`: connections that go on in another process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address

from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.resumable_connection import ResumableConnection
from chatd.util.state import State as HandedOver
from chatd.util.state import decode, encode
from tests.support.connections import SECRET, Caller, LineDecoder, NotingHandler
from tests.support.transports import SocketTransport


class ResumableDecoder(LineDecoder):
    """Decodes lines, also from one that another process has begun."""

    def state_of(self, item: bytes) -> bytes:
        return item

    item_from = state_of

    def state(self) -> HandedOver:
        return {"begun": self._begun}

    def resume(self, state: HandedOver) -> None:
        self._begun = state["begun"]


class ResumableHandler(NotingHandler):
    """Notes that it goes on for another one, and what it follows. It may have no state."""

    has_state = True

    def __init__(self) -> None:
        super().__init__()
        self.decoder: ResumableDecoder = ResumableDecoder()
        self.followed: list[object] = []

    def kind(self) -> str:
        return "lines"

    def state(self) -> HandedOver | None:
        return {"decoder": self.decoder.state()} if self.has_state else None

    def resume(self, connection: ManagedConnection, state: HandedOver) -> None:
        if "resume" in self.failing:
            raise ZeroDivisionError(SECRET)
        self.decoder.resume(state["decoder"])
        self.connect(connection)

    def follow(self, state: HandedOver) -> None:
        self.followed.append(state)


class Peer(Caller):
    """A client whose connection can go on in another process."""

    connection_type = ResumableConnection
    handler_type = ResumableHandler
    connection: ResumableConnection
    handler: ResumableHandler

    def state(self) -> HandedOver:
        """Return the state, as another process has it."""
        state: HandedOver = decode(encode(self.connection.state()))
        assert state is not None
        return state


class Resumed(Peer):
    """The same client in another process, which has not let it go on yet."""

    def __init__(self, state: HandedOver) -> None:
        self._state = state
        super().__init__()

    def begin(self) -> None:
        self.connection.resume(self.transport, self._state)


@pytest.fixture
def peer() -> Peer:
    return Peer()


def resumed(peer: Peer) -> Resumed:
    return Resumed(peer.state())


class TestStandingStill:
    def test_nothing_is_read(self, peer: Peer) -> None:
        peer.connection.stand_still()
        assert peer.paused

    def test_nothing_is_handled(self, peer: Peer) -> None:
        peer.connection.stand_still()
        peer.send(b"one\n")
        peer.settle()
        assert peer.handled == []

    def test_it_ends(self, peer: Peer) -> None:
        peer.connection.stand_still()
        peer.send(b"one\n")
        peer.connection.go_on()
        peer.settle()
        assert not peer.paused
        assert peer.handled == [b"one"]

    def test_one_that_has_gone_meanwhile_is_not_read_on(self, peer: Peer) -> None:
        peer.connection.stand_still()
        peer.hang_up()
        resumes = peer.transport.resumes
        peer.connection.go_on()
        peer.settle()
        assert peer.departed
        assert peer.transport.resumes == resumes

    def test_what_one_has_sent_before_it_went_is_handled(self, peer: Peer) -> None:
        peer.connection.stand_still()
        peer.send(b"one\n")
        peer.hang_up()
        peer.connection.go_on()
        peer.settle()
        assert peer.handled == [b"one"]
        assert peer.departed

    def test_one_that_is_about_to_go_is_left_alone(self, peer: Peer) -> None:
        peer.handler.stream.finish()
        pauses = peer.transport.pauses
        peer.connection.stand_still()
        assert peer.transport.pauses == pauses


class TestTheState:
    def test_of_an_open_one_names_what_it_speaks(self, peer: Peer) -> None:
        assert peer.state()["speaks"] == "lines"

    def test_is_none_while_the_handler_has_none(self, peer: Peer) -> None:
        peer.handler.has_state = False
        assert peer.connection.state() is None

    def test_is_none_of_one_that_is_about_to_go(self, peer: Peer) -> None:
        peer.handler.stream.put(b"bye\n")
        peer.handler.stream.finish()
        assert peer.connection.state() is None

    def test_is_none_of_one_that_has_gone(self, peer: Peer) -> None:
        peer.hang_up()
        assert peer.connection.state() is None

    def test_is_none_of_one_whose_handler_cannot_move(self, peer: Peer) -> None:
        peer.handler.movable = False
        assert not peer.connection.movable
        assert peer.connection.state() is None

    def test_is_none_over_tls_that_ends_here(self) -> None:
        peer = Peer(encrypted=True)
        peer.connection.handshake_completed()
        assert not peer.connection.movable
        assert peer.connection.state() is None

    def test_is_none_behind_a_proxy_that_has_not_said_whose_it_is(self) -> None:
        peer = Peer(located=False)
        assert peer.connection.state() is None
        client = IPv4Address("TCP", "203.0.113.7", 1)
        peer.connection.address.introduce(client, peer.transport.getPeer(), None)
        assert peer.connection.state() is not None

    def test_changes_nothing(self, peer: Peer) -> None:
        peer.send(b"on")
        peer.state()
        peer.send(b"e\n")
        assert peer.handled == [b"one"]


class TestGoingOn:
    def test_is_not_greeted_again(self, peer: Peer) -> None:
        successor = resumed(peer)
        successor.connection.let_go_on()
        successor.settle()
        assert "enter" not in successor.calls

    def test_is_counted_among_the_clients(self, peer: Peer) -> None:
        successor = resumed(peer)
        assert not successor.departed
        assert successor.connection.lifecycle.state is State.OPEN

    def test_neither_reads_nor_handles_before_it_may(self, peer: Peer) -> None:
        successor = resumed(peer)
        successor.send(b"one\n")
        successor.settle()
        assert successor.paused
        assert successor.handled == []

    def test_sends_nothing_before_it_may(self, peer: Peer) -> None:
        successor = resumed(peer)
        successor.handler.stream.put(b"hola\n")
        assert successor.transport.value() == b""
        successor.connection.let_go_on()
        assert successor.transport.value() == b"hola\n"

    def test_handles_what_was_read_and_not_handled(self, peer: Peer) -> None:
        peer.handler.ready = False
        peer.send(b"one\ntwo\nthr")
        assert peer.handled == []
        successor = resumed(peer)
        successor.connection.let_go_on()
        successor.settle()
        successor.send(b"ee\n")
        successor.settle()
        assert successor.handled == [b"one", b"two", b"three"]

    def test_handles_what_was_decoded_and_not_handled(self, peer: Peer) -> None:
        peer.send(b"wait\ntwo\n")
        assert peer.handled == [b"wait"]
        successor = resumed(peer)
        successor.connection.let_go_on()
        successor.settle()
        assert successor.handled == [b"two"]

    @pytest.mark.parametrize("cut", range(9))
    def test_ends_what_has_begun_at_any_byte(self, peer: Peer, cut: int) -> None:
        data = b"one\ntwo\n"
        peer.send(data[:cut])
        peer.settle()
        successor = resumed(peer)
        successor.connection.let_go_on()
        successor.settle()
        successor.send(data[cut:])
        successor.settle()
        assert peer.handled + successor.handled == [b"one", b"two"]

    def test_is_checked_if_it_has_begun_something(self, peer: Peer) -> None:
        peer.send(b"on")
        successor = resumed(peer)
        successor.connection.let_go_on()
        assert successor.connection in successor.factory.checks

    def test_is_not_checked_if_it_has_not(self, peer: Peer) -> None:
        successor = resumed(peer)
        successor.connection.let_go_on()
        assert successor.connection not in successor.factory.checks

    def test_follows_what_it_did(self, peer: Peer) -> None:
        state = peer.state()
        successor = Resumed(state)
        successor.connection.follow(state)
        assert successor.handler.followed == [state["handler"]]

    def test_has_its_address(self, peer: Peer) -> None:
        peer.connection.address.confidential = True
        assert resumed(peer).connection.address.confidential

    def test_is_let_be_if_it_has_gone_by_then(self, peer: Peer) -> None:
        successor = resumed(peer)
        successor.connection.abort()
        successor.hang_up()
        successor.connection.go_on()
        successor.settle()
        successor.connection.let_go_on()
        assert successor.departed
        assert successor.handled == []

    def test_that_fails_costs_that_client_alone(self, peer: Peer, expected_errors: Any) -> None:
        state = peer.state()

        class Failing(Resumed):
            def begin(self) -> None:
                self.handler.failing = {"resume", "apologise"}
                super().begin()

        successor = Failing(state)
        assert successor.transport.aborts == 1
        expected_errors()


class OnASocket(Peer):
    transport_type = SocketTransport


class ResumedOnASocket(Resumed):
    transport_type = SocketTransport


@pytest.fixture
def on_a_socket() -> Iterator[OnASocket]:
    peer = OnASocket()
    yield peer
    cast(Any, peer.transport).close()


def test_what_a_socket_has_not_taken_comes_before_all_else(on_a_socket: OnASocket) -> None:
    transport = cast(Any, on_a_socket.transport)
    data = b"x" * (1 << 20)
    on_a_socket.handler.stream.put(data)
    taken = transport.received()
    assert len(taken) < len(data)
    successor = ResumedOnASocket(on_a_socket.state())
    transport = cast(Any, successor.transport)
    successor.handler.stream.put(b"next\n")
    successor.connection.let_go_on()
    assert taken + transport.make_room() == data + b"next\n"
    transport.close()


def test_another_handler_can_be_spoken_with_from_the_start() -> None:
    connection = ResumableConnection(cast(Any, None), cast(Any, None), NotingHandler())
    handler = ResumableHandler()
    connection.speak_with(handler)
    assert connection.handler is handler
