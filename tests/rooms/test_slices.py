"""`chatd.rooms.slices`: answers that are made slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from chatd.rooms.slices import Slices, slices_by_number
from chatd.util.meter import BYTES_A_LINE
from tests.support.meters import NotingMeter


class SlicesHarness:
    """A source of some slices, and the meter that it takes turns of."""

    def __init__(self, *slices: bytes) -> None:
        self.left = list(slices)
        self.meter = NotingMeter(holds=True)
        self.woken = 0
        self.failures: list[str] = []
        self.source = self.source_of(self.made())

    def source_of(self, slices: Iterator[bytes]) -> Slices:
        return Slices(slices, self.meter, self.wake, self.failures.append)

    def made(self) -> Iterator[bytes]:
        while self.left:
            yield self.left.pop(0)

    def wake(self) -> None:
        self.woken += 1


@pytest.mark.parametrize(
    ("rows", "slices"),
    [
        ([], []),
        ([1], [[1]]),
        ([1, 2], [[1, 2]]),
        ([1, 2, 3], [[1, 2], [3]]),
        ([1, 2, 3, 4], [[1, 2], [3, 4]]),
    ],
)
def test_rows_are_cut_by_their_number(rows: Sequence[int], slices: list[list[int]]) -> None:
    assert list(slices_by_number(rows, 2)) == slices


class TestSlices:
    def test_none_is_made_before_it_is_wanted(self) -> None:
        harness = SlicesHarness(b"one")
        assert not harness.meter.turns

    def test_each_is_made_in_a_turn(self) -> None:
        harness = SlicesHarness(b"one", b"two")
        assert (harness.source.take(), len(harness.left)) == (b"", 2)
        harness.meter.give_turn()
        assert (harness.woken, len(harness.left)) == (1, 1)
        assert harness.source.take() == b"one"

    def test_the_next_one_is_made_once_the_one_before_was_taken(self) -> None:
        harness = SlicesHarness(b"one", b"two")
        harness.source.take()
        harness.meter.give_turn()
        assert not harness.meter.turns
        harness.source.take()
        assert not harness.meter.turns
        harness.source.take()
        assert len(harness.left) == 1
        harness.meter.give_turn()
        assert harness.source.take() == b"two"

    def test_one_turn_is_awaited_however_often_it_is_asked(self) -> None:
        harness = SlicesHarness(b"one")
        for _ in range(3):
            assert harness.source.take() == b""
        assert len(harness.meter.turns) == 1

    def test_it_is_done_after_the_last_one(self) -> None:
        harness = SlicesHarness(b"one")
        taken = b""
        while not harness.source.done:
            taken += harness.source.take()
            if harness.meter.turns:
                harness.meter.give_turn()
        assert taken == b"one"
        assert harness.source.take() == b""
        assert not harness.meter.turns

    def test_without_turns_each_is_made_when_it_is_taken(self) -> None:
        harness = SlicesHarness(b"one", b"two")
        harness.meter.holds = False
        assert [harness.source.take() for _ in range(3)] == [b"one", b"two", b""]
        assert harness.source.done

    def test_each_is_charged_for(self) -> None:
        harness = SlicesHarness(b"x" * BYTES_A_LINE, b"x" * 3 * BYTES_A_LINE)
        for charged in [1], [1, 3]:
            harness.source.take()
            harness.meter.give_turn()
            assert harness.meter.charged == charged
            harness.source.take()

    def test_one_that_cannot_be_made_ends_it(self) -> None:
        harness = SlicesHarness(b"one")
        source = harness.source_of(fail())
        source.take()
        harness.meter.give_turn()
        assert (source.done, harness.failures) == (True, ["an answer could not be made"])


def fail() -> Iterator[bytes]:
    raise ZeroDivisionError
    yield b""
