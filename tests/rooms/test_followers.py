"""`chatd.rooms.followers`: who is in step is sent everything once and in order, as all others are.

Feeds, cursors, streams and writers are real; sockets and stores are not.
"""

from __future__ import annotations

import socket
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from twisted.internet.interfaces import ISystemHandle
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.event import Change, Draft, Entry, Event, Kind, Notice
from chatd.formats.base import BELL
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms import cursor as cursor_module
from chatd.rooms import feed as feed_module
from chatd.rooms import followers as followers_module
from chatd.rooms import tail as tail_module
from chatd.rooms.chunk import Chunk, Mark
from chatd.rooms.cursor import Cursor
from chatd.rooms.replay import Replay
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.rooms.view import EVERYTHING, Bell, View
from tests.support.feeds import PagedStore, PlainFormat
from tests.support.meters import NotingMeter

ROOM_BYTES = 60
"""The bytes that a socket takes while its peer reads nothing: some lines."""

NO_DESCRIPTOR = 100_000
"""The first of some numbers that are of no open file."""

NAMES = ("ana", "luis", "eva")
"""The names of the clients; the session of each is its place in here, from 1."""

VIEWS = (
    EVERYTHING,
    View(echo=False),
    View(ignored=frozenset({"luis"})),
    View(bell=Bell.ON, names=frozenset({"ana"})),
    View(bell=Bell.MENTIONS, names=frozenset({"ana"})),
    View(echo=False, ignored=frozenset({"eva"}), bell=Bell.MENTIONS, names=frozenset({"ana"})),
)


class PastFormat(PlainFormat):
    """The plain format of replays, whose lines are told from live ones."""

    def render(self, entries: Sequence[Entry]) -> bytes:
        return b"".join(b"past " + line + b"\n" for line in super().render(entries).splitlines())


class Peer(socket.socket):
    """A socket that takes so many bytes until they are read, and none once it is closed."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.waiting = b""
        self.gone = False

    def __repr__(self) -> str:
        return f"Peer({self.number})"

    def fileno(self) -> int:
        return self.number + NO_DESCRIPTOR

    def send(self, data: Any, flags: int = 0) -> int:
        assert not self.gone, f"{data!r} is sent to another client's socket"
        taken = bytes(data[: ROOM_BYTES - len(self.waiting)])
        if not taken:
            raise BlockingIOError
        self.waiting += taken
        return len(taken)


@implementer(ISystemHandle)
class Wire(StringTransport):
    """A transport with a peer, or, as over TLS, with none to be seen. It keeps what is written."""

    def __init__(self, peer: Peer, plain: bool) -> None:
        super().__init__()
        self.peer = peer
        self._handle = peer if plain else None

    def getHandle(self) -> object:
        return self._handle

    def startWriting(self) -> None:
        """Do nothing: its client says when there is room, as it reads."""

    def loseWriteConnection(self) -> None:
        """Do nothing: nothing is written any more."""

    def connectionLost(self, reason: Failure) -> None:
        """Do nothing: as above."""


class Client:
    """A client in some rooms, and what a plain model says it is to receive.

    ``owed`` are the lines of each room, and after them an answer or None, and so on: the order of
    lines of two rooms is free until the next answer.
    """

    def __init__(self, number: int, plain: bool) -> None:
        self.session = number + 1
        self.view = EVERYTHING
        self.peer = Peer(number)
        self.wire = Wire(self.peer, plain)
        self.meter = NotingMeter()
        self.stream = Stream(self.meter, self)
        self.writer = ConnectionWriter(self.wire, self.stream, Clock(), set())
        self.stream.connect(self.writer)
        self.cursors: dict[str, Cursor] = {}
        self.received: list[str] = []
        self.unread = b""
        self.owed: list[dict[str, list[str]]] = [{}]
        self.answers: list[str] = []

    def was_reset(self) -> bool:
        return False

    def fail(self, what: str) -> None:
        raise AssertionError(what)

    @property
    def stays(self) -> bool:
        return not (self.stream.finished or self.stream.closed)

    @property
    def clear(self) -> bool:
        """True if nothing is in the way of fresh data: the definition of being in step."""
        stream, writer = self.stream, self.writer
        return not (
            stream.queued or stream.finished or stream.closed or writer._busy or writer._closing
        ) and not (writer._ending or writer._socket is None)

    def follow(self, room: Room, format: PlainFormat) -> None:
        cursor = Cursor(room.feed(format), self.session, self.stream, view=self.view)
        self.cursors[room.key] = cursor
        self.stream.follow(cursor)

    def unfollow(self, room: str) -> None:
        cursor = self.cursors.pop(room)
        cursor.close()
        self.stream.unfollow(cursor)

    def answered(self, *answers: str) -> None:
        """Owe answers after all that is owed so far."""
        for answer in answers:
            self.answers.append(answer)
            self.owed.append({})

    def flush(self) -> None:
        """Take what the transport could not send so far, as far as there is room."""
        data = self.wire.value()
        taken = data[: ROOM_BYTES - len(self.peer.waiting)]
        self.peer.waiting += taken
        self.wire.clear()
        self.wire.io.write(data[len(taken) :])

    def read(self) -> None:
        """Read all that has arrived."""
        self.unread += self.peer.waiting
        self.peer.waiting = b""
        self.flush()
        if not self.wire.value() and self.writer._busy and not self.peer.gone:
            self.writer.resumeProducing()
        *lines, self.unread = self.unread.replace(BELL, b"").split(b"\n")
        self.received += [line.decode() for line in lines]

    def check(self) -> None:
        """Take what was received off what is owed; fail if it is not next. A notice may miss."""
        for line in self.received:
            while not self._is_next(line):
                missed = [left for lines in self.owed[0].values() for left in lines]
                assert all(left.startswith("+") for left in missed), f"{line} before {missed}"
                assert self.answers, f"{line} is not owed"
                del self.owed[0]
                answer = self.answers.pop(0)
                assert answer == line, f"{line} instead of {answer}"
                break
        self.received.clear()

    def _is_next(self, line: str) -> bool:
        for lines in self.owed[0].values():
            if line in lines:
                missed, lines[:] = lines[: lines.index(line)], lines[lines.index(line) + 1 :]
                assert all(left.startswith("+") for left in missed), f"{line} before {missed}"
                return True
        return False


CLIENTS = st.sampled_from(range(len(NAMES)))
ROOMS = st.sampled_from(["lobby", "tea"])
SAID = st.tuples(st.sampled_from(["say", "say", "name ana", "join"]), CLIENTS)


class Steps(RuleBasedStateMachine):
    """Any schedule of what is said and done in two rooms with three clients."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.patches = [
            mock.patch.object(followers_module, "send_to_all", self.send_to_all),
            mock.patch.object(feed_module, "PUSH_BYTES", 30),
            mock.patch.object(feed_module, "READERS_A_TURN", 2),  # three are two groups
            mock.patch.object(cursor_module, "PUSH_BYTES", 30),
            mock.patch.object(tail_module, "TAIL_BYTES", 4000),  # three or four chunks
        ]
        for patch in self.patches:
            patch.start()

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.unpatch()

    def finish(self) -> None:
        """Have all clients read all: nothing but notices was missed."""
        for client in getattr(self, "clients", []):
            if client.peer.gone:
                continue
            client.meter.holds = False
            while True:
                while client.meter.turns:
                    client.meter.give_turn()
                for store in self.stores.values():
                    store.prompt = True
                    store.go_on()
                    while store.pending:
                        store.answer()
                client.read()
                more = bool(client.received or client.meter.turns or client.peer.waiting)
                client.check()
                if not (more or client.wire.value() or client.writer._busy):
                    break
            assert not client.answers, f"{client.answers} are missing"
            left = [line for lines in client.owed[0].values() for line in lines]
            assert all(line.startswith("+") for line in left), f"{left} are missing"

    def unpatch(self) -> None:
        for patch in self.patches:
            patch.stop()

    @initialize(plain=st.lists(st.booleans(), min_size=3, max_size=3))
    def begin(self, plain: list[bool]) -> None:
        self.format, self.past = PlainFormat(), PastFormat()
        self.stores: dict[str, PagedStore] = {}
        self.rooms: dict[str, Room] = {}
        self.said: dict[str, list[Entry]] = {}
        for name in "lobby", "tea":
            self.make_room(name)
        # Most are plain: a socket that is not is never in step.
        self.clients = [Client(number, some or number == 0) for number, some in enumerate(plain)]
        for client in self.clients:
            for room in self.rooms.values():
                client.follow(room, self.format)

    def make_room(self, name: str) -> Room:
        store = self.stores[name] = PagedStore()
        room = self.rooms[name] = Room(name, store)  # type: ignore[arg-type]
        self.said[name] = []
        return room

    def send_to_all(self, descriptors: array[int], data: bytes) -> list[tuple[int, int]]:
        """Send to peers by their numbers, as `chatd.util.fanout.send_to_all` does to sockets."""
        shortfalls = []
        for index, number in enumerate(descriptors):
            try:
                sent = self.clients[number - NO_DESCRIPTOR].peer.send(data)
            except BlockingIOError:
                sent = 0
            if sent < len(data):
                shortfalls.append((index, sent))
        return shortfalls

    def in_step(self) -> set[tuple[int, str]]:
        return {
            (client.session, name)
            for client in self.clients
            for name, cursor in client.cursors.items()
            if cursor.own_mark is None
        }

    # Steps

    @rule(room=ROOMS, batch=st.lists(SAID, min_size=1, max_size=4))
    def publish(self, room: str, batch: list[tuple[str, int]]) -> None:
        store, log = self.stores[room], self.rooms[room]
        entries: list[Entry] = []
        for what, author in batch:
            self.number += 1
            if what == "join":
                name = f"+{room}{self.number}"
                entries.append(Notice(room, Change.JOINED, ((author + 1, name),)))
            else:
                text = f"{'ana ' if what == 'name ana' else ''}{room}{self.number}"
                draft = Draft(room, author + 1, NAMES[author], Kind.MESSAGE, [text])
                events = draft.events(len(store.events), 1)
                store.events += events
                entries += events
        self.said[room] += entries
        expected, waiting = set(), set()
        before = {}
        for client in self.clients:
            cursor = client.cursors.get(room)
            if cursor is None:
                continue
            shown = client.view.shown(entries, client.session)
            texts = [each.names[0] if isinstance(each, Notice) else each.text for each in shown]
            client.owed[-1].setdefault(room, []).extend(texts)
            if cursor.own_mark is None:
                waiting.add((client.session, room))
            if client.clear and cursor.mark is cursor._group.mark:
                if cursor.mark is log.mark:
                    before[client.session] = len(client.peer.waiting)
                fresh = self.said[room][cursor.mark.entries :]
                ignored = [
                    each for each in fresh if isinstance(each, Event) and client.view.ignores(each)
                ]
                if len(client.view.shown(fresh, client.session)) == len(fresh) and not ignored:
                    expected.add((client.session, room))
        others = self.in_step() - {each for each in self.in_step() if each[1] == room}
        log.publish(entries)
        behind = {
            (client.session, room)
            for client in self.clients
            if room in client.cursors and client.cursors[room]._group.fresh
        }
        assert not behind or all(isinstance(entry, Notice) for entry in entries)
        expected = expected - behind | waiting & behind
        fits = {client.session for client in self.clients if not client.writer._busy}
        now = self.in_step()
        assert {each for each in now if each[1] == room} == {
            each for each in expected if each[0] in fits
        }
        assert {each for each in now if each[1] != room} == {
            each for each in others if each[0] in fits
        }
        for client in self.clients:
            is_fresh = (client.session, room) in now - behind and client.session in before
            if is_fresh and len(entries) == 1:
                rings = client.view.rings(entries, client.session)
                received = client.peer.waiting[before[client.session] :]
                assert received == (BELL if rings else b"") + self.format.render(entries)

    @rule(room=ROOMS)
    def go_on(self, room: str) -> None:
        """Let a turn of the reactor pass, in which another group is sent notices."""
        self.stores[room].go_on()

    @rule(client=CLIENTS)
    def read(self, client: int) -> None:
        self.clients[client].read()

    @rule()
    def read_all(self) -> None:
        for client in self.clients:
            if not client.peer.gone:
                client.read()

    @rule(client=CLIENTS)
    def answer(self, client: int) -> None:
        one, text = self.clients[client], self.text("answer")
        if one.stays:
            one.answered(text)
        one.stream.put(text.encode() + b"\n")

    @rule(client=CLIENTS)
    def turn(self, client: int) -> None:
        """Answer twice in one turn: the answers leave in one piece."""
        writer = self.clients[client].writer
        writer.hold()
        self.answer(client)
        self.answer(client)
        writer.release()

    @rule(client=CLIENTS, holds=st.booleans())
    def answer_in_slices(self, client: int, holds: bool) -> None:
        one = self.clients[client]
        texts = [self.text("slice") for _ in range(3)]
        if one.stays:
            one.answered(*texts)
        one.meter.holds = holds
        one.stream.put_slices(iter([text.encode() + b"\n" for text in texts]))

    @rule(client=CLIENTS)
    def give_turn(self, client: int) -> None:
        if self.clients[client].meter.turns:
            self.clients[client].meter.give_turn()

    @rule(client=CLIENTS, room=ROOMS)
    def ask_for_the_past(self, client: int, room: str) -> None:
        one, log, store = self.clients[client], self.rooms[room], self.stores[room]
        if not one.stays:
            return
        replay = Replay(log, self.past, 0, log.head, one.stream.wake)
        one.answered(*(f"past {event.text}" for event in store.events[: log.head]))
        one.stream.replay(replay)

    @rule(room=ROOMS)
    def read_a_page(self, room: str) -> None:
        if self.stores[room].pending:
            self.stores[room].answer()

    @rule(room=ROOMS, prompt=st.booleans())
    def read_pages_at_once(self, room: str, prompt: bool) -> None:
        self.stores[room].prompt = prompt

    @rule(client=CLIENTS, view=st.sampled_from(VIEWS))
    def change_view(self, client: int, view: View) -> None:
        one = self.clients[client]
        rooms = list(one.cursors)
        for room in rooms:
            one.unfollow(room)
        one.view = view
        if one.stays:
            for room in rooms:
                one.follow(self.rooms[room], self.format)

    @rule(client=CLIENTS, room=ROOMS)
    def come_or_go(self, client: int, room: str) -> None:
        one = self.clients[client]
        if room in one.cursors:
            one.unfollow(room)
        elif one.stays:
            one.follow(self.rooms[room], self.format)

    @rule(client=CLIENTS)
    def pause(self, client: int) -> None:
        """Have no room: a transport that is no plain socket says so itself."""
        if self.clients[client].writer._socket is None:
            self.clients[client].writer.pauseProducing()

    @rule(client=CLIENTS, how=st.sampled_from(["finish", "half-close", "lose"]))
    def end(self, client: int, how: str) -> None:
        one = self.clients[client]
        if how == "half-close":
            one.writer.end()
            return
        if how == "lose":
            one.peer.gone = True
            one.writer.lost()
            assert not any(each[0] == one.session for each in self.in_step())
            one.stream.shut()
            one.owed, one.answers = [{}], []
            one.received.clear()
        else:
            one.stream.finish()
        for room in tuple(one.cursors):
            one.unfollow(room)

    def text(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.number}"

    # Invariants

    @invariant()
    def is_in_step_by_definition(self) -> None:
        for client in getattr(self, "clients", []):
            for name, cursor in client.cursors.items():
                if cursor.own_mark is None:
                    assert client.clear
                    assert cursor.mark is self.rooms[name].mark or cursor._group.fresh
                    assert cursor in client.stream._live

    @invariant()
    def receives_what_is_owed(self) -> None:
        for client in getattr(self, "clients", []):
            if not client.peer.gone:
                client.check()


TestSteps = Steps.TestCase
TestSteps.settings = settings(max_examples=100, stateful_step_count=50)


@pytest.fixture
def steps() -> Iterator[Steps]:
    """Yield three clients in the lobby, which have plain sockets."""
    steps = Steps()
    steps.begin([True] * 3)
    yield steps
    steps.unpatch()


class Waker:
    """A reader that is always woken, and does something then."""

    ready_socket = None

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def push(self, data: bytes) -> bool:
        return False

    def owe(self, rest: bytes) -> None:
        raise AssertionError(rest)


def say(steps: Steps, text: str, room: str = "lobby", *, by: int = 9) -> None:
    log, store = steps.rooms[room], steps.stores[room]
    events = Draft(room, by, "zoe", Kind.MESSAGE, [text]).events(len(store.events), 1)
    store.events += events
    log.publish(events)


def received(client: Client) -> list[str]:
    """Return the lines that a client has received, of which the last may have no end yet."""
    for _ in range(3):
        client.read()
    return [*client.received, *filter(None, [client.unread.decode()])]


class TestInStep:
    def test_all_of_a_group_are_sent_to_in_one_call(self, steps: Steps) -> None:
        with mock.patch.object(followers_module, "send_to_all", wraps=steps.send_to_all) as send:
            say(steps, "one")
            say(steps, "two")
        assert [len(call.args[0]) for call in send.call_args_list] == [2, 1, 2, 1]
        assert [received(client) for client in steps.clients] == [["one", "two"]] * 3

    def test_each_is_counted_once(self, steps: Steps) -> None:
        groups = steps.rooms["lobby"].feed(steps.format).followers
        assert sum(map(len, groups)) == 3
        say(steps, "one")
        assert len(steps.in_step()) == sum(map(len, groups)) == 3

    def test_who_has_taken_everything_stays_so(self, steps: Steps) -> None:
        say(steps, "one")
        for client in steps.clients:
            client.writer.pump()
        assert len(steps.in_step()) == 3

    def test_those_with_a_bell_are_rung_for_in_one_call(self, steps: Steps) -> None:
        for client in steps.clients[1:]:
            client.unfollow("lobby")
            client.view = VIEWS[3]
            client.follow(steps.rooms["lobby"], steps.format)
        say(steps, "one")
        with mock.patch.object(followers_module, "send_to_all", wraps=steps.send_to_all) as send:
            say(steps, "two")
        sent = [(len(call.args[0]), call.args[1]) for call in send.call_args_list]
        assert sent == [(1, b"two\n"), (2, BELL + b"two\n")]
        assert [received(client) for client in steps.clients] == [["one", "two"]] * 3

    @pytest.mark.parametrize("view", VIEWS[1:4])
    def test_none_is_asked_about_a_line_that_concerns_none(self, steps: Steps, view: View) -> None:
        for client in steps.clients:
            client.unfollow("lobby")
            client.view = view
            client.follow(steps.rooms["lobby"], steps.format)
        say(steps, "one")
        with mock.patch.object(Chunk, "is_whole_for", side_effect=AssertionError):
            say(steps, "two")
        assert [received(client) for client in steps.clients] == [["one", "two"]] * 3

    def test_its_author_alone_is_asked_about_a_line_if_none_is_shown_own_lines(
        self, steps: Steps
    ) -> None:
        for client in steps.clients:
            client.unfollow("lobby")
            client.view = View(echo=False)
            client.follow(steps.rooms["lobby"], steps.format)
        author, *others = steps.clients
        asked = []

        def is_whole_for(chunk: Chunk, view: View, session: int) -> bool:
            asked.append(session)
            return session != author.session

        say(steps, "one")
        with mock.patch.object(Chunk, "is_whole_for", is_whole_for):
            say(steps, "two", by=author.session)
        assert set(asked) == {author.session}
        say(steps, "three")
        assert [received(client) for client in others] == [["one", "two", "three"]] * 2
        assert received(author) == ["one", "three"]

    def test_what_one_did_not_take_comes_before_all_else(self, steps: Steps) -> None:
        slow, *others = steps.clients
        slow.peer.waiting = b"x" * (ROOM_BYTES - 3) + b"\n"
        say(steps, "first")
        say(steps, "then")
        assert slow.peer.waiting.endswith(b"x\nfi")
        assert [received(client) for client in others] == [["first", "then"]] * 2
        assert received(slow)[1:] == ["first", "then"]

    def test_what_one_with_a_bell_did_not_take_does_so_too(self, steps: Steps) -> None:
        steps.clients[0].view = VIEWS[3]
        for client in steps.clients[:2]:
            client.unfollow("lobby")
            client.follow(steps.rooms["lobby"], steps.format)
            client.peer.waiting = b"x" * (ROOM_BYTES - 3) + b"\n"
        say(steps, "first")
        assert steps.clients[0].peer.waiting.endswith(b"x\n\af")
        assert [received(client)[1:] for client in steps.clients[:2]] == [["first"]] * 2

    def test_those_with_a_bell_are_rung_for_between_lines_that_ring_for_none(
        self, steps: Steps
    ) -> None:
        named, *others = steps.clients
        named.view = VIEWS[4]
        named.unfollow("lobby")
        named.follow(steps.rooms["lobby"], steps.format)
        for text in "one", "ana two", "three":
            say(steps, text)
        assert named.peer.waiting == b"one\n\aana two\nthree\n"
        assert [client.peer.waiting for client in others] == [b"one\nana two\nthree\n"] * 2

    def test_what_does_not_begin_where_they_are_is_not_sent_to_them(self, steps: Steps) -> None:
        say(steps, "one")
        feed = steps.rooms["lobby"].feed(steps.format)
        later = Chunk(Mark(2, 2), Mark(3, 3), [], b"three\n")
        for group in feed.followers:
            group.fresh.append(later)
            group.show(later.after)
        assert steps.in_step() == set()
        assert [received(client) for client in steps.clients] == [["one"]] * 3

    def test_one_that_cannot_be_owed_keeps_none_from_it(
        self, steps: Steps, expected_errors: Callable[..., object]
    ) -> None:
        broken, full, _ = steps.clients
        owe = Stream.owe

        def owe_or_break(stream: Stream, rest: bytes) -> None:
            if stream is broken.stream:
                raise ZeroDivisionError
            owe(stream, rest)

        for client in broken, full:
            client.peer.waiting = b"x" * (ROOM_BYTES - 1) + b"\n"
        with mock.patch.object(Stream, "owe", owe_or_break):
            say(steps, "one")
        assert received(full)[1:] == ["one"]
        assert received(steps.clients[2]) == ["one"]
        expected_errors(ZeroDivisionError)

    def test_one_whose_view_fails_is_not_sent_what_it_ignores(
        self, steps: Steps, expected_errors: Callable[..., object]
    ) -> None:
        choosy = steps.clients[0]
        choosy.view = View(ignored=frozenset({"zoe"}))
        choosy.unfollow("lobby")
        choosy.follow(steps.rooms["lobby"], steps.format)
        is_whole_for, faults = Chunk.is_whole_for, [ZeroDivisionError()]

        def is_whole_or_fails(chunk: Chunk, view: View, session: int) -> bool:
            if faults:
                raise faults.pop()
            return is_whole_for(chunk, view, session)

        with mock.patch.object(Chunk, "is_whole_for", is_whole_or_fails):
            say(steps, "one")
        assert [received(client) for client in steps.clients] == [[], ["one"], ["one"]]
        expected_errors(ZeroDivisionError)

    def test_what_is_taken_before_it_is_shown_is_not_sent_again(self, steps: Steps) -> None:
        """All feeds have rendered a batch before one shows it, and may be taken from then."""
        room = steps.make_room("den")
        pumps: list[Callable[[], None]] = []
        Cursor(room.feed(steps.past), 9, Waker(lambda: [pump() for pump in pumps] and None))
        for client in steps.clients:
            client.follow(room, steps.format)
        say(steps, "one", "den")
        pumps.append(steps.clients[0].writer.pump)
        say(steps, "two", "den")
        say(steps, "three", "den")
        assert [received(client) for client in steps.clients] == [["one", "two", "three"]] * 3

    def test_what_cannot_be_rendered_is_read_from_the_log(
        self, steps: Steps, expected_errors: Callable[..., object]
    ) -> None:
        say(steps, "one")
        with mock.patch.object(PlainFormat, "render", side_effect=ZeroDivisionError()):
            say(steps, "two")
        steps.stores["lobby"].answer()
        say(steps, "three")
        expected_errors(ZeroDivisionError)
        assert len(steps.in_step()) == len(steps.clients)
        assert [received(client) for client in steps.clients] == [["one", "two", "three"]] * 3

    def test_an_answer_in_slices_comes_before_what_is_said_after_it(self, steps: Steps) -> None:
        say(steps, "one")
        asking = steps.clients[0]
        asking.meter.holds = True
        asking.stream.put_slices(iter([b"slice\n"]))
        say(steps, "two")
        asking.meter.holds = False
        asking.meter.give_turn()
        assert received(asking) == ["one", "slice", "two"]

    def test_one_that_leaves_is_sent_nothing_more(self, steps: Steps) -> None:
        say(steps, "one")
        steps.clients[0].unfollow("lobby")
        say(steps, "two")
        assert [received(client) for client in steps.clients[:2]] == [["one"], ["one", "two"]]

    def test_those_apart_are_rung_for_as_they_are_pushed_to(self, steps: Steps) -> None:
        steps.begin([True, False, False])
        apart = steps.clients[1]
        apart.view = VIEWS[3]
        apart.unfollow("lobby")
        apart.follow(steps.rooms["lobby"], steps.format)
        say(steps, "one")
        assert apart.wire.value() == BELL + b"one\n"


def join(steps: Steps, name: str) -> None:
    steps.rooms["lobby"].publish([Notice("lobby", Change.JOINED, ((9, name),))])


class TestNotices:
    """Two of the clients are a group, the third one is another group."""

    def test_each_group_is_sent_them_in_a_turn(self, steps: Steps) -> None:
        join(steps, "zoe")
        assert [received(client) for client in steps.clients] == [["zoe"], ["zoe"], []]
        steps.stores["lobby"].go_on()
        assert received(steps.clients[2]) == ["zoe"]
        assert not steps.stores["lobby"].later

    def test_those_of_several_turns_come_in_order(self, steps: Steps) -> None:
        join(steps, "zoe")
        join(steps, "max")
        while steps.stores["lobby"].later:
            assert len(steps.stores["lobby"].later) == 1
            steps.stores["lobby"].go_on()
        assert [received(client) for client in steps.clients] == [["zoe", "max"]] * 3

    def test_a_line_waits_for_no_turn(self, steps: Steps) -> None:
        join(steps, "zoe")
        say(steps, "hola")
        assert [received(client) for client in steps.clients] == [["zoe", "hola"]] * 3
        steps.stores["lobby"].go_on()
        assert [received(client) for client in steps.clients] == [["zoe", "hola"]] * 3
        assert not steps.stores["lobby"].later

    def test_an_answer_comes_after_them(self, steps: Steps) -> None:
        join(steps, "zoe")
        steps.clients[2].stream.put(b"answer\n")
        steps.stores["lobby"].go_on()
        assert received(steps.clients[2]) == ["zoe", "answer"]

    def test_a_room_that_all_have_left_sends_nothing_more(self, steps: Steps) -> None:
        join(steps, "zoe")
        for client in steps.clients:
            client.unfollow("lobby")
        steps.stores["lobby"].go_on()
        assert not steps.stores["lobby"].later


def test_a_group_without_followers_is_dropped(steps: Steps) -> None:
    feed = steps.rooms["lobby"].feed(steps.format)
    steps.clients[2].unfollow("lobby")
    assert [len(group) for group in feed.followers] == [2]
    steps.clients[0].unfollow("lobby")
    steps.clients[2].follow(steps.rooms["lobby"], steps.format)
    assert [len(group) for group in feed.followers] == [2]
