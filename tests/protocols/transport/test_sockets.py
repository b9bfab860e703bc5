"""The options of the kernel for connections: on real sockets, because the kernel acts on them."""

from __future__ import annotations

import select
import socket
import struct
import sys
from collections.abc import Generator
from contextlib import closing
from typing import cast

import pytest
from twisted.internet.interfaces import IReadDescriptor

from chatd.protocols.transport import sockets
from chatd.protocols.transport.sockets import (
    Patience,
    acknowledged_bytes,
    is_reset,
    outstanding_bytes,
    prepare,
    socket_of,
    unacknowledged,
)
from tests.support.loopback import LoopbackServer
from tests.support.platforms import needs_linux

pytestmark = needs_linux

LIMIT = 60_000
"""Two thirds of 90 seconds, in milliseconds."""


def option(connection: socket.socket, name: int, level: int = socket.IPPROTO_TCP) -> int:
    return connection.getsockopt(level, name)


def limit(connection: socket.socket) -> int:
    return option(connection, socket.TCP_USER_TIMEOUT)


class Pair:
    """A connection to a prepared address, its two ends."""

    def __init__(self, dead_seconds: int = 90, buffers: tuple[int, int] = (65536, 32768)) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listening:
            prepare(cast(IReadDescriptor, listening), dead_seconds, *buffers)
            self.client = socket.create_connection(listening.getsockname())
            self.server = listening.accept()[0]
        self.server.setblocking(False)

    def fill(self) -> None:
        """Send until the client's window is closed and all that went out is acknowledged."""
        try:
            while True:
                self.server.send(b"x" * 4096)
        except BlockingIOError:
            pass

    def close(self) -> None:
        self.client.close()
        self.server.close()


@pytest.fixture
def pair() -> Generator[Pair, None, None]:
    with closing(Pair()) as pair:
        yield pair


def test_a_peer_that_does_not_answer_is_found_within_the_time(pair: Pair) -> None:
    assert option(pair.server, socket.SO_KEEPALIVE, socket.SOL_SOCKET) == 1
    idle = option(pair.server, socket.TCP_KEEPIDLE)
    asked = option(pair.server, socket.TCP_KEEPINTVL) * option(pair.server, socket.TCP_KEEPCNT)
    assert (idle, asked) == (30, 60)
    assert limit(pair.server) == LIMIT


def test_the_kernel_holds_little(pair: Pair) -> None:
    assert option(pair.server, socket.SO_SNDBUF, socket.SOL_SOCKET) == 2 * 65536
    assert option(pair.server, socket.SO_RCVBUF, socket.SOL_SOCKET) == 2 * 32768


def test_what_is_sent_waits_for_nothing(pair: Pair) -> None:
    assert option(pair.server, socket.TCP_NODELAY) == 1


def test_nothing_else_is_asked_where_nothing_is_wanted() -> None:
    with closing(Pair(0, (0, 0))) as pair:
        assert option(pair.server, socket.SO_KEEPALIVE, socket.SOL_SOCKET) == 0
        assert limit(pair.server) == 0
        assert option(pair.server, socket.SO_SNDBUF, socket.SOL_SOCKET) != 2 * 65536


def test_a_unix_socket_can_be_prepared_too() -> None:
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        prepare(cast(IReadDescriptor, listening), 90, 65536, 32768)


# Where there is not what Linux alone has


def test_without_a_limit_of_the_system_s_peers_are_probed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "_LIMIT", None)
    with closing(Pair()) as pair:
        assert option(pair.server, socket.SO_KEEPALIVE, socket.SOL_SOCKET) == 1
        assert option(pair.server, socket.TCP_KEEPIDLE) == 30
        assert limit(pair.server) == 0
        assert option(pair.server, sockets._TCP_RTO_MAX_MS) != 15_000


def test_a_system_may_have_no_times_for_probing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "_LIMIT", "_IDLE", "_INTERVAL", "_COUNT":
        monkeypatch.setattr(sockets, name, None)
    with closing(Pair()) as pair:
        assert option(pair.server, socket.SO_KEEPALIVE, socket.SOL_SOCKET) == 1
        assert option(pair.server, socket.TCP_KEEPIDLE) != 30


def test_without_a_limit_of_the_system_s_nobody_is_looked_at(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_LIMIT", None)
    monkeypatch.setattr(sockets, "_info", lambda connection: info(probes=1))
    patience = Patience()
    assert [patience.renew([pair.server]) for _ in range(3)] == [set()] * 3


def test_what_has_not_arrived_is_known(pair: Pair) -> None:
    assert not unacknowledged(pair.server)
    pair.fill()
    assert unacknowledged(pair.server)
    pair.server.close()
    assert unacknowledged(pair.server)


@pytest.mark.parametrize("queued", [0, 1])
def test_macos_is_asked_in_its_own_way(queued: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        def getsockopt(self, level: int, name: int) -> int:
            assert (level, name) == (socket.SOL_SOCKET, 0x1024)
            return queued

    monkeypatch.setattr(sys, "platform", "darwin")
    assert unacknowledged(cast(socket.socket, Connection())) == bool(queued)


class TestReset:
    def test_a_peer_that_is_here_or_reads_on_is_not(self, pair: Pair) -> None:
        assert not is_reset(pair.server)
        pair.client.shutdown(socket.SHUT_WR)
        assert pair.server.recv(1) == b""
        assert not is_reset(pair.server)

    def test_one_that_closes_without_having_read_all_is(self, pair: Pair) -> None:
        pair.server.send(b"a greeting")
        assert pair.client.recv(1, socket.MSG_PEEK)  # it has arrived
        pair.client.close()
        wait_for(pair.server)
        assert is_reset(pair.server)

    def test_one_that_is_sent_more_after_it_closed_is(self, pair: Pair) -> None:
        pair.client.close()
        assert pair.server.recv(1) == b""
        pair.server.send(b"an answer")
        wait_for(pair.server)
        assert is_reset(pair.server)

    def test_one_of_a_unix_socket_that_closes_is(self) -> None:
        server, client = socket.socketpair()
        assert not is_reset(server)
        client.close()
        assert is_reset(server)
        server.close()

    def test_one_whose_socket_is_closed_is(self, pair: Pair) -> None:
        pair.server.close()
        assert is_reset(pair.server)

    def test_is_not_known_elsewhere(self, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
        pair.server.close()
        monkeypatch.setattr(sys, "platform", "darwin")
        assert not is_reset(pair.server)


def wait_for(connection: socket.socket) -> None:
    """Wait until a connection is reset: over loopback, that has happened already."""
    poll = select.poll()
    poll.register(connection, 0)
    assert poll.poll(10_000)


def info(*, probes: int = 0, unacked: int = 0) -> bytes:
    """Return the beginning of a ``struct tcp_info``."""
    return struct.pack("=3xB20xI", probes, unacked)


def stop_reading(pair: Pair, patience: Patience) -> None:
    """Have the client read nothing, until its limit is lifted."""
    while limit(pair.server):  # the last acknowledgements may still be on their way
        pair.fill()
        patience.renew([pair.server])


def test_the_limit_is_lifted_while_a_living_peer_does_not_read(pair: Pair) -> None:
    patience = Patience()
    stop_reading(pair, patience)
    patience.renew([pair.server])
    assert limit(pair.server) == 0
    patience.renew([])
    assert limit(pair.server) == LIMIT


def test_it_stays_while_what_was_sent_is_not_acknowledged(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = Patience()
    stop_reading(pair, patience)
    monkeypatch.setattr(
        "chatd.protocols.transport.sockets._info", lambda connection: info(unacked=1)
    )
    patience.renew([pair.server])
    assert limit(pair.server) == LIMIT


def test_a_peer_that_answers_no_probe_any_more_is_dead(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = Patience()
    stop_reading(pair, patience)
    answers = iter([info(probes=probes) for probes in (0, 1, 0, 1, 2)])
    monkeypatch.setattr("chatd.protocols.transport.sockets._info", lambda connection: next(answers))
    found = [patience.renew([pair.server]) for _ in range(5)]
    assert found == [set(), set(), set(), set(), {pair.server}]


def test_without_a_limit_nobody_is_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "chatd.protocols.transport.sockets._info", lambda connection: info(probes=1)
    )
    with closing(Pair(0)) as pair:
        patience = Patience()
        assert [patience.renew([pair.server]) for _ in range(3)] == [set()] * 3


def test_a_connection_that_is_closed_meanwhile_is_let_be(pair: Pair) -> None:
    patience = Patience()
    stop_reading(pair, patience)
    pair.server.close()
    patience.renew([pair.server])
    patience.renew([])


def test_what_is_no_tcp_is_let_be() -> None:
    one, other = socket.socketpair()
    with closing(one), closing(other):
        Patience().renew([one])


async def test_a_transport_s_socket_is_found_also_through_what_wraps_it(
    loopback: LoopbackServer,
) -> None:
    await loopback.guest()
    (client,) = loopback.chat.clients
    transport = client.transport

    class Wrapper:
        def __init__(self) -> None:
            self.transport = transport

    for outermost in transport, Wrapper():
        found = socket_of(outermost)
        assert found is not None
        assert found.getsockname()[1] == loopback.ports[0].getHost().port
    assert socket_of(None) is None
    assert socket_of(object()) is None


async def test_of_a_transport_that_was_closed_there_is_none(loopback: LoopbackServer) -> None:
    ana = await loopback.guest()
    (client,) = loopback.chat.clients
    await ana.close()
    await loopback.chat.when_empty()
    assert socket_of(client.transport) is None


class TestPosition:
    """The bytes under way, and those that have arrived since the connection began."""

    def test_a_byte_is_under_way_or_has_arrived(self, pair: Pair) -> None:
        began = acknowledged_bytes(pair.server)
        assert began is not None
        sent = pair.server.send(b"x" * 1000)
        outstanding, arrived = outstanding_bytes(pair.server), acknowledged_bytes(pair.server)
        assert outstanding is not None
        assert arrived is not None
        assert outstanding + arrived - began >= sent

    def test_to_one_that_does_not_read_much_stays_under_way(self, pair: Pair) -> None:
        pair.fill()
        assert acknowledged_bytes(pair.server)
        assert outstanding_bytes(pair.server)

    def test_of_a_closed_one_nothing_is_known(self, pair: Pair) -> None:
        pair.server.close()
        assert outstanding_bytes(pair.server) is None
        assert acknowledged_bytes(pair.server) is None

    def test_of_a_unix_socket_only_what_is_under_way_is_known(self) -> None:
        server, client = socket.socketpair()
        assert outstanding_bytes(server) == 0
        server.send(b"x")
        assert outstanding_bytes(server)
        client.recv(1)
        assert outstanding_bytes(server) == 0
        assert acknowledged_bytes(server) is None
        server.close()
        client.close()

    def test_other_systems_do_not_tell_what_has_arrived(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        assert acknowledged_bytes(pair.server) is None
