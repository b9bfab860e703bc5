"""Missed lines: those of others that an account was not sent."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.accounts.accounts import Accounts
from chatd.chat.inboxes import Inboxes
from chatd.chat.missed_lines import SHOWN_AT_ONCE, Missed, MissedLines
from chatd.chat.own_lines import OwnLines
from chatd.chat.read_marks import EmptyStretch, ReadMarks, ReadTracker
from chatd.chat.session import Session
from chatd.event import Draft, Event, Kind
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change
from tests.support.sessions import alone, keys, taken


class MissedHarness:
    """The missed lines of Ana, who logs in after they were said: her inbox is followed then."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.rooms = {name: Room(name, self.store) for name in ("lobby", "ops", "tea")}
        self.marks = ReadMarks(self.store)
        self.own = OwnLines()
        self.inboxes = Inboxes(self.store, ReadQueue(self.store), Accounts(self.store))
        self.hidden: set[str] = set()
        self.missed = MissedLines(
            self.inboxes, self.marks, self.own, self.rooms.get, self.is_readable
        )
        self.ana = alone(1, self.store, self.clock)
        self.tracker = ReadTracker("ana", self.inboxes.of("ana"))

    def is_readable(self, session: Session, room: Room) -> bool:
        return room.name in self.rooms and room.name not in self.hidden  # inboxes are no rooms

    def log_in(self) -> None:
        if self.ana.subscriptions.read_tracker is None:
            self.ana.subscriptions.begin_tracking(self.tracker)

    def say(self, log: str, lines: int = 1) -> None:
        """Store and publish lines of another person."""
        room = self.missed.log(log)
        assert room is not None
        kind = Kind.PRIVATE if log.startswith("@") else Kind.MESSAGE
        draft = Draft(log, 2, "luis", kind, ["hola"] * lines)
        self.store.commit([draft])
        room.publish([Event(*each) for each in draft.events(room.head, 0)])

    def mark(self, log: str, seq: int) -> None:
        """Store the mark of Ana in a log."""
        change(self.store, *self.marks.puts("ana", log, seq))
        self.clock.advance(0)

    def found(self) -> list[tuple[str, int]]:
        """Return the logs with missed lines once Ana is logged in, and how many each has."""
        self.log_in()
        return [(each.log.key, each.lines) for each in self.missed.of(self.ana)]

    def show(self) -> list[str]:
        """Send the next missed lines; return the keys of the sentences that Ana received."""
        self.log_in()
        self.missed.show(self.ana)
        taken(self.ana.stream)
        return keys(self.ana)


@pytest.fixture
def harness() -> MissedHarness:
    return MissedHarness()


class TestStretch:
    """The number of lines of others in a stretch."""

    ROOM = Room("lobby", MemoryStore(Clock()))

    def test_it_is_that_of_all_lines_if_the_account_said_none(self) -> None:
        assert Missed(self.ROOM, 3, 10).lines == 7

    def test_own_lines_do_not_count(self) -> None:
        assert Missed(self.ROOM, 3, 10, [EmptyStretch(4, 6)]).lines == 5

    def test_own_lines_around_it_count_as_far_as_they_are_in_it(self) -> None:
        own = [EmptyStretch(0, 5), EmptyStretch(8, 20)]
        assert Missed(self.ROOM, 3, 10, own).lines == 3

    def test_own_lines_outside_of_it_change_nothing(self) -> None:
        own = [EmptyStretch(0, 2), EmptyStretch(12, 20)]
        assert Missed(self.ROOM, 3, 10, own).lines == 7

    def test_those_after_a_seq_can_be_counted(self) -> None:
        assert Missed(self.ROOM, 3, 10, [EmptyStretch(4, 6)]).lines_after(5) == 4


class TestFinding:
    def test_lines_after_the_mark_are_missed(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 2)
        harness.say("lobby", 5)
        assert harness.found() == [("lobby", 3)]

    def test_a_log_without_a_mark_is_none_of_the_account(self, harness: MissedHarness) -> None:
        harness.say("lobby", 5)
        assert harness.found() == []

    def test_a_log_that_was_read_to_its_end_is_left_out(self, harness: MissedHarness) -> None:
        harness.say("lobby", 5)
        harness.mark("lobby", 5)
        assert harness.found() == []

    def test_own_lines_after_the_mark_are_not_missed(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", 3)
        harness.own.add("ana", "lobby", [1, 3])
        assert harness.found() == [("lobby", 1)]

    def test_a_stretch_begins_after_own_lines_that_follow_the_mark(
        self, harness: MissedHarness
    ) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", 3)
        harness.own.add("ana", "lobby", [1, 2])
        harness.log_in()
        (missed,) = harness.missed.of(harness.ana)
        assert (missed.after, missed.upto) == (2, 3)

    def test_lines_that_are_being_sent_are_not(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", 3)
        harness.tracker.show("lobby", EmptyStretch(0, 3))
        assert harness.found() == []

    def test_a_room_that_may_not_be_read_is_left_out(self, harness: MissedHarness) -> None:
        for log in "lobby", "ops":
            harness.mark(log, 0)
            harness.say(log)
        harness.hidden = {"ops"}
        assert harness.found() == [("lobby", 1)]

    def test_a_room_that_is_gone_is_left_out(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby")
        del harness.rooms["lobby"]
        assert harness.found() == []

    def test_private_lines_come_first_and_the_current_room_last(
        self, harness: MissedHarness
    ) -> None:
        harness.ana.joined.focus(harness.rooms["lobby"])
        for log in "lobby", "ops", "@ana", "tea":
            harness.mark(log, 0)
            harness.say(log)
        assert [log for log, _ in harness.found()] == ["@ana", "ops", "tea", "lobby"]

    def test_a_guest_has_missed_nothing(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby")
        assert harness.missed.of(harness.ana) == []

    def test_a_client_with_many_rooms_pages_through_those_that_it_is_in(
        self, harness: MissedHarness
    ) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.rooms["lobby"], "joined_room", 0)
        for log in "lobby", "ops", "@ana":
            harness.mark(log, 0)
            harness.say(log)
        assert harness.found() == [("@ana", 1), ("ops", 1)]
        assert len(harness.missed.everywhere(harness.ana)) == 3


class TestSending:
    def test_a_client_with_many_rooms_is_sent_private_lines_alone_when_it_logs_in(
        self, harness: MissedHarness
    ) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        for log in "ops", "@ana":
            harness.mark(log, 0)
            harness.say(log)
        harness.log_in()
        harness.missed.greet(harness.ana)
        taken(harness.ana.stream)
        assert keys(harness.ana) == ["private_missed"]

    def test_without_missed_lines_nothing_is_sent(self, harness: MissedHarness) -> None:
        harness.log_in()
        assert not harness.missed.show(harness.ana)
        assert keys(harness.ana) == []

    def test_lines_are_counted_and_sent(self, harness: MissedHarness) -> None:
        for log in "lobby", "@ana":
            harness.mark(log, 0)
            harness.say(log, 2)
        harness.log_in()
        assert harness.missed.show(harness.ana)
        assert keys(harness.ana) == ["private_missed", "missed"]
        assert harness.found() == []

    def test_more_than_can_be_sent_at_once_are_sent_the_next_time(
        self, harness: MissedHarness
    ) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", SHOWN_AT_ONCE + 3)
        assert harness.show() == ["missed", "missed_more"]
        assert harness.found() == [("lobby", 3)]
        assert harness.show() == ["missed"]
        assert harness.found() == []

    def test_rooms_share_the_lines_that_are_sent_at_once(self, harness: MissedHarness) -> None:
        for log in "lobby", "ops":
            harness.mark(log, 0)
            harness.say(log, SHOWN_AT_ONCE)
        harness.show()
        half = SHOWN_AT_ONCE // 2
        assert harness.found() == [("lobby", half), ("ops", half)]

    def test_private_lines_have_no_less_than_all_of_them(self, harness: MissedHarness) -> None:
        for log in "lobby", "@ana":
            harness.mark(log, 0)
            harness.say(log, SHOWN_AT_ONCE)
        assert harness.show() == ["private_missed", "missed_more"]
        assert harness.found() == [("lobby", SHOWN_AT_ONCE)]


class TestForgotten:
    """Lines that retention has deleted before they were sent."""

    def pass_over(self, harness: MissedHarness) -> None:
        harness.log_in()
        Deferred.fromCoroutine(harness.missed.pass_over_forgotten(harness.ana))

    def forget(self, harness: MissedHarness, upto: int) -> None:
        Deferred.fromCoroutine(harness.store.forget("lobby", upto))

    def test_they_count_as_read(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", SHOWN_AT_ONCE + 50)
        self.forget(harness, 60)
        self.pass_over(harness)
        assert harness.found() == [("lobby", SHOWN_AT_ONCE - 10)]

    def test_they_do_also_if_it_is_one_line(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", SHOWN_AT_ONCE + 1)
        self.forget(harness, 1)
        self.pass_over(harness)
        assert harness.found() == [("lobby", SHOWN_AT_ONCE)]

    def test_they_do_also_if_no_line_is_left(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", SHOWN_AT_ONCE + 50)
        self.forget(harness, SHOWN_AT_ONCE + 50)
        self.pass_over(harness)
        assert harness.found() == []
        harness.say("lobby")
        assert harness.found() == [("lobby", 1)]

    def test_lines_before_the_mark_are_not_missed(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 60)
        harness.say("lobby", 80)
        self.forget(harness, 70)
        self.pass_over(harness)
        assert harness.found() == [("lobby", 20)]

    def test_in_a_log_with_few_missed_lines_none_is_looked_for(
        self, harness: MissedHarness
    ) -> None:
        harness.mark("lobby", 0)
        harness.say("lobby", SHOWN_AT_ONCE)
        self.forget(harness, 60)
        self.pass_over(harness)
        assert harness.found() == [("lobby", SHOWN_AT_ONCE)]


class TestRooms:
    """The rooms that a session may ask for."""

    def names(self, harness: MissedHarness) -> list[str]:
        harness.log_in()
        return [room.name for room in harness.missed.rooms(harness.ana)]

    def test_the_current_room_comes_first_and_then_the_latest(self, harness: MissedHarness) -> None:
        harness.ana.joined.focus(harness.rooms["tea"])
        for log in "lobby", "@ana", "ops":
            harness.mark(log, 0)
        assert self.names(harness) == ["tea", "ops", "lobby"]

    def test_hidden_rooms_are_left_out(self, harness: MissedHarness) -> None:
        for log in "lobby", "ops":
            harness.mark(log, 0)
        harness.hidden = {"lobby"}
        assert self.names(harness) == ["ops"]

    def test_a_guest_has_the_rooms_that_it_is_in(self, harness: MissedHarness) -> None:
        harness.mark("lobby", 0)
        harness.ana.enter(harness.rooms["tea"], "joined_room", 0)
        assert harness.missed.rooms(harness.ana) == [harness.rooms["tea"]]
