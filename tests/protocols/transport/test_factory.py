"""Admission of clients, and the refusals of others."""

from __future__ import annotations

from types import SimpleNamespace

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.tcp import Port
from twisted.internet.testing import StringTransport
from twisted.logger import formatEvent
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from chatd.errors import ErrorKind
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import (
    ACCEPTS_A_TURN,
    REFUSED_AT_ONCE,
    REFUSED_SECONDS,
    Refused,
)
from chatd.protocols.transport.limits import Limits
from tests.support.logs import logged
from tests.support.sentences import EN
from tests.support.world import World


class HalfClosing(StringTransport):
    """A transport that can be closed in halves, and aborted."""

    half_closed = False

    def loseWriteConnection(self) -> None:
        self.half_closed = True


class AdmissionTests(SynchronousTestCase):
    """The number of clients that are admitted, and the refusals of others."""

    def come(self, world: World, host: str) -> tuple[Protocol | None, StringTransport]:
        transport = HalfClosing()
        protocol = world.chat.buildProtocol(IPv4Address("TCP", host, 1))
        if protocol is not None:
            protocol.makeConnection(transport)
        return protocol, transport

    def test_one_too_many_is_told_why_and_hung_up_on(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.person()
        refused, transport = self.come(world, "192.0.2.1")
        self.assertEqual(
            transport.value(),
            EN.error(ErrorKind.FULL, "full", limit=1).encode() + b"\n",
        )
        self.assertTrue(transport.half_closed)
        assert refused is not None
        refused.dataReceived(b"hola\n")
        self.assertEqual(world.server.lobby.people, 1)
        world.clock.advance(REFUSED_SECONDS)
        self.assertTrue(transport.disconnecting)

    def test_a_full_server_is_told_in_the_log_once_in_a_while(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.person()
        with logged(formatEvent) as lines:
            for _ in range(100):
                self.come(world, "192.0.2.1")
        self.assertEqual(
            lines,
            ["clients are turned away: 1 are connected, as many as limits.connections admits."],
        )

    def test_a_full_network_is_not_told_in_the_log(self) -> None:
        world = World(budgets={"connections.64": 1})
        with logged(formatEvent) as lines:
            for _ in range(2):
                self.come(world, "192.0.2.1")
        self.assertEqual(lines, [])

    def test_a_client_that_has_gone_is_in_the_client_set_no_more(self) -> None:
        world = World()
        person = world.person()
        self.assertEqual(person.factory.clients, {person.protocol})
        person.hang_up(ConnectionDone)
        self.assertEqual(person.factory.clients, set(), "a client that has gone is still there")

    def test_one_who_cannot_be_served_is_let_go_and_the_log_says_so_once(self) -> None:
        world = World()

        def fail(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(world.chat, "_protocol", fail)
        for _ in range(100):
            self.assertIsNone(world.chat.buildProtocol(IPv4Address("TCP", "192.0.2.1", 1)))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_one_who_goes_makes_room(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.person().hang_up()
        self.come(world, "192.0.2.1")
        self.assertEqual(world.server.lobby.people, 1)

    def test_the_addresses_of_both_ports_are_counted_together(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.program()
        self.assertIsInstance(self.come(world, "192.0.2.1")[0], Refused)

    def test_so_many_come_in_from_one_address(self) -> None:
        world = World(budgets={"connections.64": 2})
        came = [self.come(world, f"192.0.2.{host}")[0] for host in (1, 1, 2, 1)]
        self.assertEqual(
            [isinstance(protocol, ChatProtocol) for protocol in came], [True, True, True, False]
        )

    def test_of_very_many_at_once_not_all_are_told(self) -> None:
        world = World(budgets={"connections.all": 1})
        world.person()
        came = [self.come(world, "192.0.2.1")[0] for _ in range(REFUSED_AT_ONCE + 1)]
        self.assertIsNone(came.pop())
        for refused in came:
            assert refused is not None
            refused.connectionLost(Failure(ConnectionDone()))
        self.assertIsInstance(self.come(world, "192.0.2.1")[0], Refused)
        world.settle()
        self.assertEqual(len(world.delayed_calls()), 1)


class CheckTests(SynchronousTestCase):
    """The clients that a factory looks at."""

    def test_of_a_client_that_has_gone_nothing_is_left(self) -> None:
        world = World(limits=Limits(line_seconds=60))
        person = world.person()
        person.send(b"half a li")
        person.transport.producer.pauseProducing()
        connection = person.protocol.connection
        self.assertIn(connection, person.factory.checks)
        self.assertIn(connection.output.writer, person.factory.blocked)
        person.hang_up()
        self.assertNotIn(connection, person.factory.checks)
        self.assertEqual(person.factory.blocked, set())

    def test_one_that_takes_its_output_again_is_no_more_blocked(self) -> None:
        world = World()
        person = world.person()
        writer = person.protocol.connection.output.writer
        person.transport.producer.pauseProducing()
        person.factory.check()
        self.assertEqual(person.factory.blocked, {writer})
        person.transport.producer.resumeProducing()
        person.factory.check()
        self.assertEqual(person.factory.blocked, set())


class AcceptingTests(SynchronousTestCase):
    def test_twisted_takes_more_at_once_each_time_that_there_are_many(self) -> None:
        """`ChatFactory.buildProtocol` sets an attribute of ports that no interface names."""
        port = Port(0, Factory(), interface="127.0.0.1")
        port.startListening()
        self.addCleanup(port.stopListening)
        self.assertEqual(port.numberAccepts, 100)

    def test_only_so_many_come_in_in_a_turn(self) -> None:
        world = World()
        port = SimpleNamespace(numberAccepts=620)
        world.chat.accept_at(port)  # type: ignore[arg-type]
        self.assertEqual(port.numberAccepts, ACCEPTS_A_TURN)
        world.person()
        port.numberAccepts = 24  # as Twisted has it after a turn
        world.person()
        self.assertEqual(port.numberAccepts, ACCEPTS_A_TURN)
