"""`chatd.rooms.read_queue`: askers have turns, and what several want is read once."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from chatd.event import Event, Kind
from chatd.rooms.read_queue import ReadQueue, Stretch
from chatd.storage.contract import Found, StoreError, Wanted
from chatd.storage.memory import MemoryStore
from chatd.util.fair_queue import Asker

EVENT = Event("lobby", 1, 0, 1, "ana", Kind.MESSAGE, "hola")
EVE, ANA = Asker("192.0.2.1", "eve"), Asker("192.0.2.1", "ana")
LUIS = Asker("192.0.2.2", "luis")


class SlowStore(MemoryStore):
    """A store that answers each question when the test says so."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.asked: list[object] = []
        self._gates: list[Deferred[None]] = []

    async def _wait(self, question: object) -> None:
        self.asked.append(question)
        gate: Deferred[None] = Deferred()
        self._gates.append(gate)
        await gate

    def answer(self, error: Exception | None = None) -> None:
        gate = self._gates.pop(0)
        gate.callback(None) if error is None else gate.errback(error)

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        await self._wait(after)
        return [EVENT]

    async def seq_before(self, room: str, time: int) -> int:
        await self._wait(f"time {time}")
        return 7

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        await self._wait(f"search {upto}")
        return Found([EVENT], 0)


class ReadHarness:
    """A queue on a slow store, and the results so far."""

    def __init__(self) -> None:
        self.store = SlowStore()
        self.queue = ReadQueue(self.store)

    def begin(self, asking: Coroutine[Any, Any, object]) -> list[object]:
        """Ask something; return the list into which its result comes."""
        result: list[object] = []
        Deferred.fromCoroutine(asking).addBoth(result.append)
        return result

    def read(self, after: int, asker: Asker, log: str = "lobby") -> list[Any]:
        return self.begin(self.queue.read(Stretch(log, after, 1000), asker))

    def search(self, upto: int, asker: Asker) -> list[Any]:
        return self.begin(self.queue.search("lobby", Wanted(("a",)), upto, 20, asker))

    def seq_before(self, time: int, asker: Asker) -> list[Any]:
        return self.begin(self.queue.seq_before("lobby", time, asker))

    def answer(self, count: int = 1) -> list[object]:
        """Have the store answer; return what it was asked since."""
        before = len(self.store.asked)
        for _ in range(count):
            self.store.answer()
        return self.store.asked[before:]


@pytest.fixture
def harness() -> ReadHarness:
    return ReadHarness()


class TestTurns:
    @pytest.mark.parametrize("other", [ANA, LUIS])
    def test_a_hundred_pages_of_one_asker_delay_the_page_of_another_by_the_one_read(
        self, harness: ReadHarness, other: Asker
    ) -> None:
        for after in range(100):
            harness.read(after, EVE)
        harness.read(500, other)
        assert harness.store.asked == [0]
        assert harness.answer(2) == [500, 1]

    @pytest.mark.parametrize("other", [ANA, LUIS])
    def test_a_hundred_searches_of_one_asker_delay_the_search_of_another_by_the_one_made(
        self, harness: ReadHarness, other: Asker
    ) -> None:
        for upto in range(100):
            harness.search(upto, EVE)
        harness.search(500, other)
        assert harness.store.asked == ["search 0"]
        assert harness.answer(2) == ["search 500", "search 1"]

    def test_a_question_for_a_time_waits_among_the_pages(self, harness: ReadHarness) -> None:
        for after in range(100):
            harness.read(after, EVE)
        found = harness.seq_before(5, ANA)
        assert harness.answer(2) == ["time 5", 1]
        harness.answer()
        assert found == [7]

    def test_pages_do_not_wait_for_searches(self, harness: ReadHarness) -> None:
        harness.search(0, EVE)
        harness.read(0, EVE)
        assert harness.store.asked == ["search 0", 0]

    def test_an_error_ends_the_turn(self, harness: ReadHarness) -> None:
        asked = harness.read(0, EVE), harness.search(0, EVE), harness.seq_before(0, EVE)
        others = harness.read(1, EVE), harness.search(1, EVE)
        for _ in range(3):
            harness.store.answer(StoreError("no disk"))
        assert [found[0].type for found in asked] == [StoreError] * 3
        harness.answer(2)
        assert others[0][0].events == others[1][0].events == [EVENT]


class TestSharing:
    def test_a_page_that_several_want_is_read_once(self, harness: ReadHarness) -> None:
        results = [harness.read(0, asker) for asker in (EVE, EVE, ANA, LUIS)]
        assert harness.answer() == []
        (first,) = results[0]
        assert first.events == [EVENT]
        assert all(found == [first] and found[0] is first for found in results)

    def test_it_is_read_in_the_first_turn_of_those_who_want_it(self, harness: ReadHarness) -> None:
        for after in range(100):
            harness.read(after, EVE)
        wanted = harness.read(99, ANA)
        assert harness.answer(2) == [99, 1]
        harness.answer()
        assert wanted[0].events == [EVENT]

    def test_and_no_turn_is_lost_for_it_later(self, harness: ReadHarness) -> None:
        for after in 0, 1, 2:
            harness.read(after, EVE)
        harness.read(1, ANA)
        assert harness.answer(3) == [1, 2]

    def test_one_asker_waits_once_for_what_it_asks_for_twice(self, harness: ReadHarness) -> None:
        harness.read(0, LUIS)
        results = [harness.read(1, EVE) for _ in range(3)]
        harness.read(2, EVE)
        assert harness.answer(3) == [1, 2]
        assert all(found[0].events == [EVENT] for found in results)

    def test_a_stretch_of_another_log_or_end_is_another_page(self, harness: ReadHarness) -> None:
        harness.read(0, EVE)
        harness.read(0, EVE, "ops")
        harness.begin(harness.queue.read(Stretch("lobby", 0, 9), EVE))
        assert harness.answer(3) == [0, 0]

    def test_after_it_was_read_it_is_read_anew(self, harness: ReadHarness) -> None:
        harness.read(0, EVE)
        harness.answer()
        harness.read(0, EVE)
        assert harness.store.asked == [0, 0]

    def test_the_next_page_is_asked_for_before_this_one_is_given(
        self, harness: ReadHarness
    ) -> None:
        asked: list[list[object]] = []

        async def read() -> None:
            await harness.queue.read(Stretch("lobby", 0, 9), EVE)
            asked.append([*harness.store.asked])

        Deferred.fromCoroutine(read())
        harness.read(1, EVE)
        harness.answer()
        assert asked == [[0, 1]]

    def test_one_that_goes_does_not_take_it_from_others(self, harness: ReadHarness) -> None:
        harness.read(0, EVE)
        leaving = Deferred.fromCoroutine(harness.queue.read(Stretch("lobby", 1, 1000), ANA))
        failed = _failure_of(leaving)
        stays = harness.read(1, ANA)
        leaving.cancel()
        assert failed == [CancelledError]
        harness.answer(2)
        assert stays[0].events == [EVENT]


def test_a_search_that_is_cancelled_leaves_the_queue(harness: ReadHarness) -> None:
    harness.search(0, EVE)
    searching: Awaitable[Found] = harness.queue.search("lobby", Wanted(("a",)), 1, 20, ANA)
    leaving = Deferred.fromCoroutine(searching)  # type: ignore[arg-type]
    failed = _failure_of(leaving)
    harness.search(2, LUIS)
    leaving.cancel()
    assert failed == [CancelledError]
    assert harness.answer() == ["search 2"]


def _failure_of(deferred: Deferred[Any]) -> list[type[BaseException] | None]:
    """Return the list into which the type of the error comes."""
    failed: list[type[BaseException] | None] = []
    deferred.addErrback(lambda failure: failed.append(failure.type))
    return failed
