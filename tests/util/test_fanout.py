"""Sending to many sockets: one contract for plain Python and for the C extension."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

from chatd.util import fanout

SendToAll = Callable[["array[int]", bytes], list[tuple[int, int]]]

MORE_THAN_FITS = b"x" * 2**23

extension: ModuleType | None
try:
    from chatd.util import _fanout as extension
except ImportError:
    extension = None

needs_extension = pytest.mark.skipif(
    extension is None,
    reason="the C extension is not here: pip install -e . builds it where there is a C compiler",
)


@pytest.fixture(params=["python", pytest.param("c", marks=needs_extension)])
def send_to_all(request: pytest.FixtureRequest) -> SendToAll:
    """Return each implementation."""
    if request.param == "python":
        return fanout.send_to_all_in_python
    assert extension is not None
    in_c: SendToAll = extension.send_to_all
    return in_c


class Pair:
    """A socket that is sent to without blocking, and its peer."""

    def __init__(self, stack: ExitStack) -> None:
        self.socket, self.peer = map(stack.enter_context, socket.socketpair())
        self.socket.setblocking(False)

    def fill(self) -> None:
        """Send until the socket takes nothing more."""
        try:
            while True:
                self.socket.send(MORE_THAN_FITS)
        except BlockingIOError:
            pass

    def received(self) -> bytes:
        """Return all that was sent until now."""
        self.socket.close()
        return b"".join(iter(lambda: self.peer.recv(2**16), b""))


@pytest.fixture
def pair() -> Iterator[Callable[[], Pair]]:
    """Return a function that makes a pair of sockets, which are closed after the test."""
    with ExitStack() as stack:
        yield lambda: Pair(stack)


def descriptors(*pairs: Pair) -> array[int]:
    """Return the argument for some sockets."""
    return array("i", [pair.socket.fileno() for pair in pairs])


def test_sockets_that_take_all_are_not_in_the_result(
    send_to_all: SendToAll, pair: Callable[[], Pair]
) -> None:
    pairs = [pair() for _ in range(3)]
    assert send_to_all(descriptors(*pairs), b"hola\n") == []
    assert [each.received() for each in pairs] == [b"hola\n"] * 3


def test_no_socket_is_no_send(send_to_all: SendToAll) -> None:
    assert send_to_all(array("i"), b"hola\n") == []


def test_a_full_socket_takes_nothing_and_delays_no_other(
    send_to_all: SendToAll, pair: Callable[[], Pair]
) -> None:
    first, full, last = pair(), pair(), pair()
    full.fill()
    assert send_to_all(descriptors(first, full, last), b"hola\n") == [(1, 0)]
    assert (first.received(), last.received()) == (b"hola\n", b"hola\n")


def test_a_part_that_was_taken_is_counted(send_to_all: SendToAll, pair: Callable[[], Pair]) -> None:
    reader = pair()
    ((index, sent),) = send_to_all(descriptors(reader), MORE_THAN_FITS)
    assert index == 0
    assert 0 < sent < len(MORE_THAN_FITS)
    assert len(reader.received()) == sent


def test_a_peer_that_is_gone_is_a_shortfall_and_no_error(
    send_to_all: SendToAll, pair: Callable[[], Pair]
) -> None:
    gone, here = pair(), pair()
    gone.peer.close()
    assert send_to_all(descriptors(gone, here), b"hola\n") == [(0, 0)]
    assert here.received() == b"hola\n"


def test_a_closed_descriptor_is_a_shortfall_and_no_error(
    send_to_all: SendToAll, pair: Callable[[], Pair]
) -> None:
    closed, here = pair(), pair()
    number = os.dup(closed.socket.fileno())
    os.close(number)
    sockets = array("i", [-1, number, here.socket.fileno()])
    assert send_to_all(sockets, b"hola\n") == [(0, 0), (1, 0)]
    assert here.received() == b"hola\n"


def test_the_result_is_in_the_order_of_the_descriptors(
    send_to_all: SendToAll, pair: Callable[[], Pair]
) -> None:
    reader = pair()
    sockets = array("i", [reader.socket.fileno(), *[-1] * 99] * 100)
    expected = [(index, 0) for index in range(10_000) if index % 100]
    assert send_to_all(sockets, b"x") == expected
    assert reader.received() == b"x" * 100


def test_zero_bytes_are_part_of_the_data(send_to_all: SendToAll, pair: Callable[[], Pair]) -> None:
    reader = pair()
    assert send_to_all(descriptors(reader), b"a\0b") == []
    assert reader.received() == b"a\0b"


@needs_extension
def test_the_extension_causes_no_sigpipe(pair: Callable[[], Pair]) -> None:
    """Python ignores SIGPIPE, but a program that embeds it may not."""
    assert extension is not None
    if not hasattr(socket, "MSG_NOSIGNAL"):
        pytest.skip("this system sends without a signal in another way")
    gone = pair()
    gone.peer.close()
    caught: list[int] = []
    before = signal.signal(signal.SIGPIPE, lambda number, frame: caught.append(number))
    try:
        assert extension.send_to_all(descriptors(gone), b"hola\n") == [(0, 0)]
    finally:
        signal.signal(signal.SIGPIPE, before)
    assert caught == []


class Deceiver:
    """An object that is like an array, and has other bytes."""

    def __init__(self, typecode: object, packed: object) -> None:
        self.typecode = typecode
        self.tobytes = lambda: packed


@needs_extension
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (array("i"),),
        (array("i"), b"x", b"y"),
        (array("i"), "x"),
        (array("i"), bytearray(b"x")),
        (array("i"), None),
        ([1], b"x"),
        (b"\0\0\0\0", b"x"),
        (array("b", [1, 1, 1, 1]), b"x"),
        (array("q", [1]), b"x"),
        (memoryview(array("i", [1])), b"x"),
        (Deceiver("i", "text"), b"x"),
        (Deceiver("i", b"\0\0\0"), b"x"),
        (Deceiver(b"i", b"\0\0\0\0"), b"x"),
        (Deceiver("\ud800", b"\0\0\0\0"), b"x"),
    ],
)
def test_the_extension_refuses_other_arguments(arguments: tuple[object, ...]) -> None:
    assert extension is not None
    with pytest.raises(TypeError):
        extension.send_to_all(*arguments)


def used() -> object:
    """Return what the module says of itself when it is imported anew."""
    return runpy.run_path(fanout.__file__)["KIND"]


@needs_extension
def test_the_extension_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fanout.WITHOUT_EXTENSION, raising=False)
    assert used() == "with the C extension"


def test_plain_python_is_used_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fanout.WITHOUT_EXTENSION, raising=False)
    monkeypatch.setitem(sys.modules, "chatd.util._fanout", None)
    assert used() == fanout.PLAIN


def test_plain_python_is_used_if_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fanout.WITHOUT_EXTENSION, "1")
    assert used() == fanout.PLAIN
