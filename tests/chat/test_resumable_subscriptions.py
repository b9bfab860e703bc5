"""`chatd.chat.resumable_subscriptions`: what a session follows goes on in another process."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.i18n import Language
from chatd.rooms.view import NOTHING_SET
from chatd.text.times import local_time
from chatd.util.state import decode, encode
from tests.support.subscriptions import StateFormat, SubscriptionsHarness


@pytest.fixture
def harness() -> SubscriptionsHarness:
    return SubscriptionsHarness()


def handed_over(
    harness: SubscriptionsHarness, *, may_read: bool = True, without: str = ""
) -> SubscriptionsHarness:
    """Return the subscriptions as another process has them; ``without`` a log, if there is one."""
    memberships = harness.subscriptions.memberships.values()
    cursors = {each.room.name: each.cursor.state() for each in memberships if each.cursor}
    state: Any = decode(encode(harness.subscriptions.state()))
    successor = SubscriptionsHarness(before=harness)
    successor.replies.use_format(type(harness.replies.format)())
    subscriptions = successor.subscriptions
    subscriptions.resume(state, successor.tracker if state["account"] else None)
    if harness.lobby in harness.subscriptions.memberships:
        successor.join(successor.lobby)
    logs = {each.name: each for each in (successor.lobby, successor.inbox) if each.name != without}
    subscriptions.resume_following(state, logs.get, lambda room: may_read, decode(encode(cursors)))
    return successor


def log_in(harness: SubscriptionsHarness) -> None:
    """Have what is sent counted, and the inbox of the account followed."""
    harness.subscriptions.begin_tracking(harness.tracker)


class TestARoom:
    def test_is_followed_on(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        successor = handed_over(harness)
        successor.say("hola")
        assert successor.seen() == ["<luis> hola"]

    def test_is_sent_from_the_seq_that_was_not_taken(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        harness.say("two")
        successor = handed_over(harness)
        successor.say("three")
        assert successor.seen() == ["<luis> two", "<luis> three"]

    def test_is_sent_nothing_twice(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        harness.seen()
        assert handed_over(harness).seen() == []

    def test_is_followed_here_as_before_if_the_other_process_fails(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.enter(harness.lobby)
        harness.say("one")
        handed_over(harness)
        harness.say("two")
        assert harness.seen() == ["<luis> one", "<luis> two"]


class TestTheQueue:
    def test_goes_on_in_its_order(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        harness.stream.put(b"*** one\n")
        harness.say("two")
        successor = handed_over(harness)
        assert successor.seen() == ["*** one", "<luis> two"]

    def test_has_the_rest_of_a_replay(self, harness: SubscriptionsHarness) -> None:
        for text in "one", "two", "three":
            harness.say(text)
        harness.subscriptions.replay(harness.lobby, 1, 3, lambda: True)
        then = local_time(0)
        assert handed_over(harness).seen() == [f"[{then}] <luis> two", f"[{then}] <luis> three"]

    def test_has_no_replay_of_a_room_that_it_may_not_read_any_more(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.say("one")
        harness.subscriptions.replay(harness.lobby, 0, 1, lambda: True)
        assert handed_over(harness, may_read=False).seen() == []

    def test_has_no_replay_of_a_room_that_has_gone(self, harness: SubscriptionsHarness) -> None:
        harness.say("one")
        harness.subscriptions.replay(harness.lobby, 0, 1, lambda: True)
        harness.stream.put(b"*** two\n")
        assert handed_over(harness, without="lobby").seen() == ["*** two"]

    def test_has_private_lines_of_guests(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.receive("luis", "psst")
        assert handed_over(harness).seen() == ["(private) <luis> psst"]


class TestTheAccount:
    def test_has_its_inbox_followed_on(self, harness: SubscriptionsHarness) -> None:
        log_in(harness)
        successor = handed_over(harness)
        successor.say("psst", room=successor.inbox)
        assert successor.seen() == ["(private) <luis> psst"]

    def test_has_private_lines_that_were_not_taken(self, harness: SubscriptionsHarness) -> None:
        log_in(harness)
        harness.say("psst", room=harness.inbox)
        assert handed_over(harness).seen() == ["(private) <luis> psst"]

    def test_has_what_is_sent_counted(self, harness: SubscriptionsHarness) -> None:
        log_in(harness)
        harness.enter(harness.lobby)
        successor = handed_over(harness)
        successor.say("hola")
        successor.seen()
        assert successor.place == 1

    def test_is_none_of_a_guest(self, harness: SubscriptionsHarness) -> None:
        assert handed_over(harness).subscriptions.read_tracker is None


class TestSettings:
    def test_are_the_same(self, harness: SubscriptionsHarness) -> None:
        harness.enter(harness.lobby)
        settings = NOTHING_SET._replace(echo=False, times=True, ignored=("Eve",))
        harness.subscriptions.apply(settings)
        successor = handed_over(harness)
        assert successor.subscriptions.settings == settings
        successor.say("own", author="ana", by=1)
        successor.say("ignored", author="eve", by=3)
        successor.say("hola")
        assert successor.seen() == [f"[{local_time(0)}] <luis> hola"]

    def test_of_the_start_are_one_object(self, harness: SubscriptionsHarness) -> None:
        assert handed_over(harness).subscriptions.settings is NOTHING_SET

    def test_have_the_language_of_answers(self, harness: SubscriptionsHarness) -> None:
        harness.replies.use_language(Language.SPANISH)
        assert handed_over(harness).replies.language is Language.SPANISH

    def test_may_have_many_rooms(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.allow_many_rooms(own_lines=False)
        harness.enter(harness.lobby)
        successor = handed_over(harness)
        assert successor.subscriptions.multi_room
        successor.say("own", author="ana", by=1)
        assert successor.seen() == []

    def test_show_the_name_once(self, harness: SubscriptionsHarness) -> None:
        harness.replies.use_format(StateFormat())
        harness.subscriptions.show_identity()
        harness.seen()
        assert handed_over(harness).seen() == []


def test_without_a_cursor_in_the_state_a_room_is_followed_from_its_head(
    harness: SubscriptionsHarness,
) -> None:
    """Another version may have given none."""
    harness.say("before")
    successor = SubscriptionsHarness(before=harness)
    successor.join(successor.lobby)
    state = SubscriptionsHarness().subscriptions.state()
    logs = {"lobby": successor.lobby}
    successor.subscriptions.resume_following(state, logs.get, lambda room: True, {"lobby": {}})
    successor.say("after")
    assert successor.seen() == ["<luis> after"]
