"""`chatd.protocols.transport.session_handler`: the session of a client, in any protocol."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, cast

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IReactorTime
from twisted.internet.testing import StringTransport
from twisted.logger import LogEvent
from twisted.python.failure import Failure

from chatd.chat.evictions import Evictions
from chatd.chat.line_quotas import UNPUBLISHED_LINES
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.formats.base import Format
from chatd.protocols.transport import typed_text
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import BURST_SECONDS, Limits, TooManyConnections
from chatd.protocols.transport.paced_reader import PacedReader
from chatd.protocols.transport.rate import LINE_SECONDS
from chatd.protocols.transport.session_handler import SessionHandler
from chatd.rooms.stream import Stream
from tests.support.connections import SECRET, LineDecoder
from tests.support.sessions import KeysOnly, keys
from tests.support.world import World

Expect = Callable[..., list[LogEvent]]

FAR = IPv4Address("TCP", "192.0.2.1", 1)


class LineHandler(SessionHandler[bytes]):
    """Takes each line as typed; a line ``fail`` raises an error."""

    def kind(self) -> str:
        return "lines"

    def format(self) -> Format:
        return KeysOnly()

    def handle(self, item: bytes) -> None:
        if item == b"fail":
            raise ZeroDivisionError(SECRET)
        typed_text.take(self, item.decode())


class Door:
    """A server on a fake clock, with one client, at an address of its own."""

    def __init__(
        self,
        *,
        limits: Limits = Limits(),  # noqa: B008 - a value
        for_people: bool = True,
        located: bool = True,
    ) -> None:
        self.world = World(slow=True)
        self.server = self.world.server
        self.clock = self.world.clock
        self.for_people = for_people
        self.factory = ChatFactory(self.server, self.clock, self.protocol, limits=limits)
        self.transport = StringTransport(peerAddress=FAR)
        self.client = cast(ClientProtocol, self.factory.build(FAR, located=located))
        self.client.makeConnection(self.transport)  # type: ignore[arg-type]
        self.handler = cast(LineHandler, self.client.connection.handler)

    def protocol(self, server: ChatServer, clock: IReactorTime, max_length: int) -> ClientProtocol:
        decoder = LineDecoder()
        handler = LineHandler(server, clock, max_length, decoder, for_people=self.for_people)
        return ClientProtocol(clock, handler)

    @property
    def session(self) -> Session:
        return self.handler.session

    def send(self, data: bytes) -> None:
        """Send bytes, and run nothing but what they cause at once."""
        self.client.dataReceived(data)

    def locate(self, address: IPv4Address) -> None:
        """Learn the address of the client from the header of a proxy."""
        proxy = self.transport.getPeer()
        self.client.connection.address.introduce(address, proxy, None)
        self.client.connection.address_known()

    def commit(self) -> None:
        """Commit all that waits for the store, and run all that is due."""
        self.clock.advance(0)
        while self.world.store.held:
            self.world.store.release()
            self.clock.advance(0)

    def hang_up(self, reason: type[Exception] = ConnectionDone) -> None:
        self.client.connectionLost(Failure(reason()))

    def said(self) -> list[str]:
        """Return the lines that are stored in the lobby."""
        return [event.text for event in self.world.stored("lobby") if event.author]


@pytest.fixture
def door() -> Door:
    return Door()


class TestComing:
    @pytest.mark.parametrize("for_people", [True, False])
    def test_it_has_a_session_that_enters(self, for_people: bool) -> None:
        door = Door(for_people=for_people)
        assert door.session.room is door.server.lobby
        assert door.session.subscriptions.takes_private is for_people

    def test_the_session_knows_where_it_comes_from(self, door: Door) -> None:
        assert door.session.network == "192.0.2.1"
        assert not door.session.identity.confidential

    def test_its_welcome_leaves_in_one_piece(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[bytes] = []

        def enter(server: ChatServer, session: Session, *, recent: bool) -> None:
            for piece in b"one\n", b"two\n":
                session.stream.put(piece)
                sent.append(door_transport(session))

        def door_transport(session: Session) -> bytes:
            return cast(Any, session.stream.sink).transport.value()

        monkeypatch.setattr(ChatServer, "enter", enter)
        door = Door()
        assert sent == [b"", b""]
        assert door.transport.value() == b"one\ntwo\n"

    def test_a_welcome_that_fails_holds_no_output_back(
        self, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
    ) -> None:
        def enter(server: ChatServer, session: Session, *, recent: bool) -> None:
            session.stream.put(b"one\n")
            raise ZeroDivisionError

        monkeypatch.setattr(ChatServer, "enter", enter)
        assert Door().transport.value() == b"one\n"
        expected_errors()

    @pytest.mark.parametrize("recent", [True, False])
    def test_people_are_shown_recent_lines(
        self, monkeypatch: pytest.MonkeyPatch, recent: bool
    ) -> None:
        asked: list[bool] = []
        monkeypatch.setattr(
            ChatServer, "enter", lambda server, session, *, recent: asked.append(recent)
        )
        Door(for_people=recent)
        assert asked == [recent]

    def test_one_too_many_is_refused_in_its_format(self, door: Door) -> None:
        format = KeysOnly()
        door.handler.format = lambda: format  # type: ignore[method-assign]
        door.handler.refusal(TooManyConnections("address_full", 3))
        assert format.keys == ["address_full"]


class TestLocating:
    """A client behind a proxy, whose address is known later."""

    def test_the_session_comes_from_there(self) -> None:
        door = Door(located=False)
        door.locate(IPv4Address("TCP", "192.0.2.9", 1))
        assert door.session.network == "192.0.2.9"

    def test_a_session_that_is_banned_there_is_put_out(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reviewed: list[Session] = []
        monkeypatch.setattr(Evictions, "review", lambda _, session: reviewed.append(session))
        door = Door(located=False)
        door.locate(FAR)
        assert reviewed == [door.session]

    def test_one_too_many_is_told_and_ends(self) -> None:
        door = Door(located=False)
        keys(door.session)

        def full(*_: object) -> None:
            raise TooManyConnections("address_full", 3)

        door.factory.relocate = full  # type: ignore[assignment, method-assign]
        door.locate(FAR)
        assert keys(door.session) == ["address_full"]
        assert door.session.stream.finished


class TestSaying:
    def test_lines_of_one_turn_are_said_together(self, door: Door) -> None:
        door.send(b"one\ntwo\n")
        door.clock.advance(0)
        drafts = [draft.texts for batch, _ in door.world.store.held for draft in batch]
        assert ("one", "two") in drafts

    def test_one_that_may_say_more_is_read_on(self, door: Door) -> None:
        door.send(b"one\n")
        assert door.transport.producerState == "producing"

    def test_a_command_alone_says_nothing(self, door: Door) -> None:
        door.send(b"/who\n")
        assert not door.session.identity.has_spoken

    def test_they_are_said_before_a_command_has_its_effect(self, door: Door) -> None:
        name = door.session.name
        door.send(b"one\n/nick ana\ntwo\n")
        assert door.session.name == name
        door.commit()
        said = [(event.author, event.text) for event in door.world.stored("lobby")]
        assert said.index((name, "one")) < said.index(("ana", "two"))

    def test_no_line_is_taken_until_the_command_had_its_effect(self, door: Door) -> None:
        door.send(b"one\n/nick ana\ntwo\n")
        assert door.client.connection.reader.intake.items == [b"two"]
        assert not door.handler.interrupted

    def test_a_session_may_have_so_many_lines_that_wait(self, door: Door) -> None:
        door.send(b"x\n" * UNPUBLISHED_LINES)
        assert door.handler.allowance() == 0
        door.commit()
        assert door.handler.allowance() > 0

    def test_it_goes_on_when_they_are_published(self, door: Door) -> None:
        door.send(b"x\n" * (UNPUBLISHED_LINES + 1))
        door.commit()
        assert len(door.said()) == UNPUBLISHED_LINES + 1

    def test_a_line_that_fails_is_reported_and_the_others_are_said(
        self, door: Door, expected_errors: Expect
    ) -> None:
        keys(door.session)
        door.send(b"one\nfail\ntwo\n")
        door.commit()
        assert "server_error" in keys(door.session)
        assert door.said() == ["one", "two"]
        (error,) = expected_errors()
        assert SECRET not in error["log_failure"].getTraceback()

    def test_lines_that_cannot_be_said_are_reported(
        self, door: Door, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
    ) -> None:
        monkeypatch.setattr(Session, "say", lambda session, *texts: 1 / 0)
        keys(door.session)
        door.send(b"one\n/nick ana\n")
        door.commit()
        assert "server_error" in keys(door.session)
        assert door.session.name == "ana"
        expected_errors()


class TestRate:
    LIMITS = Limits(lines_per_second=1)

    def test_a_command_is_charged_what_it_costs(self) -> None:
        door = Door(limits=self.LIMITS)
        door.handler.charge(BURST_SECONDS + 2)
        assert door.client.connection.reader.rate.owes

    def test_the_time_of_an_action_after_the_turn_is_charged(self) -> None:
        door = Door(limits=self.LIMITS)
        pace = door.client.connection.address.pace
        assert pace is not None
        door.send(b"one\n")

        def act() -> None:
            cast(Any, door.clock).rightNow += 100 * LINE_SECONDS

        door.handler.when_said(act)
        door.commit()
        assert pace.wait(door.clock.seconds()) == pytest.approx(98, abs=0.1)

    def test_the_time_of_an_action_in_its_turn_is_charged_with_the_turn(self) -> None:
        door = Door(limits=self.LIMITS)
        pace = door.client.connection.address.pace
        assert pace is not None

        def act(item: bytes) -> None:
            door.handler.when_said(lambda: cast(Any, door.clock).advance(100 * LINE_SECONDS))

        door.handler.handle = act  # type: ignore[method-assign]
        door.send(b"one\n")
        assert pace.wait(door.clock.seconds()) == pytest.approx(98, abs=0.1)


class TestChecks:
    LIMITS = Limits(line_seconds=5)

    @pytest.mark.parametrize(("seconds", "late"), [(5, False), (6, True)])
    def test_a_line_that_takes_too_long_is_dropped(self, seconds: int, late: bool) -> None:
        door = Door(limits=self.LIMITS)
        door.clock.advance(3)
        door.send(b"one")
        keys(door.session)
        door.client.connection.check(3 + seconds)
        assert ("line_took_too_long" in keys(door.session)) is late
        assert door.handler.decoder.unfinished is not late
        assert door.client.connection.reader.intake.since == (3 + seconds if late else 3)

    def test_without_a_limit_it_may_take_any_time(self, door: Door) -> None:
        door.send(b"one")
        door.client.connection.check(10**6)
        assert door.handler.decoder.unfinished

    def test_a_client_that_sends_nothing_is_left_alone(self) -> None:
        door = Door(limits=self.LIMITS)
        keys(door.session)
        door.client.connection.check(100)
        assert keys(door.session) == []

    def test_the_next_one_is_when_a_line_has_taken_as_long_as_it_may(self) -> None:
        door = Door(limits=self.LIMITS)
        door.clock.advance(3)
        assert door.client.connection.check(3) == inf
        door.send(b"one")
        assert door.client.connection.check(4) == 3 + 5

    def test_without_a_limit_no_other_one_is_needed(self, door: Door) -> None:
        door.send(b"one")
        assert door.client.connection.check(4) == inf


class TestBusy:
    def test_one_that_waits_for_a_receipt_is(self, door: Door) -> None:
        assert not door.handler.busy
        door.send(b"one\n")
        assert door.handler.busy
        door.commit()
        assert not door.handler.busy

    def test_a_receipt_is_nothing_to_a_client_that_has_gone(self, door: Door) -> None:
        door.send(b"one\n")
        door.hang_up()
        assert not door.handler.busy
        assert not door.factory.clients

    def test_a_command_that_waits_is_carried_out_all_the_same(self, door: Door) -> None:
        door.send(b"one\n/me waves\n")
        door.hang_up()
        assert door.factory.clients
        door.commit()
        assert door.said() == ["one", "waves"]
        assert not door.factory.clients


class TestEnd:
    def test_the_session_ends_with_the_input(self, door: Door) -> None:
        door.client.readConnectionLost()
        door.clock.advance(0)
        assert door.session.stream.finished

    def test_questions_that_are_open_get_empty_answers(self, door: Door) -> None:
        answers: list[str] = []

        def first(answer: str) -> None:
            answers.append(answer)
            door.session.prompt.ask("password_prompt", answers.append)

        door.session.prompt.ask("password_prompt", first)
        door.client.readConnectionLost()
        door.clock.advance(0)
        assert answers == ["", ""]

    def test_goodbye_is_said_once(self, door: Door) -> None:
        keys(door.session)
        door.client.connection.say_goodbye()
        door.client.connection.say_goodbye()
        assert keys(door.session) == ["stopping"]
        assert door.session.stream.finished

    def test_a_server_that_stops_publishes_what_was_said(self, door: Door) -> None:
        door.send(b"one\n")
        door.client.connection.stop_reading()
        door.commit()
        assert door.said() == ["one"]

    def test_one_that_departs_is_forgotten(self, door: Door) -> None:
        session = door.session
        door.hang_up(ConnectionLost)
        assert session not in door.server.sessions
        assert door.server.lobby.people == 0

    def test_after_that_nothing_wakes_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        woken: list[PacedReader] = []
        monkeypatch.setattr(PacedReader, "wake", lambda reader: woken.append(reader))
        door = Door()
        door.session.queue.changed()
        assert woken
        door.hang_up()
        woken.clear()
        door.session.queue.changed()
        assert woken == []

    def test_one_that_has_gone_is_put_nothing(self, door: Door) -> None:
        door.send(b"one\n/me waves\n")
        door.hang_up()
        door.session.stream.put(b"two\n")
        assert not door.session.stream.take()


class TestFailing:
    def test_the_client_is_told_and_its_session_ends(
        self, door: Door, expected_errors: Expect
    ) -> None:
        keys(door.session)
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            door.client.connection.fail("it failed")
        assert keys(door.session) == ["server_error"]
        assert door.session.stream.finished
        assert door.transport.disconnecting
        expected_errors()

    def test_one_that_takes_nothing_cannot_be_told(self, door: Door) -> None:
        assert door.handler.apologise()
        door = Door()
        door.client.connection.output.writer.pauseProducing()
        assert not door.handler.apologise()

    def test_one_without_a_session_can_be_told_nothing(self, door: Door) -> None:
        handler = LineHandler(door.server, door.clock, 9, LineDecoder(), for_people=True)
        assert not handler.apologise()
        handler.lost()
        handler.depart()

    def test_an_error_in_sending_ends_it(self, door: Door, expected_errors: Expect) -> None:
        def fail(data: bytes) -> None:
            raise ZeroDivisionError

        door.transport.write = fail  # type: ignore[method-assign, assignment]
        door.session.stream.put(b"one\n")
        assert door.session.stream.finished
        expected_errors()


def test_each_client_has_a_stream_of_its_own(door: Door) -> None:
    assert isinstance(door.client.connection.output.supply, Stream)
    assert door.client.connection.output.supply is door.session.stream


class TestDerived:
    def test_a_derived_class_says_how_an_item_is_handled(self, door: Door) -> None:
        with pytest.raises(NotImplementedError):
            SessionHandler.handle(door.handler, b"one")

    def test_it_knows_the_most_characters_of_a_line(self, door: Door) -> None:
        assert door.handler.max_length == 4096


def test_what_a_turn_sends_leaves_in_one_piece(door: Door) -> None:
    sent: list[bytes] = []

    def answer(item: bytes) -> None:
        door.session.stream.put(item)
        sent.append(door.transport.value())

    door.handler.handle = answer  # type: ignore[method-assign]
    door.send(b"one\ntwo\n")
    assert sent == [b"", b""]
    assert door.transport.value() == b"onetwo"
