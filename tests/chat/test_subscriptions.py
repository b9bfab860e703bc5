"""The logs that one session follows, and how it is shown them."""

from __future__ import annotations

import pytest

from chatd.chat.read_marks import ReadMark, ReadTracker
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET
from chatd.text.times import local_time
from tests.support.subscriptions import StateFormat, SubscriptionsHarness


@pytest.fixture
def harness() -> SubscriptionsHarness:
    return SubscriptionsHarness()


class TestFollowing:
    def test_a_room_is_followed_from_its_head_on(self, harness: SubscriptionsHarness) -> None:
        harness.say("before")
        harness.enter(harness.lobby)
        harness.say("hola")
        assert harness.seen() == ["<luis> hola"]

    def test_what_was_published_before_the_end_is_still_sent(
        self, harness: SubscriptionsHarness
    ) -> None:
        membership = harness.enter(harness.lobby)
        harness.say("one")
        harness.subscriptions.unfollow(membership)
        harness.say("two")
        assert harness.seen() == ["<luis> one"]
        assert membership.cursor is None

    def test_a_membership_that_is_not_followed_can_be_unfollowed(
        self, harness: SubscriptionsHarness
    ) -> None:
        membership = harness.enter(harness.lobby)
        harness.subscriptions.unfollow(membership)
        harness.subscriptions.unfollow(membership)
        assert harness.seen() == []

    def test_following_twice_sends_each_line_once(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.follow(harness.enter(harness.lobby))
        harness.say("hola")
        assert harness.seen() == ["<luis> hola"]

    def test_all_rooms_and_the_inbox_are_stopped_at_once(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.stop()
        harness.say("hola")
        harness.say("psst", room=harness.inbox)
        assert harness.seen() == []
        assert harness.tracker.cursor is None

    def test_after_the_end_of_the_stream_nothing_is_followed(
        self, harness: SubscriptionsHarness
    ) -> None:
        membership = harness.enter(harness.lobby)
        harness.stream.finish()
        harness.subscriptions.change_format(ChatFormat(times=True))
        assert membership.cursor is None

    def test_unfollowing_after_it_failed_half_way_ends_the_rest(
        self, harness: SubscriptionsHarness
    ) -> None:
        membership = harness.enter(harness.lobby)
        assert membership.cursor is not None
        membership.cursor.close()
        harness.subscriptions.unfollow(membership)
        assert membership.cursor is None

    def test_a_room_that_is_unfollowed_renders_for_it_no_more(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.unfollow(harness.enter(harness.lobby))
        assert not harness.lobby.feed(harness.replies.format).followers

    def test_an_inbox_that_is_not_followed_can_be_stopped(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.stream.finish()
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.end_tracking()
        assert harness.subscriptions.read_tracker is None


class TestChanges:
    """A change of the format or the settings loses no line, and sends none twice."""

    def test_lines_before_a_change_have_the_old_form(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.subscriptions.apply(NOTHING_SET._replace(times=True))
        harness.say("two")
        assert harness.seen() == ["<luis> one", f"[{local_time(0)}] <luis> two"]

    def test_settings_are_the_defaults_until_they_are_changed(
        self, harness: SubscriptionsHarness
    ) -> None:
        assert harness.subscriptions.settings == NOTHING_SET
        changed = NOTHING_SET._replace(times=True)
        harness.subscriptions.apply(changed)
        assert harness.subscriptions.settings == changed

    def test_a_change_follows_the_inbox_once(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.apply(NOTHING_SET._replace(quiet=True))
        harness.subscriptions.change_format(ChatFormat())
        harness.say("psst", room=harness.inbox)
        assert harness.seen() == ["(private) <luis> psst"]

    def test_another_format_is_used_from_then_on(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.subscriptions.change_format(ChatFormat(eol=b"!\n"))
        harness.say("hola")
        assert harness.seen() == ["<luis> hola!"]

    def test_settings_hold_for_a_room_that_is_entered_later(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(echo=False, times=True))
        harness.enter(harness.lobby)
        harness.say("own", author="ana", by=1)
        harness.say("hola")
        assert harness.seen() == [f"[{local_time(0)}] <luis> hola"]

    def test_a_language_that_is_set_is_that_of_answers(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(language="es"))
        assert harness.replies.language is Language.SPANISH
        harness.subscriptions.apply(NOTHING_SET)
        assert harness.replies.language is Language.SPANISH

    def test_a_client_with_many_rooms_is_always_sent_its_own_lines(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.allow_many_rooms()
        harness.subscriptions.apply(NOTHING_SET._replace(echo=False))
        harness.enter(harness.lobby)
        harness.say("own", author="ana", by=1)
        assert harness.seen() == ["<ana> own"]


class TestTracking:
    """While the session is logged in, its tracker counts the lines that it is sent."""

    def test_private_lines_of_the_account_are_sent_without_times(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(times=True))
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.say("psst", room=harness.inbox)
        assert harness.seen() == ["(private) <luis> psst"]

    def test_none_is_sent_after_logging_out(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.end_tracking()
        harness.say("psst", room=harness.inbox)
        assert harness.seen() == []
        assert harness.subscriptions.read_tracker is None

    def test_rooms_are_followed_after_logging_out(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.end_tracking()
        harness.say("hola")
        assert harness.seen() == ["<luis> hola"]

    def test_the_inbox_of_another_account_replaces_it(self, harness: SubscriptionsHarness) -> None:
        other = Room("@eva", harness.store)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.subscriptions.begin_tracking(ReadTracker("eva", other))
        harness.say("psst", room=harness.inbox)
        assert harness.seen() == []

    def test_lines_before_a_login_that_are_not_taken_count_for_no_account(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.subscriptions.replay(harness.lobby, 0, 1, lambda: True)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.seen()
        assert harness.place == 0

    def test_lines_that_could_not_be_read_do_not_count_after_a_change(
        self, harness: SubscriptionsHarness
    ) -> None:
        membership = harness.enter(harness.lobby)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.say("one")
        assert membership.cursor is not None
        assert membership.cursor.trail is not None
        membership.cursor.trail.finish(0)
        harness.subscriptions.apply(NOTHING_SET._replace(times=True))
        harness.say("two")
        harness.seen()
        assert harness.place == 0

    def test_lines_that_were_taken_are_counted(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.subscriptions.begin_tracking(harness.tracker)
        harness.say("one")
        harness.seen()
        assert harness.place == 1

    def test_lines_since_the_room_was_entered_count_as_seen(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        harness.subscriptions.begin_tracking(harness.tracker)
        assert harness.place == 1

    def test_a_client_with_many_rooms_counts_its_inbox_alone(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.allow_many_rooms()
        harness.enter(harness.lobby)
        harness.subscriptions.begin_tracking(harness.tracker)
        assert list(harness.tracker.logs) == ["@ana"]

    def test_the_client_is_sent_its_name(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.change_format(StateFormat())
        harness.subscriptions.show_identity()
        harness.subscriptions.begin_tracking(harness.tracker)
        assert harness.seen() == ["name ana True False", "name ana True True"]


class TestReplays:
    def replay(self, harness: SubscriptionsHarness, *, may_read: bool = True) -> None:
        harness.subscriptions.replay(harness.lobby, 0, harness.lobby.head, lambda: may_read)

    def test_a_stretch_is_sent_with_times(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        self.replay(harness)
        assert harness.seen() == [f"[{local_time(0)}] <luis> one"]

    def test_nothing_is_sent_once_the_session_may_not_read(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        self.replay(harness, may_read=False)
        assert harness.seen() == []

    def test_own_lines_are_in_it_also_without_echo(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(echo=False))
        harness.enter(harness.lobby)
        harness.say("own", author="ana", by=1)
        self.replay(harness)
        assert harness.seen() == [f"[{local_time(0)}] <ana> own"]

    def test_it_may_have_another_format(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        harness.subscriptions.replay(harness.lobby, 0, 1, lambda: True, ChatFormat(eol=b"!\n"))
        assert harness.seen() == ["<luis> one!"]

    def test_a_client_with_many_rooms_does_not_count_it(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.allow_many_rooms()
        harness.enter(harness.lobby)
        harness.say("one")
        harness.subscriptions.begin_tracking(harness.tracker)
        self.replay(harness)
        assert list(harness.tracker.logs) == ["@ana"]

    def test_it_is_counted_while_the_session_is_logged_in(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        harness.subscriptions.memberships.clear()
        harness.subscriptions.begin_tracking(harness.tracker)
        self.replay(harness)
        assert harness.place == 0
        harness.seen()
        assert harness.place == 1


def test_a_read_mark_is_sent_to_a_client_that_shows_them(harness: SubscriptionsHarness) -> None:
    harness.subscriptions.show_read_mark(harness.lobby, ReadMark(7))
    assert harness.seen() == []
    harness.subscriptions.change_format(StateFormat())
    harness.subscriptions.show_read_mark(harness.lobby, ReadMark(7))
    assert harness.seen() == ["mark lobby 7"]
