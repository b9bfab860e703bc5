"""The arrival of what was sent, while more is sent all the time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import cast

import pytest

from chatd.protocols.transport import arrival as arrival_module
from chatd.protocols.transport.arrival import Arrival
from tests.support.transports import SocketTransport


class Wire:
    """A writer to a connection: how much the other end's system has acknowledged, and has not."""

    def __init__(self) -> None:
        self.transport = SocketTransport()
        self.waiting = False
        self.outstanding: int | None = 0
        self.taken: int | None = 1000

    @property
    def acknowledged(self) -> bool:
        return not (self.waiting or self.outstanding)

    def send(self, count: int) -> None:
        assert self.outstanding is not None
        self.outstanding += count

    def arrive(self, count: int) -> None:
        assert self.outstanding is not None
        assert self.taken is not None
        self.outstanding -= count
        self.taken += count


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire()

    def of(connection: socket.socket) -> None:
        assert connection is cast(object, wire.transport.handle)

    def outstanding(connection: socket.socket) -> int | None:
        of(connection)
        return wire.outstanding

    def acknowledged(connection: socket.socket) -> int | None:
        of(connection)
        return wire.taken

    monkeypatch.setattr(arrival_module, "outstanding_bytes", outstanding)
    monkeypatch.setattr(arrival_module, "acknowledged_bytes", acknowledged)
    yield wire
    wire.transport.close()


def test_with_nothing_under_way_all_has_arrived(wire: Wire) -> None:
    assert Arrival(wire).look()


def test_what_is_sent_after_the_first_look_does_not_count(wire: Wire) -> None:
    wire.send(10)
    arrival = Arrival(wire)
    assert not arrival.look()
    wire.send(50)
    wire.arrive(9)
    assert not arrival.look()
    wire.arrive(1)
    assert arrival.look()


def test_what_is_sent_between_its_making_and_its_first_look_counts(wire: Wire) -> None:
    arrival = Arrival(wire)
    wire.send(10)
    assert not arrival.look()
    wire.send(1)
    wire.arrive(10)
    assert arrival.look()


def test_of_what_the_transport_still_has_nothing_is_known(wire: Wire) -> None:
    wire.send(10)
    wire.waiting = True
    arrival = Arrival(wire)
    assert not arrival.look()
    wire.arrive(10)
    assert not arrival.look()
    wire.waiting = False
    wire.send(5)
    assert not arrival.look()
    wire.send(5)
    wire.arrive(5)
    assert arrival.look()


@pytest.mark.parametrize("unknown", ["outstanding", "taken"])
def test_where_the_system_does_not_tell_it_is_known_once_nothing_is_under_way(
    wire: Wire, unknown: str
) -> None:
    wire.send(10)
    arrival = Arrival(wire)
    setattr(wire, unknown, None)
    wire.waiting = unknown == "outstanding"  # a writer takes what is not known for missing
    assert not arrival.look()
    assert not arrival.look()
    wire.outstanding, wire.waiting = 0, False
    assert arrival.look()


def test_where_it_stops_telling_nothing_has_arrived(wire: Wire) -> None:
    wire.send(10)
    arrival = Arrival(wire)
    assert not arrival.look()
    wire.taken = None
    assert not arrival.look()


def test_a_connection_without_a_socket_has_no_position(wire: Wire) -> None:
    wire.send(10)
    handle, wire.transport.handle = wire.transport.handle, None  # type: ignore[assignment]
    assert not Arrival(wire).look()
    wire.transport.handle = handle
