"""Changes of the list of people in a room: who is here now, together, for those who keep a list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from twisted.internet.task import Clock

from chatd.formats.base import PeopleChange, PeopleMarks
from chatd.rooms.notices import TOGETHER_SECONDS
from chatd.rooms.people import People
from chatd.rooms.people_changes import MOST_CHANGED, PeopleChanges


class Watching:
    """A room that is watched, in which ana is an operator and always away."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.people = People()
        self.sessions: dict[str, int] = {}
        self.numbers = count(1)
        self.sent: list[PeopleChange] = []
        self.is_watched = True
        self.changes = PeopleChanges("ops", self.people, self.marks, self.show)
        self.changes.watched = True

    def marks(self, names: Sequence[str]) -> PeopleMarks:
        is_here = "ana" in names
        return PeopleMarks({"ana": "operator"} if is_here else {}, ["ana"] if is_here else [])

    def show(self, change: PeopleChange) -> bool:
        self.sent.append(change)
        return self.is_watched

    def come(self, *names: str) -> None:
        for name in names:
            self.sessions[name] = next(self.numbers)
            self.people.enter(name, False, self.sessions[name])
            self.changes.add(name, False, self.clock)

    def go(self, name: str) -> None:
        self.people.leave(self.sessions.pop(name))
        self.changes.add(name, False, self.clock)


@pytest.fixture
def ops() -> Watching:
    return Watching()


def test_what_changes_in_a_moment_is_one_message(ops: Watching) -> None:
    ops.come("ana", "luis", "eva")
    ops.go("eva")
    ops.clock.advance(TOGETHER_SECONDS - 0.01)
    assert ops.sent == []
    ops.clock.advance(0.01)
    marks = PeopleMarks({"ana": "operator"}, ["ana"])
    assert ops.sent == [PeopleChange("ops", ["ana", "luis"], ["eva"], 2, 0, marks)]
    assert not ops.clock.getDelayedCalls()


def test_a_guest_changes_the_number_alone(ops: Watching) -> None:
    ops.people.guests = 3
    ops.changes.add("guest7", True, ops.clock)
    ops.clock.advance(TOGETHER_SECONDS)
    assert ops.sent == [PeopleChange("ops", [], [], 0, 3, PeopleMarks({}, []))]


def test_of_very_many_the_rest_follows_in_later_turns(ops: Watching) -> None:
    ops.come(*(f"n{number}" for number in range(MOST_CHANGED + 1)))
    ops.clock.advance(TOGETHER_SECONDS)
    assert [len(change.here) for change in ops.sent] == [MOST_CHANGED, 1]
    assert {change.named for change in ops.sent} == {MOST_CHANGED + 1}


def test_once_nobody_watches_nothing_waits(ops: Watching) -> None:
    ops.is_watched = False
    ops.come(*(f"n{number}" for number in range(MOST_CHANGED + 1)))
    ops.clock.advance(TOGETHER_SECONDS)
    assert not ops.changes.watched
    assert not ops.clock.getDelayedCalls()
    ops.changes.watched = True
    ops.come("eva")
    ops.clock.advance(TOGETHER_SECONDS)
    assert ops.sent[-1].here == ["eva"]


def test_what_waits_in_an_empty_room_is_dropped(ops: Watching) -> None:
    ops.come("ana")
    ops.changes.drop()
    assert not ops.clock.getDelayedCalls()
    assert not ops.changes.watched
