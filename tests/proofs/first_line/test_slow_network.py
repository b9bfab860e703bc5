"""The slow network of the proof delays packets as a network does, and passes all bytes on."""

from __future__ import annotations

import socket

import pytest

from tests.proofs.first_line.slow_network import Link, Speed, slow_network
from tests.support.live_server import PATIENCE


class TestLink:
    def test_a_packet_takes_half_a_round_trip_and_its_time_on_the_line(self) -> None:
        link = Link(Speed(round_trip=0.2, rate=1000))
        assert link.arrival(5.0, 100) == pytest.approx(5.2)

    def test_a_packet_waits_for_those_before_it(self) -> None:
        link = Link(Speed(round_trip=0.2, rate=1000))
        link.arrival(5.0, 100)
        assert link.arrival(5.0, 100) == pytest.approx(5.3)
        assert link.arrival(9.0, 100) == pytest.approx(9.2)


def test_bytes_pass_in_both_directions_until_both_sides_end() -> None:
    sent, back = b"asked" * 10_000, b"answered" * 10_000
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with slow_network(port, Speed(round_trip=0, rate=1e12)) as through:
            client = socket.create_connection(("127.0.0.1", through), PATIENCE)
            arrived, _ = server.accept()
            with client, arrived, client.makefile("rb") as answer, arrived.makefile("rb") as asked:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
                assert asked.read(len(sent)) == sent
                arrived.sendall(back)
                arrived.shutdown(socket.SHUT_WR)
                assert answer.read(len(back)) == back
