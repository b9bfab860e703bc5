"""Publishing: from what the store has committed to the rooms, and back to its authors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat.action_queue import ActionQueue
from chatd.chat.actions.enter import enter
from chatd.chat.actions.policy import set_mode
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.line_quotas import UNPUBLISHED_LINES, LineQuotas
from chatd.chat.permissions import Mode
from chatd.chat.publisher import Publisher
from chatd.chat.session import Session
from chatd.errors import ErrorKind
from chatd.event import Change, Draft, Event, Kind, Notice
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.util.fair_queue import Asker
from tests.support.logs import Expect
from tests.support.remarks import DECISION
from tests.support.sentences import EN
from tests.support.sessions import done, guest, keys, member
from tests.support.world import World

NOT_SAVED = EN.error(ErrorKind.NOT_SAVED, "not_saved")


class FailedCommitTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World(slow=True)
        self.ana = self.world.person()
        self.luis = self.world.person()

    def test_the_author_is_told_and_nobody_sees_the_line(self) -> None:
        self.ana.type("hola")
        self.world.store.fail()
        self.assertEqual(self.ana.seen(), [NOT_SAVED])
        self.assertEqual(self.luis.seen(), [])

    def test_each_line_that_was_not_saved_is_answered(self) -> None:
        self.ana.type("one", "two")
        self.world.store.fail()
        self.assertEqual(self.ana.seen(), [NOT_SAVED, NOT_SAVED])

    def test_what_was_asked_behind_it_goes_on(self) -> None:
        self.ana.type("hola", "/who")
        self.world.store.fail()
        self.assertEqual(
            self.ana.seen(), [NOT_SAVED, EN.notice("people_in", room="lobby", people="2 guests")]
        )

    def test_the_next_line_is_said(self) -> None:
        self.ana.type("lost")
        self.world.store.fail()
        self.ana.type("hola")
        self.world.release()
        self.assertEqual(self.luis.seen(), ["<guest1> hola"])

    def test_one_who_was_paused_goes_on(self) -> None:
        self.ana.send(b"x\n" * UNPUBLISHED_LINES)
        self.assertTrue(self.ana.paused)
        self.world.settle()
        self.world.store.fail()
        self.assertFalse(self.ana.paused)

    def test_one_who_half_closed_is_told_before_the_connection_closes(self) -> None:
        self.ana.send(b"hola\n")
        self.ana.half_close()
        self.world.settle()
        self.world.store.fail()
        self.assertEqual(self.ana.seen(), [NOT_SAVED])
        self.assertTrue(self.ana.closed)

    def test_one_who_has_gone_is_not_looked_for(self) -> None:
        self.ana.type("hola")
        self.ana.hang_up()
        self.world.store.fail()
        self.assertEqual(self.luis.seen(), [])

    def test_notices_are_shown_all_the_same(self) -> None:
        self.ana.type("hola", "/nick ana")
        self.world.store.fail()
        self.world.release()
        self.assertEqual(self.luis.seen(), [EN.notice("renamed", name="guest1", new_name="ana")])

    def test_an_error_in_the_store_itself_is_logged_and_costs_no_more(self) -> None:
        self.ana.type("hola")
        self.world.store.fail(ZeroDivisionError())
        self.assertEqual(self.ana.seen(), [NOT_SAVED])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class BrokenSessionTests(SynchronousTestCase):
    """A bug in one session costs the others nothing."""

    def setUp(self) -> None:
        self.world = World(slow=True)
        self.ana, self.luis = self.world.person(), self.world.person()
        for person in self.ana, self.luis:
            person.send(b"x\n" * UNPUBLISHED_LINES)
        self.world.settle()

    def broken(self, *_: object) -> None:
        raise ZeroDivisionError

    def break_for_ana(self, owner: type, name: str) -> None:
        method = getattr(owner, name)

        def broken(session: object, *args: object) -> None:
            if session in (self.ana.session, self.ana.session.queue):
                raise ZeroDivisionError
            method(session, *args)

        self.patch(owner, name, broken)

    def test_one_that_cannot_be_told_that_it_may_go_on(self) -> None:
        self.ana.session.queue.changed = self.broken
        self.world.store.release()
        self.assertFalse(self.luis.paused)
        self.assertEqual(len(self.luis.seen()), 2 * UNPUBLISHED_LINES)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_one_that_cannot_be_told_what_was_published(self) -> None:
        self.break_for_ana(Session, "published")
        self.world.store.release()
        self.assertFalse(self.luis.paused)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_one_that_cannot_be_told_what_was_refused(self) -> None:
        self.break_for_ana(ActionQueue, "refused")
        self.world.store.fail()
        self.assertFalse(self.luis.paused)
        self.assertEqual(self.luis.seen(), [NOT_SAVED] * UNPUBLISHED_LINES)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class PublishTests(SynchronousTestCase):
    """The store publishes: one day also what other daemons committed."""

    def test_an_event_of_an_unknown_session_is_shown(self) -> None:
        world = World()
        ana = world.person()
        world.server.publisher.publish([Event("lobby", 1, 0, 999, "eve", Kind.MESSAGE, "hola")])
        self.assertEqual(ana.seen(), ["<eve> hola"])

    def test_nothing_published_is_nothing_shown(self) -> None:
        world = World()
        ana = world.person()
        world.server.publisher.publish([])
        self.assertEqual(ana.seen(), [])


class PublisherWorld(World):
    """A publisher, and the sessions of Ana, who is in the lobby, and of Luis, who is in #ops."""

    def __init__(self) -> None:
        super().__init__()
        self.publisher: Publisher = self.server.publisher
        self.ops = self.server.rooms.add("ops")
        self.ana, self.luis = guest(self, "ana"), guest(self, "luis")
        self.ana.enter(self.server.lobby, "joined_room", 0)
        self.luis.enter(self.ops, "joined_room", 0)
        self.settle()
        keys(self.ana), keys(self.luis)
        self.changed: list[str] = []
        for session in self.ana, self.luis:
            session.queue.when_changed(lambda name=session.name: self.changed.append(name))

    def given(self, session: Session, room: Room, *texts: str) -> Draft:
        """Count lines of a session as given to the store; return them."""
        session.queue.said(room.name, texts, len("".join(texts)), None)
        return Draft(room.name, session.number, session.name, Kind.MESSAGE, texts)

    def publish(self, *drafts: Draft) -> None:
        """Publish drafts that were committed together, each of a log of its own."""
        self.publisher.publish(
            [event for draft in drafts for event in draft.events(self.log(draft.room).head, 0)]
        )

    def log(self, name: str) -> Room:
        return self.server.unread.inboxes.logs.get(name) or self.server.rooms[name]


@pytest.fixture
def world() -> PublisherWorld:
    return PublisherWorld()


def test_lines_are_published_in_their_rooms(world: PublisherWorld) -> None:
    world.publish(
        world.given(world.ana, world.server.lobby, "one"), world.given(world.luis, world.ops, "two")
    )
    assert (world.server.lobby.head, world.ops.head) == (1, 1)
    assert (world.ana.queue.unpublished, world.luis.queue.unpublished) == (0, 0)


def test_each_author_may_go_on_once(world: PublisherWorld) -> None:
    lobby = world.server.lobby
    world.publish(
        world.given(world.ana, lobby, "one", "two"), world.given(world.ana, world.ops, "x")
    )
    assert world.changed == ["ana"]


def test_sessions_that_were_held_back_may_go_on_too(
    world: PublisherWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_commit(quotas: LineQuotas, changed: dict[Session, None]) -> None:
        changed[world.luis] = None

    monkeypatch.setattr(LineQuotas, "after_commit", after_commit)
    world.publish(world.given(world.ana, world.server.lobby, "one"))
    assert world.changed == ["ana", "luis"]


def test_an_author_that_is_elsewhere_is_told(world: PublisherWorld) -> None:
    world.publish(world.given(world.ana, world.ops, "one"))
    assert keys(world.ana) == ["said_in_room"]


def test_a_room_without_members_is_published_and_stays_with_its_lines(
    world: PublisherWorld,
) -> None:
    world.luis.joined.leave()
    draft = world.given(world.ana, world.ops, "one")
    world.ops.append(draft)
    world.publish(draft)
    assert world.server.rooms["ops"].head == 1


def test_a_room_without_members_and_lines_is_forgotten_after_a_notice(
    world: PublisherWorld,
) -> None:
    notice = Notice("ops", Change.LEFT, ((world.luis.number, "luis"),))
    world.ops.append(notice)
    world.luis.joined.leave()
    world.publisher.publish([notice])
    assert world.server.rooms.get("ops") is None


def test_hooks_of_a_room_are_woken(world: PublisherWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[Room] = []
    monkeypatch.setattr(type(world.server.hooks), "__contains__", lambda _, key: key == "ops")
    monkeypatch.setattr(world.server.hooks, "said", woken.append)
    world.publish(
        world.given(world.ana, world.server.lobby, "x"), world.given(world.luis, world.ops, "y")
    )
    assert woken == [world.ops]


def test_a_room_that_fails_costs_the_others_nothing(
    world: PublisherWorld,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: Expect,
) -> None:
    publish = Room.publish

    def fail(room: Room, entries: Sequence[Event], **more: Any) -> None:
        if room is world.server.lobby:
            raise ZeroDivisionError
        publish(room, entries, **more)

    monkeypatch.setattr(Room, "publish", fail)
    world.publish(
        world.given(world.ana, world.server.lobby, "x"), world.given(world.luis, world.ops, "y")
    )
    assert world.ops.head == 1
    expected_errors(ZeroDivisionError)


def test_refused_lines_are_answered_and_their_authors_may_go_on(world: PublisherWorld) -> None:
    world.publisher.refuse(
        [world.given(world.ana, world.server.lobby, "one", "two")], StoreError("full")
    )
    assert keys(world.ana) == ["not_saved", "not_saved"]
    assert world.ana.queue.unpublished == 0
    assert world.changed == ["ana"]


def test_a_room_in_which_all_was_refused_is_forgotten_without_members(
    world: PublisherWorld,
) -> None:
    world.luis.joined.leave()
    draft = world.given(world.ana, world.ops, "one")
    world.ops.append(draft)
    world.publisher.refuse([draft], StoreError("full"))
    assert world.server.rooms.get("ops") is None


def test_refused_lines_of_one_that_has_gone_are_passed_over(world: PublisherWorld) -> None:
    draft = world.given(world.ana, world.server.lobby, "one")
    world.server.disconnect(world.ana)
    world.publisher.refuse([draft], StoreError("full"))
    assert world.changed == []


def test_events_that_the_store_deleted_leave_the_memory_of_their_room(
    world: PublisherWorld,
) -> None:
    world.publish(world.given(world.luis, world.ops, "one"))
    world.publish(world.given(world.luis, world.ops, "two"))
    world.publisher.forgot("OPS", 1)
    read = Deferred.fromCoroutine(world.ops.read(0, 2, Asker("", "")))
    assert read.result == []  # asked of the store


def test_events_deleted_in_an_unknown_room_are_passed_over(world: PublisherWorld) -> None:
    world.publisher.forgot("tea", 1)
    assert "tea" not in world.server.rooms


class TestPrivateLines:
    """Lines to Eva, who has an account."""

    @pytest.fixture
    def eva(self, world: PublisherWorld) -> Session:
        eva = member(world, "Eva")
        world.server.unread.inboxes.of("eva")
        return eva

    def write(self, world: PublisherWorld) -> None:
        world.publish(world.given(world.ana, world.server.unread.inboxes.of("eva"), "psst"))

    def test_the_author_may_go_on_once_they_are_stored(
        self, world: PublisherWorld, eva: Session
    ) -> None:
        self.write(world)
        assert keys(world.ana) == []
        assert world.ana.queue.unpublished == 0
        assert world.changed == ["ana"]

    def test_the_author_is_told_if_the_receiver_is_not_here(
        self, world: PublisherWorld, eva: Session
    ) -> None:
        world.server.disconnect(eva)
        self.write(world)
        assert keys(world.ana) == ["waits_for"]

    def test_the_author_is_told_that_the_receiver_is_away(
        self, world: PublisherWorld, monkeypatch: pytest.MonkeyPatch, eva: Session
    ) -> None:
        monkeypatch.setattr(ConnectedSessions, "away_text", lambda *_: "at lunch")
        self.write(world)
        assert keys(world.ana) == ["is_away"]

    @pytest.fixture
    def names(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the names of the receivers that authors are told."""
        names: list[str] = []
        monkeypatch.setattr(
            ActionQueue, "delivered", lambda queue, event, name, *notes: names.append(name)
        )
        return names

    def test_the_receiver_is_named_as_the_account_is(
        self, world: PublisherWorld, eva: Session, names: list[str]
    ) -> None:
        self.write(world)
        assert names == ["Eva"]

    def test_without_an_account_any_more_the_key_is_the_name(
        self, world: PublisherWorld, names: list[str]
    ) -> None:
        self.write(world)
        assert names == ["eva"]

    def test_an_error_in_the_notes_costs_no_more_than_these(
        self,
        world: PublisherWorld,
        monkeypatch: pytest.MonkeyPatch,
        expected_errors: Expect,
    ) -> None:
        def fail(*_: object) -> str:
            raise ZeroDivisionError

        monkeypatch.setattr(ConnectedSessions, "away_text", fail)
        self.write(world)
        assert keys(world.ana) == []
        assert world.ana.queue.unpublished == 0
        expected_errors(ZeroDivisionError)

    def test_lines_of_one_that_has_gone_are_passed_over(
        self, world: PublisherWorld, eva: Session
    ) -> None:
        draft = world.given(world.ana, world.server.unread.inboxes.of("eva"), "psst")
        world.server.disconnect(world.ana)
        world.publish(draft)
        assert world.server.unread.inboxes.of("eva").head == 1
        assert world.changed == []


def test_own_lines_that_an_account_is_not_sent_count_as_read(world: PublisherWorld) -> None:
    eva = member(world, "eva")
    eva.read_as_text()
    eva.enter(world.ops, "joined_room", 0)
    world.server.unread.entered(eva)
    world.publish(world.given(eva, world.ops, "one"))
    world.server.unread.keep("eva")
    world.settle()
    assert world.server.unread.read_marks.of("eva", "ops") == 1


class RemarkOnItsWayTests(SynchronousTestCase):
    """A remark waits while another node changes rights, so it is asked again if it may be made."""

    def setUp(self) -> None:
        self.world = World(nodes=1)
        self.ana, self.luis = member(self.world, "ana"), guest(self.world, "luis")
        done(self.world, enter(self.world.server, self.ana, "ops"))
        self.ops = self.world.server.rooms["ops"]

    def asked_again(self, by: str) -> list[Draft]:
        """Return the remark if it may not be made any more."""
        draft = Draft("ops", NO_SESSION, by, Kind.DECISION, [DECISION.text()])
        return list(self.world.server.publisher.check_again([draft]))

    def test_it_may_by_one_who_may_speak(self) -> None:
        self.assertEqual(self.asked_again("luis"), [])

    def test_it_may_not_by_one_who_may_not_speak_any_more(self) -> None:
        done(self.world, set_mode(self.world.server, self.ana, self.ops, Mode.ANNOUNCE))
        self.assertEqual(len(self.asked_again("luis")), 1)
        self.assertEqual(self.asked_again("ana"), [])

    def test_it_may_not_by_one_who_has_gone(self) -> None:
        self.assertEqual(len(self.asked_again("eva")), 1)
