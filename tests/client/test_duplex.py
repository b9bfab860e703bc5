"""`chatd.client.duplex`: a connection that is read while it is written."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from chatd.client.duplex import MAX_UNSENT, DuplexLink
from tests.support.stand_in import DEADLINE, SILENT, ChatStandIn, Peer, run_say


@pytest.fixture
def pair() -> Iterator[tuple[DuplexLink, socket.socket]]:
    """Yield a link, and the socket at the other end."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(DEADLINE)
    with ours, theirs:
        yield DuplexLink(ours), theirs


def test_lines_that_were_sent_before_the_server_closed_are_read_although_we_cannot_send(
    pair: tuple[DuplexLink, socket.socket],
) -> None:
    link, theirs = pair
    theirs.sendall(b"ERR Wrong protocol: no.\nERR")
    theirs.close()
    link.send(b"hola\n")
    assert link.exchange(DEADLINE, None) == ([b"ERR Wrong protocol: no."], False)
    link.send(b"more\n")
    assert link.exchange(DEADLINE, None) == ([b"ERR"], False)
    assert not link.is_open


def test_an_exchange_in_which_nothing_can_be_done_times_out(
    pair: tuple[DuplexLink, socket.socket],
) -> None:
    with pytest.raises(TimeoutError):
        pair[0].exchange(0, None)


@pytest.mark.parametrize(
    ("sent", "ending"),
    [
        (b"", "the server closed the connection without a greeting. Try TLS."),
        (b"\x15\3\3\0\2\2F", "the server closed the connection without a greeting. Try TLS."),
        (b"*** hola\n", "the server closed the connection."),
    ],
    ids=["nothing", "an alert of TLS", "a line"],
)
def test_the_advice_is_for_a_server_that_closed_before_it_sent_a_line(
    sent: bytes, ending: str
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link = DuplexLink(ours, if_silent="Try TLS.")
        theirs.sendall(sent)
        theirs.close()
        while link.is_open:
            link.exchange(DEADLINE, None)
    assert link.ending == ending


def test_another_input_is_looked_at_only_while_little_is_unsent(
    pair: tuple[DuplexLink, socket.socket],
) -> None:
    link, _ = pair
    ready, other = socket.socketpair()
    with ready, other:
        other.send(b".")
        assert link.exchange(DEADLINE, ready.fileno()) == ([], True)
        link.send(b"x" * (100 * MAX_UNSENT))
        assert link.exchange(DEADLINE, ready.fileno()) == ([], False)


def test_a_server_that_answers_while_it_is_written_to_is_read_all_the_while() -> None:
    # Answers of 200 bytes to lines of 20: unread, they would fill both sockets and stop the server.
    class Wordy(ChatStandIn):
        def hear(self, peer: Peer, message: dict[str, Any]) -> None:
            peer.tell("events", text="x" * 200)
            peer.tell("ack", id=message["id"])

    assert run_say(Wordy(), stdin=b"a line of ten or more\n" * 50_000) == SILENT
