"""The one writer to a connection: what it pushes, what it leaves, and how it closes."""

from __future__ import annotations

import errno
import fcntl
import socket
from typing import NoReturn

from twisted.internet.interfaces import ISSLTransport
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides, implementer, providedBy

from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.managed_connection import READ_BYTES
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.transport.writer import CLOSE_SECONDS, LINGER_SECONDS, ConnectionWriter
from tests.support.connections import Pieces
from tests.support.loopback import LoopbackServer
from tests.support.sentences import EN
from tests.support.transports import SocketTransport, Transport


class OutletTestCase(SynchronousTestCase):
    def make(self, transport: Transport) -> None:
        self.clock = Clock()
        self.supply = Pieces()
        self.transport = transport
        self.blocked: set[ConnectionWriter] = set()
        self.writer = ConnectionWriter(transport, self.supply, self.clock, self.blocked)

    def give(self, *pieces: bytes) -> None:
        """Put pieces into the supply, and say so."""
        self.supply.pieces.extend(pieces)
        self.writer.pump()

    def finish(self) -> None:
        """Say that nothing comes any more."""
        self.supply.finished = True
        self.writer.pump()


class AnyTransportTests(OutletTestCase):
    """On a transport that is no plain socket it is a push producer."""

    def setUp(self) -> None:
        self.make(Transport())

    def test_it_is_a_push_producer(self) -> None:
        self.assertIs(self.transport.producer, self.writer)
        self.assertTrue(self.transport.streaming)

    def test_it_writes_all_there_is(self) -> None:
        self.give(b"a\n", b"b\n")
        self.assertEqual(self.transport.value(), b"a\nb\n")

    def test_while_there_is_no_room_everything_stays_where_it_is(self) -> None:
        self.writer.pauseProducing()
        self.give(b"a\n")
        self.assertEqual(self.transport.value(), b"")
        self.assertEqual(list(self.supply.pieces), [b"a\n"])
        self.writer.resumeProducing()
        self.assertEqual(self.transport.value(), b"a\n")

    def test_it_stops_when_a_write_fills_the_transport(self) -> None:
        write = self.transport.write

        def fill(data: bytes) -> None:
            write(data)
            self.writer.pauseProducing()

        self.patch(self.transport, "write", fill)
        self.give(b"a\n", b"b\n")
        self.assertEqual(self.transport.value(), b"a\n")

    def test_while_it_is_held_nothing_is_taken(self) -> None:
        self.writer.hold()
        self.writer.hold()
        self.give(b"a\n")
        self.writer.release()
        self.assertEqual(self.transport.value(), b"")
        self.writer.release()
        self.assertEqual(self.transport.value(), b"a\n")

    def test_a_supply_that_wakes_it_while_it_takes_is_not_sent_out_of_order(self) -> None:
        take = self.supply.take

        def take_and_wake() -> bytes:
            data = take()
            self.writer.pump()
            return data

        self.patch(self.supply, "take", take_and_wake)
        self.give(b"a\n", b"b\n", b"c\n")
        self.assertEqual(self.transport.value(), b"a\nb\nc\n")

    def test_a_transport_that_asks_for_more_while_it_is_written_to_is_not_either(self) -> None:
        write = self.transport.write

        def write_and_ask(data: bytes) -> None:
            self.writer.resumeProducing()
            write(data)

        self.patch(self.transport, "write", write_and_ask)
        self.give(b"a\n", b"b\n", b"c\n")
        self.assertEqual(self.transport.value(), b"a\nb\nc\n")

    def test_a_tls_transport_is_no_plain_socket(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        directlyProvides(transport, ISSLTransport)
        self.make(transport)
        self.give(b"a\n")
        self.assertTrue(transport.streaming)
        self.assertEqual(transport.value(), b"a\n")

    def test_a_handle_that_is_no_socket_is_not_pushed_to(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        self.patch(transport, "getHandle", object)
        self.make(transport)
        self.give(b"a\n")
        self.assertEqual(transport.value(), b"a\n")


class PushingTests(OutletTestCase):
    """Pushed data is sent past an empty supply, or is not taken at all."""

    def setUp(self) -> None:
        self.make(Transport())

    def refused(self) -> bool:
        """Return True if pushed data is not taken, and not sent."""
        self.transport.clear()
        return not self.writer.push(b"pushed\n") and not self.transport.value()

    def test_what_is_pushed_is_sent_at_once(self) -> None:
        self.assertTrue(self.writer.push(b"pushed\n"))
        self.assertEqual(self.transport.value(), b"pushed\n")

    def test_nothing_is_taken_without_room_for_it(self) -> None:
        self.writer.pauseProducing()
        self.assertTrue(self.refused())
        self.writer.resumeProducing()
        self.assertFalse(self.refused())

    def test_nothing_is_taken_while_it_is_held(self) -> None:
        self.writer.hold()
        self.writer.hold()
        self.writer.release()
        self.assertTrue(self.refused())
        self.writer.release()
        self.assertFalse(self.refused())

    def test_one_without_room_says_so_until_it_is_lost(self) -> None:
        self.assertEqual(self.blocked, set())
        self.writer.pauseProducing()
        self.assertEqual(self.blocked, {self.writer})
        self.writer.lost()
        self.assertEqual(self.blocked, set())
        self.writer.owe(b"rest")
        self.assertEqual(self.blocked, set(), "one that is lost waits for nothing")

    def test_one_without_room_is_waiting(self) -> None:
        self.assertFalse(self.writer.waiting)
        self.writer.pauseProducing()
        self.assertTrue(self.writer.waiting)

    def test_when_sending_fails_that_is_told_and_nothing_follows(self) -> None:
        def fail(data: bytes) -> None:
            raise ZeroDivisionError

        for send in (lambda: self.writer.push(b"a\n")), (lambda: self.give(b"a\n")):
            self.make(Transport())
            broken = self.patch(self.transport, "write", fail)
            send()
            broken.restore()
            self.assertEqual(self.supply.failures, ["a client could not be sent to"])
            self.give(b"next\n")
            self.assertTrue(self.refused())

    def test_nothing_is_taken_while_something_is_being_sent(self) -> None:
        seen: list[bool] = []
        self.patch(self.transport, "write", lambda data: seen.append(self.writer.push(b"pushed")))
        self.give(b"a\n")
        self.assertEqual(seen, [False])

    def test_nothing_is_taken_when_it_is_closing(self) -> None:
        self.finish()
        self.assertTrue(self.refused())

    def test_nothing_is_taken_when_the_connection_is_lost(self) -> None:
        self.writer.lost()
        self.assertTrue(self.refused())

    def test_nothing_is_taken_when_the_client_has_nothing_more_to_send(self) -> None:
        self.writer.end()
        self.assertTrue(self.refused())


class PlainSocketTests(OutletTestCase):
    """On a plain socket it pushes to the socket itself, and is a pull producer for the rest."""

    BIG = b"x" * (8 << 20)

    def setUp(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        self.make(transport)
        self.socket = transport

    def test_it_is_a_pull_producer(self) -> None:
        self.assertFalse(self.transport.streaming)

    def test_it_pushes_straight_to_the_socket(self) -> None:
        self.give(b"a\n", b"b\n")
        self.assertEqual(self.socket.received(), b"a\nb\n")
        self.assertEqual(self.transport.value(), b"")

    def test_what_the_kernel_does_not_take_is_held_until_there_is_room(self) -> None:
        self.give(self.BIG)
        taken = self.socket.received()
        self.assertLess(len(taken), len(self.BIG))
        self.assertEqual(taken + self.writer.unsent, self.BIG, "what is not taken is lost")
        self.assertEqual(taken + self.socket.make_room(), self.BIG)
        self.assertEqual((self.writer.unsent, self.transport.value()), (b"", b""))

    def test_nothing_passes_the_rest(self) -> None:
        self.give(self.BIG)
        first = self.socket.received()
        self.give(b"a\n")
        self.assertEqual(self.socket.received(), b"")
        self.assertEqual(first + self.socket.make_room(), self.BIG + b"a\n")

    def test_its_socket_is_ready_while_nothing_is_in_the_way(self) -> None:
        self.assertIs(self.writer.ready_socket, self.socket.getHandle())
        self.writer.hold()
        self.assertIsNone(self.writer.ready_socket)
        self.writer.release()
        self.assertIs(self.writer.ready_socket, self.socket.getHandle())
        self.assertEqual(self.supply.blocks, 0)

    def test_it_is_not_ready_between_a_take_and_the_sending(self) -> None:
        ready = []
        take = self.supply.take

        def look() -> bytes:
            ready.append(self.writer.ready_socket)
            return take()

        self.patch(self.supply, "take", look)
        self.give(b"a\n")
        self.assertEqual(ready, [None, None])

    def test_what_it_owes_is_sent_before_all_else(self) -> None:
        self.writer.owe(b"st\n")
        self.give(b"next\n")
        self.assertEqual(self.socket.received(), b"")
        self.assertIsNone(self.writer.ready_socket)
        self.assertEqual(self.socket.make_room(), b"st\nnext\n")
        self.assertIs(self.writer.ready_socket, self.socket.getHandle())

    def test_a_supply_is_told_that_the_socket_is_full(self) -> None:
        self.give(self.BIG)
        self.assertEqual(self.supply.blocks, 1)
        self.assertIsNone(self.writer.ready_socket)

    def test_a_supply_is_told_of_the_end(self) -> None:
        for end in ConnectionWriter.end, ConnectionWriter.lost, ConnectionWriter.stopProducing:
            transport = SocketTransport()
            self.addCleanup(transport.close)
            self.make(transport)
            end(self.writer)
            self.assertGreaterEqual(self.supply.blocks, 1)
            self.assertIsNone(self.writer.ready_socket)

    def test_a_rest_that_cannot_be_sent_lets_go_of_the_client(self) -> None:
        def broken() -> NoReturn:
            raise ZeroDivisionError

        self.patch(self.transport, "startWriting", broken)
        self.writer.owe(b"st\n")
        self.assertEqual(self.supply.failures, ["a client could not be sent to"])


class Wrapper(Transport):
    """A protocol around a transport, which provides what that provides."""

    def __init__(self, transport: SocketTransport) -> None:
        super().__init__()
        self.getHandle = transport.getHandle
        directlyProvides(self, providedBy(transport))

    def connectionLost(self, reason: object) -> NoReturn:
        raise AssertionError("the transport is not closed")


@implementer(ISSLTransport)
class TlsTransport(Transport):
    """TLS over a transport with a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.transport = SocketTransport()


class ClosingTests(OutletTestCase):
    """When its supply is drained it closes, and no client can keep it from that for ever."""

    def setUp(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        self.make(transport)

    def fill(self) -> None:
        """Have the connection take nothing more."""
        self.give(PlainSocketTests.BIG)

    def test_what_there_is_is_sent_before_it_closes(self) -> None:
        self.fill()
        self.supply.pieces.append(b"last\n")
        self.finish()
        self.assertFalse(self.transport.half_closed)
        self.assertTrue(self.transport.make_room().endswith(b"last\n"))
        self.assertTrue(self.transport.half_closed)

    def test_it_says_that_it_is_done_and_reads_on_in_case_the_client_still_sends(self) -> None:
        self.transport.pauseProducing()
        self.finish()
        self.assertIsNone(self.transport.producer)
        self.assertTrue(self.transport.half_closed)
        self.assertEqual(self.transport.producerState, "producing")
        self.assertFalse(self.transport.disconnecting)

    def test_it_closes_once_the_client_has_nothing_more_to_send(self) -> None:
        self.finish()
        self.writer.end()
        self.assertTrue(self.transport.disconnecting)
        self.assertFalse(self.transport.disconnected)

    def test_a_client_that_sends_on_for_too_long_is_cut_off(self) -> None:
        self.finish()
        self.clock.advance(LINGER_SECONDS - 0.5)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(0.5)
        self.assertTrue(self.transport.disconnected)

    def test_a_client_that_has_not_been_sent_everything_by_then_is_closed_not_cut_off(self) -> None:
        self.give(b"last\n")
        self.finish()
        self.clock.advance(LINGER_SECONDS)
        self.assertTrue(self.transport.disconnecting)
        self.assertFalse(self.transport.disconnected)
        self.assertEqual(self.transport.received(), b"last\n")

    def test_a_client_that_has_been_sent_everything_by_then_is_cut_off(self) -> None:
        self.give(b"last\n")
        self.finish()
        self.transport.received()
        self.clock.advance(LINGER_SECONDS)
        self.assertTrue(self.transport.disconnected)

    def test_one_of_whom_the_system_does_not_say_it_is_closed_not_cut_off(self) -> None:
        def unknown(*_: object) -> NoReturn:
            raise OSError(errno.ENOTTY, "no such question")

        self.give(b"last\n")
        self.finish()
        self.transport.received()
        self.patch(fcntl, "ioctl", unknown)
        self.clock.advance(LINGER_SECONDS)
        self.assertTrue(self.transport.disconnecting)
        self.assertFalse(self.transport.disconnected)

    def test_a_client_that_takes_nothing_is_left_alone_while_it_does_not_end(self) -> None:
        self.fill()
        self.clock.advance(2 * CLOSE_SECONDS)
        self.assertFalse(self.transport.disconnected)

    def test_a_client_that_sends_nothing_more_and_takes_all_may_wait_for_more(self) -> None:
        self.writer.end()
        self.clock.advance(2 * CLOSE_SECONDS)
        self.assertFalse(self.transport.disconnected)
        self.give(b"more\n")
        self.assertEqual(self.transport.received(), b"more\n")

    def test_a_client_that_sends_nothing_more_and_takes_nothing_is_cut_off(self) -> None:
        self.fill()
        self.writer.end()
        self.assertFalse(self.supply.finished)
        self.clock.advance(CLOSE_SECONDS - 1)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_a_client_that_has_nothing_more_to_send_is_closed_when_drained(self) -> None:
        self.fill()
        self.writer.end()
        self.assertFalse(self.transport.disconnecting)
        self.finish()
        self.transport.make_room()
        self.assertTrue(self.transport.disconnected)
        self.assertFalse(self.transport.half_closed)

    def test_a_client_that_takes_nothing_is_cut_off(self) -> None:
        self.fill()
        self.finish()
        self.clock.advance(CLOSE_SECONDS - 1)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_what_is_put_in_for_a_client_that_takes_nothing_gives_it_no_more_time(self) -> None:
        self.fill()
        self.writer.end()
        self.clock.advance(CLOSE_SECONDS - 1)
        self.give(b"more\n")
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_one_that_makes_room_while_it_is_being_closed_gets_no_more_time(self) -> None:
        self.finish()
        self.writer.resumeProducing()
        self.clock.advance(LINGER_SECONDS)
        self.assertTrue(self.transport.disconnected)

    def test_a_client_that_takes_something_gets_more_time(self) -> None:
        self.fill()
        self.supply.pieces.extend([PlainSocketTests.BIG] * 2)
        self.finish()
        for _ in range(2):
            self.clock.advance(CLOSE_SECONDS - 1)
            taken = b""
            while len(taken) < len(PlainSocketTests.BIG):
                taken += self.transport.received()
                self.writer.resumeProducing()
        self.clock.advance(CLOSE_SECONDS - 1)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_a_client_that_has_ended_and_is_owed_nothing_is_closed_without_a_write(self) -> None:
        self.writer.end()
        self.finish()
        self.assertTrue(self.transport.disconnected)
        self.assertFalse(self.transport.disconnecting)  # by way of the reactor, and a write
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_protocol_around_a_transport_is_asked_to_close(self) -> None:
        wrapper = Wrapper(self.transport)
        self.make(wrapper)
        self.writer.end()
        self.finish()
        self.assertTrue(wrapper.disconnecting)

    def test_for_another_supply_nothing_has_ended(self) -> None:
        self.fill()
        self.writer.end()
        other = Pieces()
        self.writer.serve(other)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.transport.make_room()
        self.assertTrue(self.writer.push(b"fresh\n"))
        other.pieces.append(b"last\n")
        other.finished = True
        self.writer.pump()
        self.assertEqual(self.transport.received(), b"fresh\nlast\n")
        self.assertTrue(self.transport.half_closed)

    def test_over_tls_there_is_no_closing_of_one_half(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        directlyProvides(transport, ISSLTransport)
        self.make(transport)
        self.finish()
        self.assertTrue(transport.disconnecting)
        self.assertFalse(transport.half_closed)
        self.clock.advance(CLOSE_SECONDS)
        self.assertTrue(transport.disconnected)

    def test_over_tls_one_that_has_everything_and_does_not_answer_is_cut_off(self) -> None:
        transport = self.make_tls()
        self.finish()
        self.clock.pump([LINGER_SECONDS])
        self.assertFalse(transport.disconnected)
        self.clock.pump([LINGER_SECONDS])
        self.assertTrue(transport.disconnected)
        self.assertTrue(self.writer.acknowledged)

    def test_over_tls_one_that_does_not_have_everything_gets_the_whole_time(self) -> None:
        transport = self.make_tls()
        transport.transport.handle.send(b"last")
        self.finish()
        self.clock.pump([LINGER_SECONDS] * int(CLOSE_SECONDS / LINGER_SECONDS - 1))
        self.assertFalse(transport.disconnected)
        self.clock.pump([LINGER_SECONDS])
        self.assertTrue(transport.disconnected)

    def test_over_tls_one_that_is_still_being_sent_to_is_left_alone(self) -> None:
        transport = self.make_tls()
        self.finish()
        for _ in range(5):
            self.clock.pump([LINGER_SECONDS])
            transport.transport.handle.send(b"more")
            self.clock.pump([LINGER_SECONDS])
            transport.transport.received()
        self.assertFalse(transport.disconnected)

    def test_over_tls_one_that_answers_leaves_no_timer(self) -> None:
        self.make_tls()
        self.finish()
        self.writer.lost(ended=True)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def make_tls(self) -> TlsTransport:
        """Make the writer to a transport with TLS, and return that."""
        transport = TlsTransport()
        self.addCleanup(transport.transport.close)
        self.make(transport)
        return transport

    def test_nothing_is_sent_any_more(self) -> None:
        self.finish()
        self.give(b"late\n")
        self.writer.resumeProducing()
        self.assertEqual(self.transport.received(), b"")


class LostTests(OutletTestCase):
    def setUp(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        self.make(transport)

    def test_a_connection_that_is_lost_leaves_no_timer(self) -> None:
        for lose in ConnectionWriter.lost, ConnectionWriter.stopProducing:
            transport = SocketTransport()
            self.addCleanup(transport.close)
            self.make(transport)
            self.give(PlainSocketTests.BIG)
            self.finish()
            lose(self.writer)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nor_does_one_that_is_lost_while_it_lingers(self) -> None:
        self.finish()
        self.writer.lost()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_one_that_was_cut_off_may_be_lost(self) -> None:
        self.give(PlainSocketTests.BIG)
        self.writer.end()
        self.clock.advance(CLOSE_SECONDS)
        self.writer.lost()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_so_may_one_that_lingered_for_too_long(self) -> None:
        self.finish()
        self.clock.advance(LINGER_SECONDS)
        self.writer.lost()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nothing_is_begun_for_one_that_was_cut_off(self) -> None:
        self.give(PlainSocketTests.BIG)
        self.writer.end()
        self.clock.advance(CLOSE_SECONDS)
        self.give(b"late\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nor_for_one_that_is_lost_because_sending_to_it_failed(self) -> None:
        def fail() -> NoReturn:
            raise ZeroDivisionError

        self.patch(self.supply, "take", fail)
        self.supply.failed = lambda _: self.writer.lost()
        self.finish()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nothing_is_taken_for_it_any_more(self) -> None:
        self.writer.lost()
        self.give(b"a\n")
        self.assertEqual(list(self.supply.pieces), [b"a\n"])


class AcknowledgedTests(OutletTestCase):
    def setUp(self) -> None:
        transport = SocketTransport()
        self.addCleanup(transport.close)
        self.make(transport)

    def test_nothing_that_was_sent_is_nothing_that_is_missing(self) -> None:
        self.assertTrue(self.writer.acknowledged)

    def test_what_was_sent_is_acknowledged_once_it_arrived(self) -> None:
        self.give(b"a\n")
        self.assertFalse(self.writer.acknowledged)
        self.transport.received()
        self.assertTrue(self.writer.acknowledged)

    def test_of_a_connection_that_takes_nothing_it_is_not(self) -> None:
        self.give(PlainSocketTests.BIG)
        self.assertFalse(self.writer.acknowledged)

    def test_what_had_arrived_at_one_that_is_lost_has_for_good(self) -> None:
        self.give(b"a\n")
        self.transport.received()
        self.writer.stopProducing()
        self.give(b"b\n")
        self.writer.lost()
        self.assertTrue(self.writer.acknowledged)

    def test_what_was_sent_to_one_that_is_lost_may_not_have_arrived(self) -> None:
        self.give(b"a\n")
        self.writer.stopProducing()
        self.assertFalse(self.writer.acknowledged)
        self.writer.lost()
        self.assertFalse(self.writer.acknowledged)

    def test_what_was_sent_to_one_that_ended_has(self) -> None:
        self.give(b"a\n")
        self.writer.stopProducing()
        self.writer.lost(ended=True)
        self.assertTrue(self.writer.acknowledged)

    def test_so_has_what_was_sent_to_one_that_lingered(self) -> None:
        self.finish()
        self.clock.advance(LINGER_SECONDS)
        self.writer.lost()
        self.assertTrue(self.writer.acknowledged)

    def test_but_not_what_was_sent_to_one_that_was_cut_off(self) -> None:
        self.give(PlainSocketTests.BIG)
        self.writer.end()
        self.clock.advance(CLOSE_SECONDS)
        self.writer.lost()
        self.assertFalse(self.writer.acknowledged)


# On real connections


async def test_the_last_lines_arrive_although_the_client_sends_on(loopback: LoopbackServer) -> None:
    ana = await loopback.guest()
    ana.send_raw(b"hola\n/quit\n" + b"x" * 1_000_000)
    assert await ana.end() == ["<guest1> hola", EN.notice("goodbye")]
    await ana.close()


async def test_everything_arrives_at_a_client_that_quits_and_reads_later() -> None:
    loopback, clock = LoopbackServer(), Clock()
    loopback.chat = ChatFactory(loopback.server, clock, ChatProtocol)
    loopback.chat.turns = TurnScheduler(loopback.reactor, loopback.store.error_log)
    await loopback.listen()
    luis, ana = await loopback.guest(), await loopback.guest()
    ana.transport.pauseProducing()
    ana.transport.getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    said = [f"{number} " + "x" * 4000 for number in range(20)]
    luis.send(*said)
    await luis.until(said[-1])
    ana.send("/quit")
    luis.send("/who")
    while "1 guest." not in await luis.line():
        luis.send("/who")
    assert clock.getDelayedCalls()  # ana has quit, and some of it waits in the kernel
    clock.advance(LINGER_SECONDS)
    ana.transport.resumeProducing()
    assert await ana.end() == [*(f"<guest1> {text}" for text in said), EN.notice("goodbye")]
    await ana.close()
    await loopback.close()


async def test_a_refused_protocol_gets_its_answer_although_it_sends_on(
    loopback: LoopbackServer,
) -> None:
    page = await loopback.guest()
    page.send_raw(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + b"x\n" * 500_000)
    (answer,) = await page.end()
    assert answer.startswith("ERR Wrong protocol: ")
    await page.close()
    assert loopback.server.lobby.head == 0


async def test_no_piece_is_cut_by_another(loopback: LoopbackServer) -> None:
    ana, luis = await loopback.guest(), await loopback.guest()
    ana.transport.pauseProducing()
    for number in range(200):
        luis.send(f"{number} " + "x" * 4000, f"/msg guest1 {number} " + "y" * 100)
        ana.send("/who")
    luis.send("/who")
    await luis.until("*** In #lobby: ")
    ana.transport.resumeProducing()
    lines = await ana.until("<guest2> 199 ")
    said = [line for line in lines if line.startswith("<guest2>")]
    assert said == [f"<guest2> {number} " + "x" * 4000 for number in range(200)]
    for line in lines:
        assert line.startswith("<guest2> ") or line.endswith(("y" * 100, "2 guests.")), line


async def test_so_much_is_read_of_a_client_at_a_time(loopback: LoopbackServer) -> None:
    """No interface of Twisted's names what this is set by."""
    ana = await loopback.guest()
    (client,) = loopback.chat.clients
    reads: list[int] = []
    take = client.dataReceived

    def note(data: bytes) -> None:
        reads.append(len(data))
        take(data)

    client.dataReceived = note  # type: ignore[method-assign]
    ana.send_raw(b"x" * 10 * READ_BYTES)
    ana.send("", "/who")
    await ana.until("1 guest")
    assert max(reads) <= READ_BYTES
