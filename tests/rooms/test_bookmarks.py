"""`chatd.rooms.bookmarks`: a returning client receives what it lacks, and skips no line."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.event import Bookmark, Draft, Kind, bookmark_of
from chatd.rooms.bookmarks import NEWCOMER, end_of, is_of
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.util.fair_queue import Asker
from tests.support.world import World


class TimedLog:
    """A room in memory, each of whose lines has a time."""

    def __init__(self, times: list[int], *, lasting: bool = True) -> None:
        self.time = 0
        self.store = MemoryStore(Clock(), lambda: self.time / 1000)
        self.store.lasting = lasting
        for self.time in times:
            self.store.commit([Draft("ops", 1, "ana", Kind.MESSAGE, ["hola"])])
        self.room = Room("ops", self.store, len(times), head_time=times[-1] if times else 0)

    def has(self, bookmark: Bookmark, **options: Any) -> bool:
        return cast(bool, now(is_of(self.room, bookmark, Asker("", ""), **options)))


def now(waiting: Any) -> object:
    results: list[object] = []
    Deferred.fromCoroutine(waiting).addBoth(results.append)
    (result,) = results
    return result


@pytest.mark.parametrize("text", ["0", "17", "17-0", "17-1764100000000"])
def test_a_bookmark_is_read_as_it_is_written(text: str) -> None:
    assert str(bookmark_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1-", "1-2-3", "1 -2", "٣", "1" * 16, "1-" + "1" * 16]
)
def test_nothing_else_is_one(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        bookmark_of(text)


@given(st.lists(st.integers(1, 4), max_size=8), st.lists(st.integers(1, 4), max_size=8))
def test_a_log_knows_its_own_lines_and_no_others(times: list[int], others: list[int]) -> None:
    log = TimedLog(times)
    for seq, time in enumerate(others, 1):
        assert log.has(Bookmark(seq, time)) == (seq <= len(times) and times[seq - 1] == time)


def test_what_is_in_front_of_all_lines_is_so_in_every_log() -> None:
    assert TimedLog([]).has(Bookmark(0, 0))
    assert TimedLog([5, 6]).has(end_of(TimedLog([]).room))


def test_the_last_line_is_known_without_reading() -> None:
    log = TimedLog([5, 6])
    log.room.read = lambda *_: fail(StoreError("no disk"))  # type: ignore[assignment,method-assign]
    assert log.has(end_of(log.room))
    assert not log.has(Bookmark(2, 7))


def test_a_line_that_cannot_be_read_is_not_said_to_be_of_another_log() -> None:
    log = TimedLog([5, 6])
    log.room.read = lambda *_: fail(StoreError("no disk"))  # type: ignore[assignment,method-assign]
    failure: object = log.has(Bookmark(1, 5))
    assert isinstance(failure, Failure)
    assert failure.check(StoreError)


def test_behind_a_line_that_was_forgotten_nothing_is_passed_over() -> None:
    log = TimedLog([5, 6, 7])
    now(log.store.forget("ops", 2))
    assert log.has(Bookmark(1, 5))
    assert log.has(Bookmark(2, 99))
    assert not log.has(Bookmark(3, 99))


def test_behind_a_last_line_that_was_forgotten_nothing_is_passed_over() -> None:
    log = TimedLog([5, 6])
    now(log.store.forget("ops", 2))
    seen = end_of(log.room)
    log.room.head_time = 0  # the store was opened again
    assert log.has(seen)
    assert log.has(end_of(log.room))


def test_a_line_that_was_forgotten_is_in_no_log_that_has_it() -> None:
    assert not TimedLog([5, 6, 7]).has(Bookmark(2, 0))


@pytest.mark.parametrize("lasting", [True, False])
def test_a_seq_alone_is_believed_where_seqs_go_on(lasting: bool) -> None:
    log = TimedLog([5, 6], lasting=lasting)
    assert log.has(Bookmark(1)) is lasting
    assert log.has(Bookmark(2)) is lasting
    assert log.has(Bookmark(1), seqs_count=True)
    assert not log.has(Bookmark(3), seqs_count=True)
    assert log.has(Bookmark(0))


def test_a_newcomer_was_nowhere() -> None:
    assert tuple(NEWCOMER) == (None, False)


def test_in_memory_seqs_begin_anew() -> None:
    assert not MemoryStore.lasting


def test_a_node_that_is_behind_another_one_catches_up_first() -> None:
    world = World(nodes=2)
    ana = world.person("ana")
    other, one = world.nodes  # the first person is at the second one
    ana.type("hola")
    other.store.cut = True
    ana.type("and more")
    bookmark = end_of(one.server.rooms["lobby"])
    assert bookmark.seq > other.server.rooms["lobby"].head
    known = Deferred.fromCoroutine(is_of(other.server.rooms["lobby"], bookmark, Asker("", "")))
    other.store.reconnect()
    world.settle()
    assert known.result is True
