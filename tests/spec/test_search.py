"""`spec.search`: all states are seen, and the way to a fault is a shortest one."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from spec.search import search


class Counter:
    """A model: a number that grows by one or by two up to a limit."""

    def __init__(self, limit: int, wrong: int = -1, end: str = "") -> None:
        self.limit = limit
        self.wrong = wrong
        self.end = end

    def first(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, tuple[object, ...], int]]:
        for by in (1, 2):
            yield "add {}", (by,), min(self.limit, state + by)

    def fault(self, state: int) -> str:
        return "wrong" if state == self.wrong else ""

    def fault_at_the_end(self, state: int) -> str:
        return self.end


def test_a_model_without_a_fault_is_searched_whole() -> None:
    found = search(Counter(9))
    assert (found.fault, found.states, found.complete) == ("", 10, True)


def test_the_way_to_a_fault_is_a_shortest_one() -> None:
    found = search(Counter(9, wrong=5))
    assert found.fault == "wrong"
    assert sorted(found.trace) == ["add 1", "add 2", "add 2"]


def test_a_state_without_a_step_is_an_end() -> None:
    assert search(Counter(9, end="left over")).fault == "left over"


def test_a_bound_ends_the_search() -> None:
    found = search(Counter(1000), states=10)
    assert not found.complete
    assert found.states < 20


def test_a_time_ends_the_search() -> None:
    assert not search(Counter(1000), seconds=0).complete


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_left_as_it_was(collects: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        search(Counter(9))
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
