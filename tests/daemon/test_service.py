"""The lifecycle of the daemon: its log at the start, its checks, a stop that no client delays."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.threads import deferToThread
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from chatd import event
from chatd.chat.mark_checks import CHECKS_A_MINUTE
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.retention import Retention, RetentionPolicy
from chatd.daemon.service import (
    CLOSE_SECONDS,
    COMMIT_SECONDS,
    DRAIN_SECONDS,
    MANY_CLIENTS,
    RETURN_SECONDS,
    ChatService,
    Listener,
)
from chatd.event import Draft
from chatd.i18n import Language
from chatd.protocols.lines.chat import ChatProtocol
from chatd.protocols.transport.factory import CHECK_SECONDS, ChatFactory
from chatd.protocols.transport.limits import Limits
from chatd.storage.clock_watch import ClockWatch
from chatd.storage.memory import STORED_EVENTS
from chatd.util.versions import versions
from tests.support.loopback import LoopbackServer
from tests.support.receivers import Receiver, hook_record, outgoing_of
from tests.support.sentences import EN, ES
from tests.support.service import FREE, make
from tests.support.world import World

GOODBYE = EN.notice("stopping")


class Port:
    """A bound address."""

    def __init__(self, address: IAddress) -> None:
        self.address = address
        self.listening = True
        self.numberAccepts = 100

    def getHost(self) -> IAddress:
        return self.address

    def stopListening(self) -> None:
        self.listening = False


class ServiceTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.log: list[LogEvent] = []
        globalLogPublisher.addObserver(self.log.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.log.append)

    def make(
        self, world: World, *addresses: IAddress, on_terminal: bool = True, key: str | None = None
    ) -> ChatService:
        """Return a daemon that listens on addresses, the first of them with TLS and a key."""
        self.ports = [Port(address) for address in addresses]
        world.chat.ports.extend(self.ports)  # type: ignore[arg-type]
        with_tls = []
        if key is not None:
            secure = ChatFactory(world.server, world.clock, ChatProtocol)
            secure.ports.append(world.chat.ports.pop(0))
            shown: Any = SimpleNamespace(pair=SimpleNamespace(fingerprint=key))
            with_tls.append(Listener(ListenerKind.CHAT, "chat", secure, shown))
        return ChatService(
            world.store,
            [
                *with_tls,
                Listener(ListenerKind.CHAT, "chat", world.chat),
                Listener(ListenerKind.BARE, "bare", world.bare),
            ],
            world.clock,
            language=world.server.language,
            on_terminal=on_terminal,
        )

    def logged(self) -> list[str]:
        """Return the lines of the log without that of the versions."""
        return [line for line in map(formatEvent, self.log) if line != versions()]


class StartTests(ServiceTestCase):
    def said(self, address: IAddress, *, on_terminal: bool = True) -> str:
        """Return the first line of the log of a daemon that listens on an address."""
        self.make(World(), address, on_terminal=on_terminal).startService()
        return self.logged()[0]

    def test_on_loopback_it_says_how_to_let_others_in(self) -> None:
        for host, port in ("127.0.0.1", 60060), ("127.8.8.8", 7):
            self.log.clear()
            self.assertEqual(
                self.said(IPv4Address("TCP", host, port)),
                f"listening on {host}:{port}."
                " This machine only; --lan lets the local network in, over TLS.",
            )

    def test_where_others_get_in_with_tls_it_does_not_say_how(self) -> None:
        addresses = [IPv4Address("TCP", "0.0.0.0", 60062), IPv4Address("TCP", "127.0.0.1", 60060)]
        self.make(World(), *addresses, key="").startService()
        self.assertEqual(
            self.logged()[:2],
            ["listening on 0.0.0.0:60062.", "listening on 127.0.0.1:60060. This machine only."],
        )

    def test_with_tls_it_says_the_fingerprint_of_the_key(self) -> None:
        address = IPv4Address("TCP", "0.0.0.0", 60062)
        self.make(World(), address, key="sha256:x=").startService()
        self.assertEqual(
            self.logged()[0],
            "listening on 0.0.0.0:60062."
            " Its key is sha256:x= (the --fingerprint of chatd's clients).",
        )

    def test_the_lines_of_addresses_have_them_as_values_for_programs(self) -> None:
        self.make(World(), IPv4Address("TCP", "0.0.0.0", 7), key="sha256:x=").startService()
        said = next(event for event in self.log if "address" in event)
        values = [said[each] for each in ("kind", "address", "fingerprint")]
        self.assertEqual(values, ["chat", "0.0.0.0:7", "sha256:x="])

    def test_tls_for_this_machine_only_lets_no_others_in(self) -> None:
        self.make(World(), IPv4Address("TCP", "127.0.0.1", 60062), key="").startService()
        self.assertIn("--lan lets the local network in", self.logged()[0])

    def test_on_every_address_it_does_not_say_so(self) -> None:
        self.assertEqual(
            self.said(IPv4Address("TCP", "0.0.0.0", 60060)),
            "listening on 0.0.0.0:60060.",
        )

    def test_the_last_line_says_how_to_stop_it(self) -> None:
        addresses = [IPv4Address("TCP", "0.0.0.0", port) for port in (1, 2)]
        self.make(World(), *addresses).startService()
        self.assertEqual([line for line in self.logged() if "Ctrl+C" in line], self.logged()[-1:])
        self.assertEqual(self.logged()[-1], "Press Ctrl+C to stop.")

    def test_its_first_lines_are_in_the_language_of_the_server(self) -> None:
        address = IPv4Address("TCP", "127.0.0.1", 7)
        self.make(World(language=Language.SPANISH), address).startService()
        listening = ES.sentence("log_listening", address="127.0.0.1:7")
        self.assertEqual(
            self.logged(),
            [
                f"{listening} {ES.sentence('log_lets_in')}",
                ES.sentence("log_history_in_memory", limit=STORED_EVENTS),
                ES.sentence("log_stop"),
            ],
        )

    def test_without_a_terminal_it_does_not_speak_of_ctrl_c(self) -> None:
        self.said(IPv4Address("TCP", "0.0.0.0", 60060), on_terminal=False)
        self.assertNotIn("Ctrl+C", "".join(self.logged()))

    def test_ipv6_addresses_are_written_in_brackets(self) -> None:
        self.assertEqual(
            self.said(IPv6Address("TCP", "::", 60060), on_terminal=False),
            "listening on [::]:60060.",
        )

    def test_the_loopback_of_ipv6_is_this_machine_only_too(self) -> None:
        self.assertEqual(
            self.said(IPv6Address("TCP", "::1", 60060), on_terminal=False),
            "listening on [::1]:60060."
            " This machine only; --lan lets the local network in, over TLS.",
        )

    def test_a_unix_socket_is_written_as_its_path(self) -> None:
        self.assertEqual(
            self.said(UNIXAddress(b"/run/chat.sock"), on_terminal=False),
            "listening on /run/chat.sock.",
        )

    def test_a_path_cannot_write_lines_of_its_own_into_the_log(self) -> None:
        self.assertEqual(
            self.said(UNIXAddress(b"/run/a\n\x1b[2J\xff"), on_terminal=False),
            "listening on /run/a^J^[[2J\\udcff.",
        )

    def test_the_log_begins_with_the_versions(self) -> None:
        self.make(World(), IPv4Address("TCP", "127.0.0.1", 60060)).startService()
        self.assertEqual(formatEvent(self.log[0]), versions())

    def test_each_address_has_its_line_and_the_history_comes_last(self) -> None:
        addresses = [IPv4Address("TCP", "0.0.0.0", port) for port in (1, 2)]
        self.make(World(), *addresses, on_terminal=False).startService()
        self.assertEqual(
            self.logged(),
            [
                "listening on 0.0.0.0:1.",
                "listening on 0.0.0.0:2.",
                "history in memory: the last 10000 lines of a room, until it stops.",
            ],
        )

    def old_names(self, *names: str) -> list[str]:
        """Return the lines of the log about names that are refused today."""
        world = World()
        for name in names:
            world.register(name)
        self.make(world, IPv4Address("TCP", "127.0.0.1", 60060)).startService()
        return [line for line in self.logged() if "accounts keep" in line]

    def test_accounts_with_names_that_are_refused_today_are_named(self) -> None:
        names = "ana", "NickServ", "10.1.2.3", "eva."
        self.assertEqual(
            self.old_names(*names),
            [
                "accounts keep names that nobody may take today: 10.1.2.3, NickServ, eva.."
                " `chatd admin remove NAME` ends one."
            ],
        )

    def test_only_the_first_of_many_such_accounts_are_named(self) -> None:
        (line,) = self.old_names(*(f"10.0.0.{number}" for number in range(100, 121)))
        self.assertIn(" 10.0.0.119 and 1 more.", line)
        self.assertNotIn("10.0.0.120", line)

    def test_without_such_accounts_nothing_is_logged(self) -> None:
        self.assertEqual(self.old_names("ana"), [])


class CheckTests(ServiceTestCase):
    def test_connections_are_checked_until_it_stops(self) -> None:
        world = World(limits=Limits(line_seconds=60))
        service = self.make(world)
        service.startService()
        ana = world.person()
        ana.send(b"half")
        for _ in range(13):
            world.clock.advance(CHECK_SECONDS)
        self.assertIn("took more than 60 seconds", ana.seen()[0])
        ana.hang_up()
        self.successResultOf(service.stopService())
        self.assertEqual(world.clock.getDelayedCalls(), [])

    def test_memory_is_given_back_once_many_clients_have_gone(self) -> None:
        world, returned = World(), list[bool]()
        service = ChatService(
            world.store,
            [
                Listener(ListenerKind.CHAT, "chat", world.chat),
                Listener(ListenerKind.BARE, "bare", world.bare),
            ],
            world.clock,
            return_memory=lambda: returned.append(True),
        )
        service.startService()
        people = [world.person() for _ in range(MANY_CLIENTS - 1)]
        people.append(world.program())
        world.clock.advance(RETURN_SECONDS)
        people.pop().hang_up()
        world.clock.advance(RETURN_SECONDS)
        for person in people[1:]:
            person.hang_up()
        world.clock.advance(RETURN_SECONDS)
        self.assertEqual(returned, [])
        people[0].hang_up()
        for _ in range(3):
            world.clock.advance(RETURN_SECONDS)
        self.assertEqual(returned, [True])
        self.successResultOf(service.stopService())


class RetentionTests(ServiceTestCase):
    def test_old_lines_are_forgotten_from_its_start_to_its_stop(self) -> None:
        world = World()
        world.store.commit([Draft("lobby", 0, "ana", event.Kind.MESSAGE, ["old"])])
        world.clock.advance(100_000)
        retention = Retention(
            world.server, world.store, world.clock, RetentionPolicy(86_400), world.watch
        )
        service = ChatService(world.store, [], world.clock, retention=retention, on_terminal=False)
        self.assertEqual(len(world.store._logs["lobby"].events), 1)
        service.startService()
        self.assertEqual(len(world.store._logs["lobby"].events), 0)
        self.assertEqual(self.logged()[-1], "lines are kept for 1d.")
        self.successResultOf(service.stopService())
        self.assertEqual(world.clock.getDelayedCalls(), [])


class ClockTests(ServiceTestCase):
    def test_the_clock_is_watched_from_its_start_on(self) -> None:
        world = World()
        service = ChatService(world.store, [], world.clock, watch=world.watch)
        service.startService()
        world.ahead += 100_000
        world.clock.advance(CHECK_SECONDS)
        self.assertTrue(world.watch.doubted)
        self.assertIn("it was set forward by 1d 3h 46m 40s", self.logged()[-1])
        self.successResultOf(service.stopService())

    def test_the_clock_is_compared_with_the_newest_line_at_the_start(self) -> None:
        world = World()
        world.store.commit([Draft("lobby", 0, "ana", event.Kind.MESSAGE, ["old"])])
        watch = ClockWatch(world.store, world.clock, world.now)
        world.clock.advance(100_000)
        service = ChatService(world.store, [], world.clock, watch=watch)
        service.startService()
        self.assertTrue(watch.doubted)
        world.settle()
        self.successResultOf(service.stopService())


class HooksTests(ServiceTestCase):
    """Lines go to hooks from the start to the stop, and the seq that was delivered is stored."""

    def setUp(self) -> None:
        super().setUp()
        self.world = World()
        self.receiver = Receiver()
        server = self.world.server
        self.world.register("ana", admin=True)
        _, put = server.hooks.add(server.lobby, hook_record("http://a.example/", "ana"))
        server.deeds.carry_out(self.world.person().session, server.lobby, None, put)
        self.outgoing = outgoing_of(server, self.receiver, self.world.clock)
        listeners = [Listener(ListenerKind.CHAT, "chat", self.world.chat)]
        self.service = ChatService(
            self.world.store, listeners, self.world.clock, outgoing=self.outgoing
        )

    def stored(self) -> list[int]:
        records = [record for record in self.world.store.records() if record.kind == "hook"]
        return [json.loads(record.value)["seq"] for record in records]

    def say(self, text: str) -> None:
        self.world.say(text)
        self.world.clock.pump([0] * 4)

    def stop(self) -> None:
        stopped = self.service.stopService()
        clients: Any = tuple(self.world.chat.clients)
        for client in clients:
            client.connectionLost(Failure(ConnectionDone()))
        self.world.clock.pump([0] * 4)
        self.successResultOf(stopped)

    def test_lines_are_sent_from_its_start_on(self) -> None:
        self.say("one")
        self.assertEqual(self.receiver.texts(), [])
        self.service.startService()
        self.say("two")
        self.assertEqual(self.receiver.texts(), ["one", "two"])
        self.stop()
        self.assertTrue(self.receiver.closed)
        self.assertEqual(self.world.clock.getDelayedCalls(), [])

    def test_the_delivered_seq_is_stored_regularly(self) -> None:
        self.service.startService()
        self.say("one")
        self.assertEqual(self.stored(), [0])
        self.world.clock.advance(CHECK_SECONDS)
        self.world.settle()
        self.assertEqual(self.stored(), [1])
        self.stop()

    def test_the_delivered_seq_is_stored_at_the_stop(self) -> None:
        self.service.startService()
        self.say("one")
        self.stop()
        self.assertEqual(self.stored(), [1])

    def test_nothing_more_is_sent_once_it_stops(self) -> None:
        self.service.startService()
        self.receiver.slow = True
        self.say("one")
        self.say("two")
        stopped = self.service.stopService()
        self.receiver.under_way.pop().callback(None)
        clients: Any = tuple(self.world.chat.clients)
        for client in clients:
            client.connectionLost(Failure(ConnectionDone()))
        self.world.clock.pump([0] * 4)
        self.successResultOf(stopped)
        self.assertEqual(self.receiver.texts(), ["one"])
        self.assertEqual(self.stored(), [1])


class StopTests(ServiceTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.world = World(slow=True)
        self.service = self.make(self.world, IPv4Address("TCP", "0.0.0.0", 1))
        self.service.startService()
        self.ana = self.world.person()
        self.luis = self.world.person()

    def stop(self) -> Deferred[None]:
        stopped = self.service.stopService()
        self.world.settle()
        return stopped

    def hang_up(self) -> None:
        """Close both clients, as they do when the server has closed."""
        for person in self.ana, self.luis:
            self.assertTrue(person.closed)
            person.hang_up()

    def test_no_connection_is_accepted_any_more(self) -> None:
        self.stop()
        self.assertFalse(self.ports[0].listening)

    def test_clients_receive_a_goodbye(self) -> None:
        stopped = self.stop()
        self.assertEqual(self.ana.seen() + self.luis.seen(), [GOODBYE] * 2)
        self.hang_up()
        self.successResultOf(stopped)

    def test_bare_clients_receive_no_goodbye(self) -> None:
        program = self.world.program()
        self.stop()
        self.assertEqual(program.bytes_seen(), b"")
        self.assertTrue(program.closed)

    def test_received_lines_are_committed_and_sent_before_the_goodbye(self) -> None:
        self.ana.send(b"in flight\n")
        self.world.settle()
        self.ana.send(b"waiting\n")
        stopped = self.stop()
        self.assertEqual(self.luis.seen(), [])
        self.world.release()
        self.assertEqual(self.luis.seen(), ["<guest1> in flight", "<guest1> waiting", GOODBYE])
        self.hang_up()
        self.successResultOf(stopped)

    def test_notices_that_wait_are_sent_before_the_goodbye(self) -> None:
        self.ana.send(b"/nick ana\n")
        stopped = self.service.stopService()
        self.world.clock.advance(0)
        self.world.store.release()
        renamed = EN.notice("renamed", name="guest1", new_name="ana")
        self.assertEqual(self.luis.seen(), [renamed, GOODBYE])
        self.hang_up()
        self.successResultOf(stopped)

    def test_lines_that_are_sent_during_the_stop_are_not_said(self) -> None:
        self.ana.type("before")
        self.stop()
        self.ana.type("after")
        self.world.release()
        self.assertEqual(self.luis.seen(), ["<guest1> before", GOODBYE])

    def test_without_clients_it_stops_at_once(self) -> None:
        self.ana.hang_up()
        self.luis.hang_up()
        self.successResultOf(self.stop())

    def test_a_client_that_never_reads_is_cut_off(self) -> None:
        self.ana.stop_taking()
        self.ana.type("/who")
        stopped = self.stop()
        self.luis.hang_up()
        self.world.clock.advance(DRAIN_SECONDS - 0.1)
        self.assertFalse(self.ana.transport.disconnected)
        self.world.clock.advance(0.1)
        self.assertTrue(self.ana.transport.disconnected)
        self.successResultOf(stopped)

    def test_several_that_never_read_are_all_cut_off(self) -> None:
        program = self.world.program()
        people = [self.ana, self.luis, program]
        for person in people:
            person.stop_taking()
        self.ana.type("x" * 4000)
        self.world.release()
        stopped = self.stop()
        self.world.clock.advance(DRAIN_SECONDS)
        self.assertTrue(all(person.transport.disconnected for person in people))
        self.successResultOf(stopped)

    def test_clients_that_are_cut_off_may_close_later(self) -> None:
        self.ana.stop_taking()
        self.ana.type("/who")
        self.successResultOf(self.stop_late())
        self.ana.hang_up()
        self.luis.hang_up()

    def stop_late(self) -> Deferred[None]:
        stopped = self.stop()
        self.world.clock.advance(DRAIN_SECONDS)
        return stopped

    def test_a_store_that_never_answers_does_not_delay_it(self) -> None:
        self.ana.type("hola")
        stopped = self.stop()
        self.world.clock.advance(COMMIT_SECONDS)
        self.assertEqual(self.luis.seen(), [GOODBYE])
        self.hang_up()
        self.successResultOf(stopped)

    def test_a_store_that_answers_too_late_does_no_harm(self) -> None:
        self.ana.type("hola")
        stopped = self.stop()
        self.world.clock.advance(COMMIT_SECONDS)
        self.world.release()
        self.hang_up()
        self.successResultOf(stopped)

    def test_read_marks_are_stored_once_clients_have_taken_all_lines(self) -> None:
        world = World()
        ana, luis = world.member("ana"), world.person("luis")
        service = self.make(world)
        service.startService()
        luis.send(b"last words\n")
        stopped = service.stopService()
        world.settle()
        for person in ana, luis:
            person.hang_up()
        self.assertTrue(stopped.called)
        self.assertIn("<luis> last words", ana.seen())
        self.assertEqual(world.server.unread.read_marks.of("ana", "lobby"), 1)

    def test_read_marks_are_stored_regularly(self) -> None:
        world = World()
        world.member("ana").type("hola")
        service = self.make(world)
        service.startService()
        world.clock.pump([CHECK_SECONDS] * CHECKS_A_MINUTE)
        self.assertEqual(world.server.unread.read_marks.of("ana", "lobby"), 1)
        service.stopService()

    def test_a_store_that_does_not_close_does_not_delay_it(self) -> None:
        async def close() -> None:
            await Deferred()

        self.patch(self.world.store, "close", close)
        stopped = self.stop()
        self.hang_up()
        self.assertNoResult(stopped)
        self.world.clock.advance(CLOSE_SECONDS)
        self.successResultOf(stopped)

    def test_it_takes_less_than_five_seconds_at_worst(self) -> None:
        async def close() -> None:
            await Deferred()

        self.patch(self.world.store, "close", close)
        self.ana.type("hola")
        self.luis.stop_taking()
        stopped = self.stop()
        for _ in range(49):
            self.world.clock.advance(0.1)
        self.successResultOf(stopped)

    def test_a_wait_that_is_given_up_is_logged(self) -> None:
        self.ana.type("hola")
        self.stop()
        self.log.clear()
        self.world.clock.advance(COMMIT_SECONDS)
        self.world.clock.advance(DRAIN_SECONDS)
        self.assertEqual(
            self.logged(),
            [
                "stopping without waiting any longer for the store",
                "stopping without waiting any longer for clients",
                EN.sentence("log_stopped"),
            ],
        )
        self.assertTrue(all(event["log_level"] is LogLevel.warn for event in self.log[:-1]))


# On real connections


async def test_a_client_that_sends_without_end_receives_the_goodbye_too() -> None:
    loopback = LoopbackServer()
    await loopback.listen()
    ana, luis = await loopback.guest(), await loopback.guest()
    service = ChatService(
        loopback.store,
        [
            Listener(ListenerKind.CHAT, "chat", loopback.chat),
            Listener(ListenerKind.BARE, "bare", loopback.bare),
        ],
        loopback.reactor,
    )
    service.startService()
    ana.send_raw(b"hello\n" * 500_000)
    await luis.until("hello")
    await service.stopService()
    assert (await luis.end())[-1] == GOODBYE
    assert (await ana.end())[-1] == GOODBYE
    loopback.ports.clear()
    await loopback.close()


async def test_the_file_of_a_unix_socket_is_removed_at_the_stop(tmp_path: Path) -> None:
    loopback = LoopbackServer()
    await loopback.listen(f"unix:{tmp_path}/chat")
    service = ChatService(
        loopback.store, [Listener(ListenerKind.CHAT, "chat", loopback.chat)], loopback.reactor
    )
    (tmp_path / "chat.lock").unlink()
    (tmp_path / "chat.lock").symlink_to("1")  # as the process left behind by a fork did
    service.startService()
    assert (tmp_path / "chat.lock").readlink() == Path(str(os.getpid()))
    await service.stopService()
    assert list(tmp_path.iterdir()) == []
    loopback.ports.clear()
    await loopback.close()


async def test_a_unix_socket_whose_file_is_gone_already_does_not_delay_it(tmp_path: Path) -> None:
    loopback = LoopbackServer()
    await loopback.listen(f"unix:{tmp_path}/chat")
    service = ChatService(
        loopback.store, [Listener(ListenerKind.CHAT, "chat", loopback.chat)], loopback.reactor
    )
    service.startService()
    (tmp_path / "chat").unlink()
    (tmp_path / "chat").touch()
    await service.stopService()
    loopback.ports.clear()
    await loopback.close()


class TestWatched:
    """Those who watch the daemon, on a real port, while it stops."""

    async def test_are_told_that_it_is_not_ready_until_all_clients_have_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = make(tmp_path, "--listen", FREE, "--metrics", FREE, "--lines-per-second", "0")
        service.startService()
        chat, watched = service.listeners
        clients_gone: Deferred[None] = Deferred()
        monkeypatch.setattr(chat.factory, "when_empty", lambda: clients_gone)
        port: Any = watched.ports[0].getHost()
        address = port.host, port.port
        assert await deferToThread(state_of, *address) == (200, b'{"status":"ok"}\n')
        stopped = service.stopService()
        assert await deferToThread(state_of, *address) == (503, b'{"status":"stopping"}\n')
        clients_gone.callback(None)
        await stopped
        with pytest.raises(ConnectionRefusedError):
            await deferToThread(state_of, *address)


def state_of(host: str, port: int) -> tuple[int, bytes]:
    """Return the answer to the question whether a daemon is ready."""
    connection = HTTPConnection(host, port, timeout=10)
    connection.request("GET", "/readyz")
    with connection.getresponse() as response:
        found = response.status, response.read()
    connection.close()
    return found
