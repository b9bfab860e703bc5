"""`tests.support.stalling_proxy`: what it carries, holds, delays and loses."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.stalling_proxy import PIECE, PIECES_HELD, StallingProxy

PATIENCE = 10.0

QUIET_SECONDS = 0.05
"""Seconds in which nothing may arrive that would otherwise be there at once."""


class Line:
    """Two ends of a connection through a proxy."""

    def __init__(self, stack: ExitStack) -> None:
        self.listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.listening.settimeout(PATIENCE)
        self.proxy = stack.enter_context(StallingProxy(self.listening.getsockname()[1]))
        self._stack = stack
        self.near, self.far = self.connect()

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """Return both ends of a new connection."""
        near = socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE)
        self._stack.enter_context(near)
        far, _ = self.listening.accept()
        far.settimeout(PATIENCE)
        return near, self._stack.enter_context(far)


@pytest.fixture
def line() -> Iterator[Line]:
    with ExitStack() as stack:
        yield Line(stack)


def is_quiet(end: socket.socket) -> bool:
    """Return True if nothing arrives for a moment."""
    end.settimeout(QUIET_SECONDS)
    try:
        end.recv(1)
    except TimeoutError:
        return True
    finally:
        end.settimeout(PATIENCE)
    return False


def test_it_carries_both_ways_and_the_end_of_each(line: Line) -> None:
    line.near.sendall(b"hola")
    line.near.shutdown(socket.SHUT_WR)
    assert (line.far.recv(10), line.far.recv(10)) == (b"hola", b"")
    line.far.sendall(b"adios")
    line.far.close()
    assert (line.near.recv(10), line.near.recv(10)) == (b"adios", b"")


def test_a_stalled_connection_is_held_until_it_resumes(line: Line) -> None:
    line.proxy.stall()
    line.near.sendall(b"hola")
    line.far.sendall(b"adios")
    assert is_quiet(line.near)
    assert is_quiet(line.far)
    line.proxy.resume()
    assert (line.near.recv(10), line.far.recv(10)) == (b"adios", b"hola")


def test_one_direction_stalls_alone(line: Line) -> None:
    line.proxy.stall(towards_target=False)
    line.near.sendall(b"hola")
    line.far.sendall(b"adios")
    assert line.far.recv(10) == b"hola"
    assert is_quiet(line.near)


def test_a_stalled_connection_holds_no_more_than_it_may(line: Line) -> None:
    line.proxy.stall()
    line.near.setblocking(False)
    sent = 0
    late = time.monotonic() + PATIENCE
    blocked = 0
    while blocked < 20:
        assert time.monotonic() < late
        try:
            sent += line.near.send(bytes(PIECE))
            blocked = 0
        except BlockingIOError:
            blocked += 1
            time.sleep(0.005)  # the thread takes what it may
    assert sent >= PIECE * PIECES_HELD


def test_an_end_that_is_reset_resets_the_other_one(line: Line) -> None:
    for one, other in ((line.near, line.far), tuple(reversed(line.connect()))):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()
        with pytest.raises(ConnectionResetError):
            other.recv(10)


def test_a_cut_resets_connections_and_takes_new_ones(line: Line) -> None:
    line.proxy.stall()
    line.near.sendall(b"lost")
    line.proxy.cut()
    for end in line.near, line.far:
        with pytest.raises(ConnectionResetError):
            end.recv(10)
    line.proxy.resume()
    near, far = line.connect()
    near.sendall(b"hola")
    assert far.recv(10) == b"hola"


def test_pieces_take_their_delay_each_way(line: Line) -> None:
    line.proxy.delay = 0.03
    began = time.monotonic()
    line.near.sendall(b"hola")
    line.far.recv(10)
    line.far.sendall(b"adios")
    line.near.recv(10)
    assert time.monotonic() - began >= 0.06


def test_without_a_target_a_connection_ends(line: Line) -> None:
    line.listening.close()
    with (  # it may end while it is being made
        pytest.raises(ConnectionResetError),
        socket.create_connection(("127.0.0.1", line.proxy.port), PATIENCE) as near,
    ):
        near.recv(1)
