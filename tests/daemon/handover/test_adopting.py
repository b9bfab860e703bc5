"""Tests of `chatd.daemon.handover.adopting`: on real connections, of which the kernel knows."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from twisted.internet.error import ConnectionLost
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.selectreactor import SelectReactor
from twisted.python.failure import Failure

from chatd.daemon.handover.adopting import adopt_connection

RESET = struct.pack("ii", 1, 0)
"""The value of SO_LINGER with which closing resets."""


class Adopted(Protocol):
    """A client that notes what becomes of its connection."""

    def __init__(self) -> None:
        self.lost: Failure | None = None
        self.received = b""

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost = reason


class Scene:
    """A connection of a client, and its other end."""

    def __init__(self, family: int, opened: ExitStack) -> None:
        ours, self.far = _connected(family)
        self.ours = opened.enter_context(ours)
        opened.enter_context(self.far)
        self.reactor = SelectReactor()
        opened.callback(self.reactor.disconnectAll)

    def adopted(self) -> Adopted:
        """Return the client that has adopted it, and has read what came."""
        client: Any = Adopted()
        adopt_connection(os.dup(self.ours.fileno()), client, self.reactor)
        if why := client.transport.doRead():
            client.transport.connectionLost(Failure(why))
        made: Adopted = client
        return made


@pytest.fixture(params=[socket.AF_INET, socket.AF_UNIX])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with ExitStack() as opened:
        yield Scene(request.param, opened)


def _connected(family: int) -> tuple[socket.socket, socket.socket]:
    if family == socket.AF_UNIX:
        return socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        far = socket.create_connection(listening.getsockname())
        return listening.accept()[0], far


def test_a_connection_is_read_from_where_it_was(scene: Scene) -> None:
    scene.far.sendall(b"hola")
    client = scene.adopted()
    assert (client.received, client.lost) == (b"hola", None)


# Twisted leaves its copy of a socket that it does not take to be freed.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_one_that_was_reset_is_lost_as_any_other(scene: Scene) -> None:
    scene.ours.send(b"unread")
    if scene.far.family == socket.AF_INET:
        scene.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    scene.far.close()
    lost = scene.adopted().lost
    assert lost is not None
    assert lost.check(ConnectionLost)
