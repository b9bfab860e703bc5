"""`chatd.chat.actions.catch_up`: the lines that an account missed are sent or marked as read."""

from __future__ import annotations

import pytest

from chatd.chat.actions.catch_up import (
    mark_seen,
    mark_time,
    marked_time,
    show_missed,
    skip_missed,
)
from chatd.chat.actions.enter import enter
from chatd.chat.actions.login import log_in
from chatd.chat.session import Session
from chatd.rooms.room import Room
from tests.support.sessions import KeysOnly, done, guest, member, refused
from tests.support.world import PASSWORD, World


def returning(world: World) -> Session:
    """Return a session of an account that missed more lines than are shown at once."""
    ana = member(world, "ana")
    done(world, enter(world.server, ana, "tea"))
    ana.say("hola")
    world.settle()
    world.server.disconnect(ana)
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "tea"))
    for _ in range(3):
        luis.say(*["tea"] * 100)
        world.settle()
    back = guest(world)
    done(world, log_in(world.server, back, "ana", PASSWORD))
    return back


def test_a_guest_misses_nothing(world: World) -> None:
    assert refused(world, show_missed(world.server, guest(world))) == "nothing_counted"
    assert refused(world, skip_missed(world.server, guest(world))) == "nothing_counted"


def test_an_account_that_missed_nothing(world: World) -> None:
    assert not done(world, show_missed(world.server, member(world, "ana")))


def test_missed_lines_are_shown_until_they_are_skipped(world: World) -> None:
    ana = returning(world)
    assert done(world, show_missed(world.server, ana))
    done(world, skip_missed(world.server, ana))
    assert not done(world, show_missed(world.server, ana))


def test_the_lines_of_a_room_are_read_up_to_a_seq(world: World) -> None:
    ana = returning(world)
    room = world.server.rooms["tea"]
    mark_seen(world.server, ana, room, room.head)
    assert world.server.unread.read_marks.of("ana", room.key) == room.head


class TimesWorld(World):
    """Ana has read #tea up to the first of three lines, a second after each other."""

    def __init__(self) -> None:
        super().__init__(nodes=1)
        self.luis, self.ana = guest(self, "luis"), member(self, "ana")
        self.ana.subscriptions.allow_many_rooms()
        for session in self.luis, self.ana:
            done(self, enter(self.server, session, "tea"))
        self.times = [self.say(f"line {number}") for number in range(3)]
        self.server.unread.seen(self.ana, self.tea, 1)

    @property
    def tea(self) -> Room:
        return self.room("tea")

    def say(self, text: str) -> int:
        """Say a line, and return its time."""
        self.wait(1)
        self.luis.say(text)
        self.settle()
        return self.stored("tea")[-1].time

    def mark(self, time: int) -> int:
        return done(self, mark_time(self.server, self.ana, self.tea, time))

    @property
    def marked(self) -> tuple[int | None, int | None]:
        """The seq and the time of the mark."""
        seq = self.server.unread.read_marks.of("ana", "tea")
        return seq, done(self, marked_time(self.server, self.ana, self.tea))


class TestTimes:
    @pytest.fixture
    def world(self) -> TimesWorld:
        return TimesWorld()

    def test_a_mark_has_that_of_its_line(self, world: TimesWorld) -> None:
        assert world.marked == (1, world.times[0])

    def test_a_mark_by_that_of_a_line_is_at_the_line(self, world: TimesWorld) -> None:
        assert world.mark(world.times[1]) == world.times[1]
        assert world.marked == (2, world.times[1])

    def test_any_other_is_as_the_client_said(self, world: TimesWorld) -> None:
        between = world.times[1] + 7
        assert world.mark(between) == between
        assert world.marked == (2, between)

    def test_it_only_grows(self, world: TimesWorld) -> None:
        world.mark(world.times[1] + 7)
        assert world.mark(world.times[0]) == world.times[1] + 7
        assert world.mark(world.times[1] + 7) == world.times[1] + 7
        world.server.unread.seen(world.ana, world.tea, 1)
        assert world.marked == (2, world.times[1] + 7)

    def test_a_line_that_is_read_later_is_later(self, world: TimesWorld) -> None:
        world.mark(world.times[1] + 7)
        world.server.unread.seen(world.ana, world.tea, 3)
        assert world.marked == (3, world.times[2])

    def test_one_ahead_of_all_lines_is_kept(self, world: TimesWorld) -> None:
        later = world.times[2] + 5000
        assert world.mark(later) == later
        world.say("one more")
        assert world.marked == (3, later)

    def test_that_of_a_line_that_is_not_in_memory_is_read(self, world: TimesWorld) -> None:
        world.tea.latest.clear()
        assert world.marked == (1, world.times[0])

    def test_there_is_none_without_a_mark(self, world: TimesWorld) -> None:
        tea = world.tea
        assert done(world, marked_time(world.server, world.luis, tea)) is None
        lobby = world.server.rooms["lobby"]
        assert done(world, marked_time(world.server, world.ana, lobby)) is None

    def test_a_guest_marks_nothing(self, world: TimesWorld) -> None:
        marking = mark_time(world.server, world.luis, world.tea, 1)
        assert refused(world, marking) == "nothing_counted"

    def test_all_sessions_are_told(
        self, world: TimesWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = guest(world)
        done(world, log_in(world.server, other, "ana", PASSWORD))
        told: list[tuple[str, int, int]] = []

        def note(format: object, room: str, seq: int, time: int) -> bytes:
            told.append((room, seq, time))
            return b""

        monkeypatch.setattr(KeysOnly, "seen", note)
        world.mark(world.times[1] + 7)
        assert told == [("tea", 2, world.times[1] + 7)] * 2
