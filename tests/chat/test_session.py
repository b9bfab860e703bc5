"""A session by itself: no connection, no server, no other session."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat.session import Rights, Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Kind
from chatd.formats.chat import ChatFormat
from chatd.rooms.room import Room
from tests.support.sentences import EN
from tests.support.sessions import alone, taken
from tests.support.world import HeldStore


class SessionTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.room = Room("lobby", self.store)
        self.session = self.make(1)

    def make(self, number: int) -> Session:
        return alone(number, self.store, self.clock, ChatFormat())

    def seen(self, session: Session | None = None) -> str:
        return taken((session or self.session).stream)

    def published(self, draft: Draft, seq: int = 1) -> None:
        """Do as the server does after a commit."""
        self.room.publish(draft.events(seq - 1, 0))
        self.session.published(draft.room, [seq])

    def draft(self) -> Draft:
        return Draft("lobby", 1, "guest1", Kind.MESSAGE, ["hola"])


class GuardTests(SessionTestCase):
    """A session that may not speak in a room is sent an error for each line, in order."""

    def setUp(self) -> None:
        super().setUp()
        self.session.enter(self.room, "joined_room", 0)
        self.seen()

    def refuse(self) -> None:
        refusal = Refusal(ErrorKind.NOT_ALLOWED, "room_announces", room="lobby", name="guest1")
        self.room.guarded = True
        self.session.rights = Rights(guard=lambda session, room: refusal)

    def errors(self) -> list[str]:
        return [line[:15] for line in self.seen().splitlines()]

    def test_each_line_is_answered_and_none_is_said(self) -> None:
        self.refuse()
        self.session.say("one", "two")
        self.assertEqual(self.errors(), ["ERR Not allowed"] * 2)
        self.assertEqual(self.session.queue.unpublished, 0)
        self.assertFalse(self.session.identity.has_spoken)

    def test_nobody_is_asked_where_nothing_is_guarded(self) -> None:
        self.refuse()
        self.room.guarded = False
        self.session.say("one")
        self.assertEqual(self.session.queue.unpublished, 1)

    def test_each_line_that_is_said_is_counted(self) -> None:
        self.session.say("hola")
        self.session.say("one", "two")
        self.assertEqual(self.session.queue.unpublished, 3)
        self.published(self.draft())
        self.assertEqual(self.session.queue.unpublished, 2)

    def test_without_anybody_to_ask_everyone_may_speak(self) -> None:
        self.room.guarded = True
        self.session.say("one")
        self.assertEqual(self.session.queue.unpublished, 1)

    def test_the_error_comes_behind_the_receipts_and_before_what_is_asked_then(self) -> None:
        self.session.say("hola")
        self.refuse()
        self.session.say("no")
        self.session.queue.when_settled(lambda: self.session.tell("asked"))
        self.assertEqual(self.seen(), "")
        self.published(self.draft())
        lines = self.seen().splitlines()
        self.assertEqual([line[:15] for line in lines[1:]], ["ERR Not allowed", "*** asked"])


class NoRoomTests(SessionTestCase):
    """A session that is in no room."""

    def test_in_no_room_nothing_can_be_said(self) -> None:
        self.session.say("hola")
        self.assertTrue(self.seen().startswith("ERR No room: "))
        self.assertFalse(self.session.identity.has_spoken)

    def test_a_name_that_is_taken_in_no_room_is_announced_nowhere(self) -> None:
        self.session.rename("ana")
        self.assertEqual(self.store._waiting, [])
        self.assertEqual(self.seen(), EN.notice("you_are", name="ana") + "\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])
