"""`chatd.util.unix_peers`: the kernel tells the user and the groups of a peer."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.util.unix_peers import SO_PEERGROUPS, Peer, peer_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the groups")

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


def test_the_option_is_that_of_the_kernel() -> None:
    """asm-generic/socket.h: Python has no name for it."""
    assert getattr(socket, "SO_PEERGROUPS", 59) == SO_PEERGROUPS == 59


def test_a_peer_of_this_process_is_its_user() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        groups = frozenset([os.getegid(), *os.getgroups()])
        assert peer_of(ours) == Peer(os.geteuid(), groups)


def test_a_peer_over_tcp_has_no_user() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        assert peer_of(client) is None


def test_a_system_that_does_not_tell_has_no_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED")
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert peer_of(ours) is None


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listening:
        os.chmod(directory, 0o755)
        listening.bind(str(Path(directory, "s")))
        os.chmod(Path(directory, "s"), 0o666)
        listening.listen()
        yield listening


def connect_as(listening: socket.socket, uid: int, group: int, groups: list[int]) -> Peer | None:
    """Return the peer of a connection that a process of that user and these groups makes."""
    child = os.fork()
    if not child:
        try:
            os.setgroups(groups)
            os.setresgid(group, group, group)
            os.setresuid(uid, uid, uid)
            client = socket.socket(socket.AF_UNIX)
            client.connect(listening.getsockname())
            client.recv(1)
        finally:
            os._exit(0)
    try:
        connection, _ = listening.accept()
        with connection:
            return peer_of(connection)
    finally:
        os.waitpid(child, 0)


@needs_root
class TestOtherUsers:
    def test_are_told_with_all_their_groups(self, listening: socket.socket) -> None:
        peer = connect_as(listening, 4711, 4712, [10, 4713])
        assert peer == Peer(4711, frozenset([10, 4712, 4713]))

    def test_may_be_in_256_groups(self, listening: socket.socket) -> None:
        peer = connect_as(listening, 4711, 4712, list(range(5000, 5256)))
        assert peer == Peer(4711, frozenset([4712, *range(5000, 5256)]))

    def test_in_more_groups_count_for_the_first_alone(self, listening: socket.socket) -> None:
        peer = connect_as(listening, 4711, 4712, list(range(5000, 5257)))
        assert peer == Peer(4711, frozenset([4712]))
