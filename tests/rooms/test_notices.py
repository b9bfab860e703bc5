"""`chatd.rooms.notices`: the notices of a room wait for one another, and lines for nothing."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.event import Change, Draft, Entry, Event, Kind, Notice
from chatd.rooms.notices import MOST_NAMES, TOGETHER_SECONDS
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from tests.support.stores import OwnEntries

JOINED, LEFT, RENAMED = Change.JOINED, Change.LEFT, Change.RENAMED


class Announcing(OwnEntries):
    """A room with two members, and the batches that are published in it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock, self.clock.seconds)
        self.store.subscribe(self)
        self.room = Room("ops", self.store)
        self.batches: list[list[str]] = []
        for number, name in enumerate(["ana", "luis"], 1):
            self.room.enter(name, False, number)
            self.room.here.tell(name)

    def publish(self, entries: list[Entry]) -> None:  # type: ignore[override]
        self.batches.append([shown(entry) for entry in entries])

    def announce(self, change: Change, name: str, new_name: str = "") -> None:
        self.room.announce(Notice("ops", change, ((1, name),), new_name), self.clock)

    def say(self, author: str, kind: Kind = Kind.MESSAGE) -> None:
        self.room.append(Draft("ops", 1, author, kind, ["kick eva 0"]))
        self.clock.advance(0)

    def wait(self, seconds: float = TOGETHER_SECONDS) -> list[list[str]]:
        """Let time pass, and return the batches since the last call."""
        self.clock.advance(seconds)
        batches, self.batches = self.batches, []
        return batches


def shown(entry: Entry) -> str:
    if isinstance(entry, Event):
        return f"<{entry.author}>"
    new_name = f" {entry.new_name}" if entry.new_name else ""
    return f"{entry.change.value} {' '.join(entry.names)}{new_name}"


@pytest.fixture
def ops() -> Announcing:
    return Announcing()


def test_one_waits_and_no_longer(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    assert ops.wait(TOGETHER_SECONDS - 0.01) == []
    assert ops.wait(0.01) == [["joined eva"]]


def test_a_later_one_waits_for_the_rest_of_that_time(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    ops.wait(TOGETHER_SECONDS - 0.01)
    ops.announce(JOINED, "max")
    assert ops.wait(0.01) == [["joined eva max"]]
    assert not ops.clock.getDelayedCalls()


def test_each_time_is_its_own(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    assert ops.wait() == [["joined eva"]]
    ops.announce(JOINED, "max")
    assert ops.wait(TOGETHER_SECONDS - 0.01) == []
    assert ops.wait(0.01) == [["joined max"]]


def test_of_a_time_that_a_line_ended_nothing_is_left(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    ops.announce(JOINED, "max")
    ops.say("eva")
    assert ops.wait(0) == [["joined eva max", "<eva>"]]
    assert not ops.clock.getDelayedCalls()


def test_those_who_leave_share_one_too(ops: Announcing) -> None:
    for change, name in (LEFT, "a"), (JOINED, "b"), (LEFT, "c"), (JOINED, "d"):
        ops.announce(change, name)
    assert ops.wait() == [["left a c", "joined b d"]]


def test_each_rename_is_one_in_the_same_batch(ops: Announcing) -> None:
    ops.announce(RENAMED, "a", "b")
    ops.announce(RENAMED, "c", "d")
    assert ops.wait() == [["renamed a b", "renamed c d"]]


def test_all_keep_their_sessions(ops: Announcing) -> None:
    published: list[Entry] = []
    ops.publish = published.extend  # type: ignore[assignment, method-assign]
    for number in 7, 8:
        notice = Notice("ops", JOINED, ((number, f"n{number}"),))
        ops.room.announce(notice, ops.clock)
    ops.wait()
    assert published == [Notice("ops", JOINED, ((7, "n7"), (8, "n8")))]


@pytest.mark.parametrize(
    ("change", "name", "new_name"),
    [(LEFT, "eva", ""), (LEFT, "EVA", ""), (RENAMED, "eva", "x"), (RENAMED, "x", "eva")],
)
def test_one_about_a_name_that_waits_lets_it_go_first(
    ops: Announcing, change: Change, name: str, new_name: str
) -> None:
    ops.announce(JOINED, "max")
    ops.announce(JOINED, "eva")
    ops.announce(change, name, new_name)
    assert ops.wait(0) == [["joined max eva"]]
    assert ops.wait() == [[f"{change.value} {name} {new_name}".rstrip()]]


@pytest.mark.parametrize("name", ["old", "new"])
def test_so_does_one_about_either_name_of_a_rename(ops: Announcing, name: str) -> None:
    ops.announce(RENAMED, "old", "new")
    ops.announce(LEFT, name)
    assert ops.wait(0) == [["renamed old new"]]


@pytest.mark.parametrize("author", ["eva", "Eva", "old", "new"])
def test_a_line_comes_after_what_waits_about_its_author(ops: Announcing, author: str) -> None:
    ops.announce(JOINED, "eva")
    ops.announce(RENAMED, "old", "new")
    ops.say(author)
    assert ops.wait(0) == [["joined eva", "renamed old new", f"<{author}>"]]
    assert ops.wait() == []


def test_a_line_of_another_waits_for_none(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    ops.say("ana")
    assert ops.wait(0) == [["<ana>"]]
    assert ops.wait() == [["joined eva"]]


def test_the_leave_of_an_author_comes_after_the_lines(ops: Announcing) -> None:
    ops.say("ana")
    ops.announce(LEFT, "ana")
    assert ops.wait() == [["<ana>"], ["left ana"]]


def test_a_deed_comes_after_all_because_it_may_be_about_any(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    ops.say("ana", Kind.DEED)
    assert ops.wait(0) == [["joined eva", "<ana>"]]


def test_with_the_last_member_all_go(ops: Announcing) -> None:
    ops.announce(JOINED, "eva")
    ops.room.leave(1)
    assert ops.wait(0) == []
    ops.room.leave(2)
    ops.announce(LEFT, "luis")
    assert ops.wait(0) == [["joined eva", "left luis"]]
    assert not ops.clock.getDelayedCalls()


def test_where_none_waits_none_is_sent(ops: Announcing) -> None:
    ops.room.notices.release()
    assert ops.wait() == []


def test_more_than_fit_are_several(ops: Announcing) -> None:
    names = [f"n{number}" for number in range(MOST_NAMES + 1)]
    for name in names:
        ops.announce(JOINED, name)
    assert ops.wait() == [[f"joined {' '.join(names[:-1])}", f"joined {names[-1]}"]]
