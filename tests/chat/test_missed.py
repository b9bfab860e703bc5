"""Missed lines: those of others that an account was not sent."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.accounts.accounts import Accounts
from chatd.chat.inboxes import Inboxes
from chatd.chat.missed import SHOWN_AT_ONCE, Missed, MissedLines
from chatd.chat.own_lines import OwnLines
from chatd.chat.read_marks import EmptyStretch, ReadMarks, ReadTracker
from chatd.chat.session import Session
from chatd.event import Draft, Event, Kind
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change
from tests.support.sessions import alone, keys


class Desk:
    """The missed lines of Ana, who logs in after they were said: her inbox is followed then."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.rooms = {name: Room(name, self.store) for name in ("lobby", "ops", "tea")}
        self.marks = ReadMarks(self.store)
        self.own = OwnLines()
        self.inboxes = Inboxes(self.store, Accounts(self.store))
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
        while self.ana.stream.take():
            pass
        return keys(self.ana)


@pytest.fixture
def desk() -> Desk:
    return Desk()


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
    def test_lines_after_the_mark_are_missed(self, desk: Desk) -> None:
        desk.mark("lobby", 2)
        desk.say("lobby", 5)
        assert desk.found() == [("lobby", 3)]

    def test_a_log_without_a_mark_is_none_of_the_account(self, desk: Desk) -> None:
        desk.say("lobby", 5)
        assert desk.found() == []

    def test_a_log_that_was_read_to_its_end_is_left_out(self, desk: Desk) -> None:
        desk.say("lobby", 5)
        desk.mark("lobby", 5)
        assert desk.found() == []

    def test_own_lines_after_the_mark_are_not_missed(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", 3)
        desk.own.add("ana", "lobby", [1, 3])
        assert desk.found() == [("lobby", 1)]

    def test_a_stretch_begins_after_own_lines_that_follow_the_mark(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", 3)
        desk.own.add("ana", "lobby", [1, 2])
        desk.log_in()
        (missed,) = desk.missed.of(desk.ana)
        assert (missed.after, missed.upto) == (2, 3)

    def test_lines_that_are_being_sent_are_not(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", 3)
        desk.tracker.show("lobby", EmptyStretch(0, 3))
        assert desk.found() == []

    def test_a_room_that_may_not_be_read_is_left_out(self, desk: Desk) -> None:
        for log in "lobby", "ops":
            desk.mark(log, 0)
            desk.say(log)
        desk.hidden = {"ops"}
        assert desk.found() == [("lobby", 1)]

    def test_a_room_that_is_gone_is_left_out(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby")
        del desk.rooms["lobby"]
        assert desk.found() == []

    def test_private_lines_come_first_and_the_current_room_last(self, desk: Desk) -> None:
        desk.ana.joined.focus(desk.rooms["lobby"])
        for log in "lobby", "ops", "@ana", "tea":
            desk.mark(log, 0)
            desk.say(log)
        assert [log for log, _ in desk.found()] == ["@ana", "ops", "tea", "lobby"]

    def test_a_guest_has_missed_nothing(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby")
        assert desk.missed.of(desk.ana) == []

    def test_a_client_with_many_rooms_is_sent_private_lines_alone(self, desk: Desk) -> None:
        desk.ana.subscriptions.allow_many_rooms()
        for log in "lobby", "@ana":
            desk.mark(log, 0)
            desk.say(log)
        assert desk.found() == [("@ana", 1)]
        assert len(desk.missed.everywhere(desk.ana)) == 2


class TestSending:
    def test_without_missed_lines_nothing_is_sent(self, desk: Desk) -> None:
        desk.log_in()
        assert not desk.missed.show(desk.ana)
        assert keys(desk.ana) == []

    def test_lines_are_counted_and_sent(self, desk: Desk) -> None:
        for log in "lobby", "@ana":
            desk.mark(log, 0)
            desk.say(log, 2)
        desk.log_in()
        assert desk.missed.show(desk.ana)
        assert keys(desk.ana) == ["private_missed", "missed"]
        assert desk.found() == []

    def test_more_than_can_be_sent_at_once_are_sent_the_next_time(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", SHOWN_AT_ONCE + 3)
        assert desk.show() == ["missed", "missed_more"]
        assert desk.found() == [("lobby", 3)]
        assert desk.show() == ["missed"]
        assert desk.found() == []

    def test_rooms_share_the_lines_that_are_sent_at_once(self, desk: Desk) -> None:
        for log in "lobby", "ops":
            desk.mark(log, 0)
            desk.say(log, SHOWN_AT_ONCE)
        desk.show()
        half = SHOWN_AT_ONCE // 2
        assert desk.found() == [("lobby", half), ("ops", half)]

    def test_private_lines_have_no_less_than_all_of_them(self, desk: Desk) -> None:
        for log in "lobby", "@ana":
            desk.mark(log, 0)
            desk.say(log, SHOWN_AT_ONCE)
        assert desk.show() == ["private_missed", "missed_more"]
        assert desk.found() == [("lobby", SHOWN_AT_ONCE)]


class TestForgotten:
    """Lines that retention has deleted before they were sent."""

    def pass_over(self, desk: Desk) -> None:
        desk.log_in()
        Deferred.fromCoroutine(desk.missed.pass_over_forgotten(desk.ana))

    def forget(self, desk: Desk, upto: int) -> None:
        Deferred.fromCoroutine(desk.store.forget("lobby", upto))

    def test_they_count_as_read(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", SHOWN_AT_ONCE + 50)
        self.forget(desk, 60)
        self.pass_over(desk)
        assert desk.found() == [("lobby", SHOWN_AT_ONCE - 10)]

    def test_they_do_also_if_it_is_one_line(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", SHOWN_AT_ONCE + 1)
        self.forget(desk, 1)
        self.pass_over(desk)
        assert desk.found() == [("lobby", SHOWN_AT_ONCE)]

    def test_they_do_also_if_no_line_is_left(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", SHOWN_AT_ONCE + 50)
        self.forget(desk, SHOWN_AT_ONCE + 50)
        self.pass_over(desk)
        assert desk.found() == []
        desk.say("lobby")
        assert desk.found() == [("lobby", 1)]

    def test_lines_before_the_mark_are_not_missed(self, desk: Desk) -> None:
        desk.mark("lobby", 60)
        desk.say("lobby", 80)
        self.forget(desk, 70)
        self.pass_over(desk)
        assert desk.found() == [("lobby", 20)]

    def test_in_a_log_with_few_missed_lines_none_is_looked_for(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.say("lobby", SHOWN_AT_ONCE)
        self.forget(desk, 60)
        self.pass_over(desk)
        assert desk.found() == [("lobby", SHOWN_AT_ONCE)]


class TestRooms:
    """The rooms that a session may ask for."""

    def names(self, desk: Desk) -> list[str]:
        desk.log_in()
        return [room.name for room in desk.missed.rooms(desk.ana)]

    def test_the_current_room_comes_first_and_then_the_latest(self, desk: Desk) -> None:
        desk.ana.joined.focus(desk.rooms["tea"])
        for log in "lobby", "@ana", "ops":
            desk.mark(log, 0)
        assert self.names(desk) == ["tea", "ops", "lobby"]

    def test_hidden_rooms_are_left_out(self, desk: Desk) -> None:
        for log in "lobby", "ops":
            desk.mark(log, 0)
        desk.hidden = {"lobby"}
        assert self.names(desk) == ["ops"]

    def test_a_guest_has_the_rooms_that_it_is_in(self, desk: Desk) -> None:
        desk.mark("lobby", 0)
        desk.ana.enter(desk.rooms["tea"], "joined_room", 0)
        assert desk.missed.rooms(desk.ana) == [desk.rooms["tea"]]
