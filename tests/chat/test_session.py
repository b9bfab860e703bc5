"""A session by itself: no connection, no server, no other session."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat.session import Rights, Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Draft, Event, Kind
from chatd.formats.bare import BareFormat
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.rooms.view import Settings
from tests.support.world import HeldStore


class SessionTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.room = Room("lobby", self.store)
        self.session = self.make(1)

    def make(self, number: int) -> Session:
        return Session(
            number,
            Stream(),
            ChatFormat(),
            self.clock,
            Language.ENGLISH,
            self.store.error_log,
            Rights(),
        )

    def seen(self, session: Session | None = None) -> bytes:
        stream = (session or self.session).stream
        return b"".join(iter(stream.take, b""))

    def published(self, draft: Draft, seq: int = 1) -> None:
        """Do as the server does after a commit."""
        self.room.publish(draft.events(seq - 1, 0))
        self.session.published(draft.room, [seq])

    def draft(self) -> Draft:
        return Draft("lobby", 1, "guest1", Kind.MESSAGE, ["hola"])


class OrderTests(SessionTestCase):
    """Lines and actions take effect in order."""

    def setUp(self) -> None:
        super().setUp()
        self.session.enter(self.room, "joined_room", 0)
        self.seen()
        self.done: list[str] = []
        self.session.queue.changed = lambda: self.done.append("changed")

    def test_with_nothing_under_way_something_asked_is_done_at_once(self) -> None:
        self.session.queue.when_settled(lambda: self.done.append("asked"))
        self.assertEqual(self.done, ["asked"])
        self.assertTrue(self.session.queue.settled)

    def test_what_is_asked_waits_for_what_was_said(self) -> None:
        self.session.say("hola")
        self.session.queue.when_settled(lambda: self.done.append("asked"))
        self.assertEqual(self.done, [])
        self.assertFalse(self.session.queue.settled)
        self.assertTrue(self.session.queue.occupied)
        self.published(self.draft())
        self.assertEqual(self.done, ["asked"])
        self.assertTrue(self.session.queue.settled)

    def test_it_waits_for_all_that_was_said(self) -> None:
        self.session.say("one")
        self.session.say("two")
        self.session.queue.when_settled(lambda: self.done.append("asked"))
        self.published(self.draft(), 1)
        self.assertEqual(self.done, [])
        self.session.queue.refused("lobby", 1)
        self.assertEqual(self.done, ["asked"])

    def test_nothing_else_is_read_while_what_was_asked_waits_for_the_store(self) -> None:
        waiting: Deferred[None] = Deferred()

        async def ask() -> None:
            await waiting

        def asked() -> Coroutine[Deferred[Any], Any, None]:
            return ask()

        self.session.queue.when_settled(asked)
        self.assertTrue(self.session.queue.occupied)
        self.assertFalse(self.session.queue.settled)
        waiting.callback(None)
        self.assertFalse(self.session.queue.occupied)
        self.assertEqual(self.done, ["changed"])

    def test_its_unpublished_lines_are_counted(self) -> None:
        self.session.say("hola")
        self.session.say("one", "two")
        self.assertEqual(self.session.queue.unpublished, 3)
        self.published(self.draft())
        self.assertEqual(self.session.queue.unpublished, 2)

    def test_what_fails_is_answered_and_logged(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError

        self.session.queue.when_settled(fail)
        self.assertTrue(self.seen().startswith(b"ERR Server error: "))
        self.assertFalse(self.session.queue.occupied)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


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

    def errors(self) -> list[bytes]:
        return [line[:15] for line in self.seen().splitlines()]

    def test_each_line_is_answered_and_none_is_said(self) -> None:
        self.refuse()
        self.session.say("one", "two")
        self.assertEqual(self.errors(), [b"ERR Not allowed"] * 2)
        self.assertEqual(self.session.queue.unpublished, 0)
        self.assertFalse(self.session.has_spoken)

    def test_nobody_is_asked_where_nothing_is_guarded(self) -> None:
        self.refuse()
        self.room.guarded = False
        self.session.say("one")
        self.assertEqual(self.session.queue.unpublished, 1)

    def test_without_anybody_to_ask_everyone_may_speak(self) -> None:
        self.room.guarded = True
        self.session.say("one")
        self.assertEqual(self.session.queue.unpublished, 1)

    def test_the_error_comes_behind_the_receipts_and_before_what_is_asked_then(self) -> None:
        self.session.say("hola")
        self.refuse()
        self.session.say("no")
        self.session.queue.when_settled(lambda: self.session.tell("asked"))
        self.assertEqual(self.seen(), b"")
        self.published(self.draft())
        lines = self.seen().splitlines()
        self.assertEqual([line[:15] for line in lines[1:]], [b"ERR Not allowed", b"*** asked"])

    def test_two_things_that_wait_are_done_one_by_one(self) -> None:
        self.session.say("hola")
        first: Deferred[None] = Deferred()
        done: list[str] = []

        async def wait() -> None:
            await first
            done.append("first")

        async def second() -> None:
            done.append("second")

        self.session.queue.when_settled(wait)
        self.session.queue.when_settled(second)
        self.published(self.draft())
        self.assertTrue(self.session.queue.occupied)
        self.assertEqual(done, [])
        first.callback(None)
        self.assertEqual(done, ["first", "second"])
        self.assertTrue(self.session.queue.settled)


class PlaceTests(SessionTestCase):
    def test_in_no_room_nothing_can_be_said(self) -> None:
        self.session.say("hola")
        self.assertTrue(self.seen().startswith(b"ERR No room: "))
        self.assertFalse(self.session.has_spoken)

    def test_out_of_a_room_it_hears_nothing_of_it(self) -> None:
        self.session.enter(self.room, "joined_room", 0)
        self.session.joined.leave()
        self.seen()
        self.room.publish([Event("lobby", 1, 0, 2, "ana", Kind.MESSAGE, "hola")])
        self.assertEqual(self.seen(), b"")

    def test_what_was_said_before_it_left_is_still_shown(self) -> None:
        self.session.enter(self.room, "joined_room", 0)
        self.seen()
        self.make(2).enter(self.room, "joined_room", 0)
        self.room.publish([Event("lobby", 1, 0, 2, "ana", Kind.MESSAGE, "hola")])
        self.session.joined.leave()
        self.assertEqual(self.seen(), b"<ana> hola\n")

    def test_leaving_no_room_is_nothing(self) -> None:
        self.session.joined.leave()
        self.assertIsNone(self.session.room)

    def test_a_setting_that_is_changed_in_no_room_holds_in_the_next_one(self) -> None:
        self.session.subscriptions.apply(Settings(echo=False, language="es", times=True))
        self.session.enter(self.room, "joined_room", 0)
        self.assertEqual(self.seen(), "*** Estás en #lobby. No hay nadie más aquí.\n".encode())
        self.room.publish([Event("lobby", 1, 0, 1, "guest1", Kind.MESSAGE, "hola")])
        self.assertEqual(self.seen(), b"")

    def test_a_name_that_is_taken_in_no_room_is_announced_nowhere(self) -> None:
        self.session.rename("ana")
        self.assertEqual(self.store._waiting, [])
        self.assertEqual(self.seen(), b"*** You are now ana.\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_it_leaves_no_timer_behind(self) -> None:
        self.session.enter(self.room, "joined_room", 0)
        self.session.rename("ana")
        self.session.joined.leave()
        self.clock.advance(0)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class InboxTests(SessionTestCase):
    def test_a_private_line_is_seen(self) -> None:
        assert self.session.subscriptions.inbox is not None
        self.session.subscriptions.inbox.put(b"psst\n")
        self.assertEqual(self.seen(), b"psst\n")

    def test_a_session_may_have_none(self) -> None:
        session = Session(
            2,
            Stream(),
            BareFormat(),
            self.clock,
            Language.ENGLISH,
            self.store.error_log,
            Rights(),
            private=False,
        )
        self.assertIsNone(session.subscriptions.inbox)
