"""`chatd.storage.size_limit`: lines are refused before a store is as large as it may be."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.size_limit import LEAST_RESERVED, LEAST_SIZE, SizeLimit
from tests.support.logs import Expect, logged

PATH = Path("/srv/chat.sqlite")
K = 1024


def limit() -> SizeLimit:
    """Return a limit of 100K, of which lines may fill 80K."""
    return SizeLimit(PATH, 100 * K, 20 * K)


def told(limit: SizeLimit, *sizes: int) -> list[str]:
    """Note sizes in KiB; return the lines that are logged."""
    with logged() as lines:
        for size in sizes:
            limit.note(size * K)
    return [line.partition("] ")[2] for line in lines]


class TestLines:
    def test_they_are_taken_below_the_reserved_part(self, expected_errors: Expect) -> None:
        some = limit()
        taken = []
        for size in 0, 79, 80, 200, 79:
            some.note(size * K)
            taken.append((some.takes_lines, some.has_room(size * K)))
        expected_errors()
        assert taken == [(True, True), (True, True), (False, False), (False, False), (True, True)]

    def test_they_are_taken_again_a_little_below_that(self, expected_errors: Expect) -> None:
        some = limit()
        told(some, 80)
        some.note(int(79.5 * K))
        assert not some.takes_lines
        assert some.has_room(int(79.5 * K))
        some.note(79 * K)
        assert some.takes_lines
        expected_errors()

    def test_they_are_not_taken_again_at_exactly_99_percent(self, expected_errors: Expect) -> None:
        some = SizeLimit(PATH, 120_000, 20_000)
        taken = []
        for size in 100_000, 99_000, 98_999:
            some.note(size)
            taken.append(some.takes_lines)
        expected_errors()
        assert taken == [False, False, True]

    def test_without_a_limit_they_are_always_taken(self) -> None:
        some = SizeLimit(PATH)
        assert told(some, 10**12) == []
        assert some.takes_lines
        some.check(10**15)

    def test_a_size_below_half_of_that_of_lines_changes_nothing(self) -> None:
        assert (SizeLimit(PATH, 120_000, 20_000).near, SizeLimit(PATH).near) == (50_000, inf)

    def test_sixteen_mebibytes_are_on_their_way_at_most(self) -> None:
        assert (LEAST_RESERVED, LEAST_SIZE) == (16 << 20, 64 << 20)

    def test_a_twentieth_is_reserved_or_what_may_be_on_its_way(self) -> None:
        assert SizeLimit(PATH, LEAST_SIZE).has_room(LEAST_SIZE - LEAST_RESERVED - 1)
        assert not SizeLimit(PATH, LEAST_SIZE).has_room(LEAST_SIZE - LEAST_RESERVED)
        large = 1000 * LEAST_SIZE
        assert SizeLimit(PATH, large).has_room(large * 95 // 100 - 1)
        assert not SizeLimit(PATH, large).has_room(large * 95 // 100)


class TestAtTheLimit:
    def test_nothing_may_be_added(self) -> None:
        limit().check(100 * K - 1)
        with pytest.raises(StoreError) as caught:
            limit().check(100 * K)
        assert str(caught.value) == (
            "/srv/chat.sqlite: it has 100K, and lines may fill 80K of --max-store 100K."
            " Delete lines with --keep, or give a larger --max-store."
        )


class TestWhatTheOperatorIsTold:
    def test_once_at_nine_tenths(self) -> None:
        assert told(limit(), 71, 72, 75, 71, 79) == [
            "soon lines will be refused: /srv/chat.sqlite: it has 72K, and lines may fill 80K of"
            " --max-store 100K. Delete lines with --keep, or give a larger --max-store."
        ]

    def test_again_after_it_had_half(self) -> None:
        assert len(told(limit(), 72, 40, 72)) == 1
        assert len(told(limit(), 72, 39, 72)) == 2

    def test_once_when_lines_are_refused_and_when_they_are_taken_again(
        self, expected_errors: Expect
    ) -> None:
        assert told(limit(), 80, 90, 80, 79) == [
            "lines are refused: /srv/chat.sqlite: it has 80K, and lines may fill 80K of"
            " --max-store 100K. Delete lines with --keep, or give a larger --max-store.",
            "lines are taken again: /srv/chat.sqlite has room",
            "soon lines will be refused: /srv/chat.sqlite: it has 79K, and lines may fill 80K of"
            " --max-store 100K. Delete lines with --keep, or give a larger --max-store.",
        ]
        expected_errors()
