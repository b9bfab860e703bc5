"""`chatd.util.meter`: what the work for an answer costs."""

from __future__ import annotations

from chatd.util.meter import BYTES_A_LINE, FOLDED_A_LINE, FREE, ROWS_A_LINE
from tests.support.meters import NotingMeter


class TestMeter:
    def setup_method(self) -> None:
        self.meter = NotingMeter(holds=True)

    def test_bytes_that_are_made_are_charged_for(self) -> None:
        self.meter.made(3 * BYTES_A_LINE)
        assert self.meter.charged == [3]

    def test_rows_that_are_read_are_charged_for(self) -> None:
        self.meter.read(ROWS_A_LINE // 5)
        assert self.meter.charged == [0.2]

    def test_characters_that_are_folded_are_charged_for(self) -> None:
        self.meter.folded(2 * FOLDED_A_LINE)
        assert self.meter.charged == [2]

    def test_no_more_than_so_many_lines_are_charged_for(self) -> None:
        limited = self.meter.up_to(5)
        for _ in range(4):
            limited.made(2 * BYTES_A_LINE)
        assert self.meter.charged == [2, 2, 1]

    def test_a_limit_changes_no_turn(self) -> None:
        turn = self.meter.up_to(5).turn()
        assert not turn.called
        self.meter.give_turn()
        assert turn.called


def test_without_turns_each_slice_is_made_at_once() -> None:
    FREE.made(1)
    assert FREE.turn().called
