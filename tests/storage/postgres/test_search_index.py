"""`chatd.storage.postgres.search_index`: which events have which trigrams."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.storage.postgres import search_index
from chatd.storage.postgres.rows import room_of
from chatd.storage.postgres.search_index import (
    BLOCK_BITS,
    INDEXED_CHARACTERS,
    INDEXED_EVENTS,
    MOST_GRAMS,
    candidates,
    grams_of,
    index_some,
    query_for,
    unindexed,
)
from tests.support.postgres_log import LogInDatabase
from tests.support.stores import StoreHarness, draft, message

BLOCK = 1 << BLOCK_BITS


class TestGrams:
    @given(st.text())
    def test_a_text_has_those_of_all_its_parts(self, text: str) -> None:
        grams = grams_of(text)
        assert len(grams) <= max(0, len(text) - 2)
        assert all(grams_of(text[place : place + 4]) <= grams for place in range(len(text)))

    @given(st.lists(st.text()))
    def test_numbers_are_of_16_bits(self, texts: list[str]) -> None:
        for text in texts:
            assert all(-(1 << 15) <= number < 1 << 15 for number in grams_of(text))

    def test_numbers_are_the_same_for_ever(self) -> None:
        assert sorted(grams_of("chatd")) == [-25590, -7754, 11337]

    def test_a_query_has_those_of_all_words_and_not_too_many(self) -> None:
        assert set(query_for(["hola", "no", "tea"])) == grams_of("hola") | grams_of("tea")
        assert query_for(["no", "", "of"]) == []
        long = query_for(["a long text with many of them", "and another one besides"])
        assert MOST_GRAMS / 2 < len(long) <= MOST_GRAMS


def indexed(log: LogInDatabase) -> list[tuple[int, int]]:
    """Return the room and the seq of each event in the index."""
    return log.connection.execute("SELECT room, seq FROM search ORDER BY room, seq").fetchall()


def step(log: LogInDatabase) -> int:
    with log.connection.cursor() as cursor:
        return index_some(cursor)


def left(log: LogInDatabase) -> int:
    with log.connection.cursor() as cursor:
        return unindexed(cursor)


class TestSteps:
    async def test_a_step_adds_events_of_all_rooms(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(draft("hola"), draft("tea", "b"), draft("", "b"))
        assert left(log) == 3
        assert step(log) == left(log) == 0
        assert indexed(log) == [(1, 1), (2, 1), (2, 2)]
        assert step(log) == 0

    async def test_it_adds_so_many_events_at_most(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(draft("hola", "a"), *[draft()] * INDEXED_EVENTS)
        assert step(log) == left(log) == 1
        assert len(indexed(log)) == INDEXED_EVENTS
        assert step(log) == left(log) == 0

    async def test_it_adds_so_much_text_at_most(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(*[draft("x" * (INDEXED_CHARACTERS // 2))] * 3)
        assert [step(log), step(log)] == [1, 0]

    async def test_forgotten_events_leave_the_index(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(draft("a"), message("b", "c"), draft("d"))
        log.index()
        await log.forget("lobby", 3)
        assert indexed(log) == [(1, 4)]

    async def test_those_that_were_forgotten_before_are_passed_over(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(*[draft("hola")] * 5)
        await log.forget("lobby", 3)
        assert left(log) == 2
        assert step(log) == 0
        assert indexed(log) == [(1, 4), (1, 5)]
        await log.forget("lobby", 5)
        await harness.say(draft("hola"))
        assert step(log) == 0
        assert indexed(log) == [(1, 6)]

    async def test_those_that_are_forgotten_meanwhile_are_passed_over(
        self, harness: StoreHarness, log: LogInDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await harness.say(*[draft("hola")] * 3)

        def fold(text: str) -> str:
            log.connection.execute("SELECT chatd_forget_1(0, gen_random_uuid(), 'lobby', 2, 9)")
            return text

        monkeypatch.setattr(search_index, "fold_for_search", fold)
        assert step(log) == 0
        assert indexed(log) == [(1, 3)]

    async def test_what_was_interrupted_is_done_once_more(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(*[draft("hola")] * 3)
        log.index()
        log.connection.execute("UPDATE rooms SET indexed = 1")
        assert step(log) == 0
        assert indexed(log) == [(1, 1), (1, 2), (1, 3)]

    async def test_appends_do_not_wait_for_the_standby_of_a_step(
        self, harness: StoreHarness, log: LogInDatabase
    ) -> None:
        await harness.say(draft("hola"))
        log.connection.execute("SET synchronous_commit = on")
        step(log)
        assert log.connection.execute("SHOW synchronous_commit").fetchone() == ("off",)


class TestCandidates:
    """In a room with texts of six kinds, and seqs up to the third block."""

    HEAD = 2 * BLOCK + 100

    @pytest.fixture(autouse=True)
    def events(self, log: LogInDatabase) -> None:
        insert(log, "lobby", self.HEAD, 6)
        insert(log, "other", 10, 1)
        log.index()

    def found(self, log: LogInDatabase, word: str, **bounds: int) -> tuple[list[int], int]:
        given = {"after": 0, "upto": self.HEAD, "most": 10_000, "blocks": 9} | bounds
        with log.connection.cursor() as cursor:
            room = room_of(cursor, "lobby")
            assert room is not None
            rows, after = candidates(cursor, room, query_for([word]), **given)
            return [row[0] for row in rows], after

    def test_are_those_of_all_blocks_the_newest_first(self, log: LogInDatabase) -> None:
        seqs, after = self.found(log, "text 3")
        assert seqs == [seq for seq in range(self.HEAD, 0, -1) if seq % 6 == 3]
        assert after == 0

    def test_are_between_their_bounds(self, log: LogInDatabase) -> None:
        edges = [0, 1, 2, BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, self.HEAD]
        for after, upto in combinations(edges, 2):
            seqs, reached = self.found(log, "text 3", after=after, upto=upto)
            assert seqs == [seq for seq in range(upto, after, -1) if seq % 6 == 3]
            assert reached == after

    def test_are_so_many_at_most(self, log: LogInDatabase) -> None:
        seqs, after = self.found(log, "text", most=150)
        assert seqs == list(range(self.HEAD, self.HEAD - 150, -1))
        assert after == self.HEAD - 150

    def test_are_of_the_last_blocks(self, log: LogInDatabase) -> None:
        assert self.found(log, "nothing of it", blocks=2) == ([], BLOCK - 1)
        seqs, after = self.found(log, "text", blocks=2)
        assert (seqs, after) == (list(range(self.HEAD, BLOCK - 1, -1)), BLOCK - 1)


def insert(log: LogInDatabase, room: str, head: int, kinds: int) -> None:
    """Make a room with so many lines, of which each has one of some texts."""
    row = log.connection.execute(
        "INSERT INTO rooms (shard, name, head) VALUES (0, %s, %s) RETURNING id", (room, head)
    ).fetchone()
    assert row is not None
    values: Sequence[int] = (row[0], kinds, head)
    log.connection.execute(
        "INSERT INTO events SELECT 0, %s, n, n, 1, 'ana', 1, 'a text ' || n %% %s"
        " FROM generate_series(1, %s) AS g (n)",
        values,
    )
