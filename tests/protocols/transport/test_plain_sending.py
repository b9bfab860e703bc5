"""`chatd.protocols.transport.plain_sending`: a plain socket, and the rest that it does not take."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chatd.protocols.transport.plain_sending import PlainSending, sent_to

BIG = b"x" * (1 << 20)
"""More than a socket takes."""


class Sender(PlainSending):
    """A writer that has nothing else to do."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._socket = connection
        self._unsent = b""
        self._closing = False
        self.is_blocked = self.awaits_room = False
        self.written = b""

    def send(self, data: bytes) -> None:
        self._send(data)

    def has_room(self) -> bool:
        """Tell it that the socket has room; return True if nothing is left then."""
        self.awaits_room = False
        return self._sends_rest()

    def close(self) -> None:
        self._closing = True

    def _block(self) -> None:
        self.is_blocked = True

    def _write(self, data: bytes) -> None:
        self.written += data

    def _await_room(self) -> None:
        self.awaits_room = True


class Pair:
    """A sender to a socket, and the other end."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        for end in self.ours, self.theirs:
            end.setblocking(False)
        self.sender = Sender(self.ours)

    def received(self) -> bytes:
        """Return all that has come to the other end."""
        data = b""
        try:
            while piece := self.theirs.recv(1 << 20):
                data += piece
        except BlockingIOError:
            pass
        return data

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


class TestSending:
    def test_goes_straight_to_the_socket(self, pair: Pair) -> None:
        pair.sender.send(b"hola\n")
        assert pair.received() == b"hola\n"
        assert (pair.sender.unsent, pair.sender.is_blocked) == (b"", False)

    def test_holds_what_the_socket_does_not_take(self, pair: Pair) -> None:
        pair.sender.send(BIG)
        taken = pair.received()
        assert len(taken) < len(BIG)
        assert taken + pair.sender.unsent == BIG

    def test_awaits_room_for_the_rest(self, pair: Pair) -> None:
        pair.sender.send(BIG)
        assert pair.sender.is_blocked
        assert pair.sender.awaits_room

    def test_is_left_to_another_transport(self) -> None:
        sender = Sender(None)
        sender.send(b"hola\n")
        assert (sender.written, sender.unsent) == (b"hola\n", b"")

    def test_to_a_broken_socket_has_the_transport_find_out(self, pair: Pair) -> None:
        pair.theirs.close()
        pair.sender.send(b"hola\n")
        assert pair.sender.unsent == b"hola\n"
        assert pair.sender.awaits_room


class TestTheRest:
    def test_is_sent_when_there_is_room(self, pair: Pair) -> None:
        pair.sender.send(BIG)
        data = pair.received()
        while not pair.sender.has_room():
            assert pair.sender.awaits_room
            data += pair.received()
        assert data + pair.received() == BIG
        assert pair.sender.unsent == b""

    def test_waits_on_while_there_is_none(self, pair: Pair) -> None:
        pair.sender.send(BIG)
        before = pair.sender.unsent
        assert not pair.sender.has_room()
        assert pair.sender.unsent == before
        assert pair.sender.awaits_room

    def test_of_another_process_is_sent_in_its_order(self, pair: Pair) -> None:
        pair.sender.owe(b"first ")
        pair.sender.owe(b"second\n")
        assert pair.received() == b""
        assert pair.sender.has_room()
        assert pair.received() == b"first second\n"

    def test_is_dropped_for_one_that_closes(self, pair: Pair) -> None:
        pair.sender.owe(b"first\n")
        pair.sender.close()
        assert pair.sender.has_room()
        assert (pair.sender.unsent, pair.received()) == (b"", b"")

    def test_is_not_taken_for_one_that_has_closed(self, pair: Pair) -> None:
        pair.sender.close()
        pair.sender.owe(b"first\n")
        assert (pair.sender.unsent, pair.sender.awaits_room) == (b"", False)


class TestASocket:
    def test_takes_all_that_it_has_room_for(self, pair: Pair) -> None:
        assert sent_to(pair.ours, b"hola\n") == 5

    def test_that_is_full_takes_nothing(self, pair: Pair) -> None:
        while sent_to(pair.ours, BIG):
            pass
        assert sent_to(pair.ours, b"hola\n") == 0

    def test_that_is_closed_takes_nothing(self, pair: Pair) -> None:
        pair.ours.close()
        assert sent_to(pair.ours, b"hola\n") == 0
