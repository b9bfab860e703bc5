"""`chatd.util.meter`: what the work for an answer costs."""

from __future__ import annotations

from chatd.util.meter import BYTES_A_LINE, FREE, ROWS_A_LINE, Meter


def test_bytes_that_are_made_are_charged_for() -> None:
    charged: list[float] = []
    Meter(charged.append).made(3 * BYTES_A_LINE)
    assert charged == [3]


def test_rows_that_are_read_are_charged_for() -> None:
    charged: list[float] = []
    Meter(charged.append).read(ROWS_A_LINE // 5)
    assert charged == [0.2]


def test_no_more_than_so_many_lines_are_charged_for() -> None:
    charged: list[float] = []
    meter = Meter(charged.append).up_to(5)
    for _ in range(4):
        meter.made(2 * BYTES_A_LINE)
    assert charged == [2, 2, 1]


def test_without_turns_each_slice_is_made_at_once() -> None:
    FREE.made(1)
    assert FREE.turn().called
