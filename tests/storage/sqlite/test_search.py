"""Tests of `chatd.storage.sqlite.search`: searches that take long."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from chatd.storage.contract import Found, Wanted
from tests.support.store_files import (
    sql,
)
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


class TestTimeToSearch:
    @pytest.mark.parametrize("word", ["hola", "ho"])
    @pytest.mark.parametrize("caught_up", [False, True])
    async def test_a_search_that_takes_too_long_returns_how_far_it_looked(
        self, harness: StoreHarness, monkeypatch: pytest.MonkeyPatch, word: str, caught_up: bool
    ) -> None:
        monkeypatch.setattr("chatd.storage.sqlite.search.SEARCH_SECONDS", -1)
        said = [f"{'hola' if number % 100 == 7 else 'hol ola'} {number}" for number in range(3000)]
        await harness.say(*map(draft, said))
        if caught_up:
            await harness.catch_up()
        wanted = Wanted((word, " ", "a "))
        upto, found, searches = 2**39, list[str](), 0
        while upto:
            answer = await harness.store.search("lobby", wanted, upto, 10_000)
            assert answer.after < upto
            upto = answer.after
            found += texts(answer.events)
            searches += 1
        assert found == [text for text in reversed(said) if word in text]
        assert 1 < searches < 100

    async def test_a_search_leaves_no_transaction_open(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft(f"hola {number}") for number in range(700)))
        await harness.catch_up()
        await harness.say(draft("hola"))
        for limit in 1, 2, 60, 900:
            await harness.store.search("lobby", Wanted(("hola",)), 999, limit)
            ((busy, _, _),) = sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            assert not busy

    async def test_a_read_does_not_wait_for_a_search(
        self, harness: StoreHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await harness.say(draft("hola"))
        go_on = threading.Event()

        def look(*_: object) -> Found:
            assert go_on.wait(5)
            return Found([], 0)

        monkeypatch.setattr("chatd.storage.sqlite.archive.Archive.search", look)
        searching = Deferred.fromCoroutine(harness.store.search("lobby", Wanted(("hola",)), 1, 20))
        try:
            assert [event.text for event in await harness.store.read("lobby", 0, 1)] == ["hola"]
            assert not searching.called
        finally:
            go_on.set()
        assert await searching == Found([], 0)
