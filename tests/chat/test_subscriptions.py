"""The logs that one session follows, and how it is shown them."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.identity import Identity
from chatd.chat.membership import Membership
from chatd.chat.read_marks import ReadTracker, reached
from chatd.chat.replies import Replies
from chatd.chat.subscriptions import Subscriptions
from chatd.event import Event, Kind
from chatd.formats.base import BELL
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.stream import INBOX_BYTES, Stream
from chatd.rooms.view import NOTHING_SET
from chatd.storage.memory import MemoryStore
from chatd.text.times import local_time


class StateFormat(ChatFormat):
    """The format of a client that is sent its name and its read marks."""

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        return f"name {name} {is_guest} {logged_in}\n".encode()

    def seen(self, room: str, seq: int) -> bytes:
        return f"mark {room} {seq}\n".encode()


class Visitor:
    """A member of rooms, with no more of a session than a membership reads."""

    number = 1
    name = "ana"
    is_guest = False

    def may_speak_in(self, room: Room) -> bool:
        return True


class Reader:
    """The subscriptions of Ana, and rooms in which lines are published."""

    def __init__(self, *, private: bool = True) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.lobby, self.inbox = Room("lobby", self.store), Room("@ana", self.store)
        identity = Identity("ana", self.clock, lambda grant: True)
        self.stream = Stream()
        self.replies = Replies(self.stream, ChatFormat(), Language.ENGLISH)
        self.subscriptions = Subscriptions(1, identity, self.replies, private)
        self.tracker = ReadTracker("ana", self.inbox)

    def enter(self, room: Room) -> Membership:
        """Follow a room as a member."""
        membership = Membership(room, Visitor(), self.clock)
        self.subscriptions.memberships[room] = membership
        self.subscriptions.follow(membership)
        return membership

    def say(
        self, text: str, *, author: str = "luis", by: int = 2, room: Room | None = None
    ) -> None:
        """Publish a line of a session with that number."""
        log = room or self.lobby
        kind = Kind.PRIVATE if log is self.inbox else Kind.MESSAGE
        log.publish([Event(log.name, log.head + 1, 0, by, author, kind, text)])

    def seen(self) -> list[str]:
        return b"".join(iter(self.stream.take, b"")).decode().splitlines()

    @property
    def place(self) -> int | None:
        """The seq up to which the lobby was sent without a gap."""
        return reached(self.tracker.spans("lobby"), 0)


@pytest.fixture
def reader() -> Reader:
    return Reader()


class TestFollowing:
    def test_a_room_is_followed_from_its_head_on(self, reader: Reader) -> None:
        reader.say("before")
        reader.enter(reader.lobby)
        reader.say("hola")
        assert reader.seen() == ["<luis> hola"]

    def test_what_was_published_before_the_end_is_still_sent(self, reader: Reader) -> None:
        membership = reader.enter(reader.lobby)
        reader.say("one")
        reader.subscriptions.unfollow(membership)
        reader.say("two")
        assert reader.seen() == ["<luis> one"]
        assert membership.cursor is None

    def test_a_membership_that_is_not_followed_can_be_unfollowed(self, reader: Reader) -> None:
        membership = reader.enter(reader.lobby)
        reader.subscriptions.unfollow(membership)
        reader.subscriptions.unfollow(membership)
        assert reader.seen() == []

    def test_following_twice_sends_each_line_once(self, reader: Reader) -> None:
        reader.subscriptions.follow(reader.enter(reader.lobby))
        reader.say("hola")
        assert reader.seen() == ["<luis> hola"]

    def test_all_rooms_and_the_inbox_are_stopped_at_once(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.stop()
        reader.say("hola")
        reader.say("psst", room=reader.inbox)
        assert reader.seen() == []
        assert reader.tracker.cursor is None

    def test_after_the_end_of_the_stream_nothing_is_followed(self, reader: Reader) -> None:
        membership = reader.enter(reader.lobby)
        reader.stream.finish()
        reader.subscriptions.change_format(ChatFormat(times=True))
        assert membership.cursor is None

    def test_unfollowing_after_it_failed_half_way_ends_the_rest(self, reader: Reader) -> None:
        membership = reader.enter(reader.lobby)
        assert membership.cursor is not None
        membership.cursor.close()
        reader.subscriptions.unfollow(membership)
        assert membership.cursor is None

    def test_a_room_that_is_unfollowed_renders_for_it_no_more(self, reader: Reader) -> None:
        reader.subscriptions.unfollow(reader.enter(reader.lobby))
        assert not reader.lobby.feed(reader.replies.format).followed

    def test_an_inbox_that_is_not_followed_can_be_stopped(self, reader: Reader) -> None:
        reader.stream.finish()
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.end_tracking()
        assert reader.subscriptions.read_tracker is None


class TestChanges:
    """A change of the format or the settings loses no line, and sends none twice."""

    def test_lines_before_a_change_have_the_old_form(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.subscriptions.apply(NOTHING_SET._replace(times=True))
        reader.say("two")
        assert reader.seen() == ["<luis> one", f"[{local_time(0)}] <luis> two"]

    def test_settings_are_the_defaults_until_they_are_changed(self, reader: Reader) -> None:
        assert reader.subscriptions.settings == NOTHING_SET
        changed = NOTHING_SET._replace(times=True)
        reader.subscriptions.apply(changed)
        assert reader.subscriptions.settings == changed

    def test_a_change_follows_the_inbox_once(self, reader: Reader) -> None:
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.apply(NOTHING_SET._replace(quiet=True))
        reader.subscriptions.change_format(ChatFormat())
        reader.say("psst", room=reader.inbox)
        assert reader.seen() == ["(private) <luis> psst"]

    def test_another_format_is_used_from_then_on(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.subscriptions.change_format(ChatFormat(eol=b"!\n"))
        reader.say("hola")
        assert reader.seen() == ["<luis> hola!"]

    def test_settings_hold_for_a_room_that_is_entered_later(self, reader: Reader) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(echo=False, times=True))
        reader.enter(reader.lobby)
        reader.say("own", author="ana", by=1)
        reader.say("hola")
        assert reader.seen() == [f"[{local_time(0)}] <luis> hola"]

    def test_a_language_that_is_set_is_that_of_answers(self, reader: Reader) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(language="es"))
        assert reader.replies.language is Language.SPANISH
        reader.subscriptions.apply(NOTHING_SET)
        assert reader.replies.language is Language.SPANISH

    def test_a_client_with_many_rooms_is_always_sent_its_own_lines(self, reader: Reader) -> None:
        reader.subscriptions.allow_many_rooms()
        reader.subscriptions.apply(NOTHING_SET._replace(echo=False))
        reader.enter(reader.lobby)
        reader.say("own", author="ana", by=1)
        assert reader.seen() == ["<ana> own"]


class TestInbox:
    """Private lines that are stored nowhere."""

    def test_a_line_is_sent(self, reader: Reader) -> None:
        assert reader.subscriptions.receive("luis", "psst")
        assert reader.seen() == ["(private) <luis> psst"]

    def test_a_session_may_be_able_to_receive_none(self) -> None:
        reader = Reader(private=False)
        assert reader.subscriptions.inbox is None
        assert not reader.subscriptions.receive("luis", "psst")
        reader.subscriptions.notify("luis", "luis invites you")
        assert reader.seen() == []

    def test_there_is_room_for_so_much_only(self, reader: Reader) -> None:
        assert reader.subscriptions.receive("luis", "x" * (INBOX_BYTES - 100))
        assert not reader.subscriptions.receive("luis", "x" * 100)

    def test_lines_of_ignored_people_are_taken_and_not_sent(self, reader: Reader) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(ignored=("Eve",)))
        assert reader.subscriptions.receive("EVE", "psst")
        reader.subscriptions.notify("eve", "eve invites you")
        assert reader.seen() == []

    def test_the_deed_of_another_person_is_told(self, reader: Reader) -> None:
        reader.subscriptions.notify("luis", "luis invites you")
        assert reader.seen() == ["*** luis invites you"]

    @pytest.mark.parametrize("bell", ["mentions", "on"])
    def test_the_bell_rings_at_a_line_of_another_person(self, reader: Reader, bell: str) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(bell=bell))
        reader.subscriptions.receive("luis", "psst")
        reader.subscriptions.receive("ana", "psst")
        ring = BELL.decode()
        assert reader.seen() == [f"{ring}(private) <luis> psst", "(private) <ana> psst"]


class TestTracking:
    """While the session is logged in, its tracker counts the lines that it is sent."""

    def test_private_lines_of_the_account_are_sent_without_times(self, reader: Reader) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(times=True))
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.say("psst", room=reader.inbox)
        assert reader.seen() == ["(private) <luis> psst"]

    def test_none_is_sent_after_logging_out(self, reader: Reader) -> None:
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.end_tracking()
        reader.say("psst", room=reader.inbox)
        assert reader.seen() == []
        assert reader.subscriptions.read_tracker is None

    def test_rooms_are_followed_after_logging_out(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.end_tracking()
        reader.say("hola")
        assert reader.seen() == ["<luis> hola"]

    def test_the_inbox_of_another_account_replaces_it(self, reader: Reader) -> None:
        other = Room("@eva", reader.store)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.subscriptions.begin_tracking(ReadTracker("eva", other))
        reader.say("psst", room=reader.inbox)
        assert reader.seen() == []

    def test_lines_before_a_login_that_are_not_taken_count_for_no_account(
        self, reader: Reader
    ) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.subscriptions.replay(reader.lobby, 0, 1, lambda: True)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.seen()
        assert reader.place == 0

    def test_lines_that_could_not_be_read_do_not_count_after_a_change(self, reader: Reader) -> None:
        membership = reader.enter(reader.lobby)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.say("one")
        assert membership.cursor is not None
        assert membership.cursor.trail is not None
        membership.cursor.trail.lose(0)
        reader.subscriptions.apply(NOTHING_SET._replace(times=True))
        reader.say("two")
        reader.seen()
        assert reader.place == 0

    def test_lines_that_were_taken_are_counted(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.subscriptions.begin_tracking(reader.tracker)
        reader.say("one")
        reader.seen()
        assert reader.place == 1

    def test_lines_since_the_room_was_entered_count_as_seen(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.seen()
        reader.subscriptions.begin_tracking(reader.tracker)
        assert reader.place == 1

    def test_a_client_with_many_rooms_counts_its_inbox_alone(self, reader: Reader) -> None:
        reader.subscriptions.allow_many_rooms()
        reader.enter(reader.lobby)
        reader.subscriptions.begin_tracking(reader.tracker)
        assert list(reader.tracker.logs) == ["@ana"]

    def test_the_client_is_sent_its_name(self, reader: Reader) -> None:
        reader.subscriptions.change_format(StateFormat())
        reader.subscriptions.show_identity()
        reader.subscriptions.begin_tracking(reader.tracker)
        assert reader.seen() == ["name ana True False", "name ana True True"]


class TestReplays:
    def replay(self, reader: Reader, *, may_read: bool = True) -> None:
        reader.subscriptions.replay(reader.lobby, 0, reader.lobby.head, lambda: may_read)

    def test_a_stretch_is_sent_with_times(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.seen()
        self.replay(reader)
        assert reader.seen() == [f"[{local_time(0)}] <luis> one"]

    def test_nothing_is_sent_once_the_session_may_not_read(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.seen()
        self.replay(reader, may_read=False)
        assert reader.seen() == []

    def test_own_lines_are_in_it_also_without_echo(self, reader: Reader) -> None:
        reader.subscriptions.apply(NOTHING_SET._replace(echo=False))
        reader.enter(reader.lobby)
        reader.say("own", author="ana", by=1)
        self.replay(reader)
        assert reader.seen() == [f"[{local_time(0)}] <ana> own"]

    def test_it_may_have_another_format(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.seen()
        reader.subscriptions.replay(reader.lobby, 0, 1, lambda: True, ChatFormat(eol=b"!\n"))
        assert reader.seen() == ["<luis> one!"]

    def test_a_client_with_many_rooms_does_not_count_it(self, reader: Reader) -> None:
        reader.subscriptions.allow_many_rooms()
        reader.enter(reader.lobby)
        reader.say("one")
        reader.subscriptions.begin_tracking(reader.tracker)
        self.replay(reader)
        assert list(reader.tracker.logs) == ["@ana"]

    def test_it_is_counted_while_the_session_is_logged_in(self, reader: Reader) -> None:
        reader.enter(reader.lobby)
        reader.say("one")
        reader.seen()
        reader.subscriptions.memberships.clear()
        reader.subscriptions.begin_tracking(reader.tracker)
        self.replay(reader)
        assert reader.place == 0
        reader.seen()
        assert reader.place == 1


def test_found_events_are_an_answer_with_times(reader: Reader) -> None:
    reader.subscriptions.show([Event("lobby", 3, 0, 2, "luis", Kind.MESSAGE, "hola")])
    (seen,) = reader.seen()
    assert seen.endswith("<luis> hola")
    assert local_time(0) in seen


def test_a_read_mark_is_sent_to_a_client_that_shows_them(reader: Reader) -> None:
    reader.subscriptions.show_read_mark(reader.lobby, 7)
    assert reader.seen() == []
    reader.subscriptions.change_format(StateFormat())
    reader.subscriptions.show_read_mark(reader.lobby, None)
    reader.subscriptions.show_read_mark(reader.lobby, 7)
    assert reader.seen() == ["mark lobby 7"]
