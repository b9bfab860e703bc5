"""`chatd.storage.strands`: the order of times that were set back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatd.storage.strands import Strands


@given(st.lists(st.integers(0, 9), max_size=40))
def test_along_a_strand_times_never_decrease(times: list[int]) -> None:
    lasts: dict[int, int] = {}
    made, strand = Strands({}), -1
    for at in times:
        begun = made.add(at)
        strand = strand if begun is None else begun
        assert lasts.get(strand, at) <= at
        lasts[strand] = at


def test_a_line_goes_on_in_the_strand_whose_last_time_is_nearest_below_it() -> None:
    strands = Strands({0: 10, 1: 20}, 1)
    assert strands.add(15) == 0
    assert strands.add(25) == 1
    assert strands.add(25) is None
    assert strands.add(9) == 2


def test_a_log_without_lines_begins_with_the_first_strand() -> None:
    assert Strands({}).add(0) == 0
