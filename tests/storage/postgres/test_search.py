"""`chatd.storage.postgres.search`: searches that take long."""

from __future__ import annotations

import pytest

from chatd.event import Draft, Kind
from chatd.storage.contract import Wanted
from tests.support.postgres_log import LogInDatabase
from tests.support.stores import StoreHarness, texts


@pytest.mark.parametrize("word", ["hola", "ho"])
@pytest.mark.parametrize("indexed", [False, True])
async def test_a_search_that_takes_too_long_returns_how_far_it_looked(
    harness: StoreHarness,
    log: LogInDatabase,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    indexed: bool,
) -> None:
    monkeypatch.setattr("chatd.storage.postgres.search.SEARCH_SECONDS", -1)
    said = [f"{'hola' if number % 100 == 7 else 'hol ola'} {number}" for number in range(3000)]
    await harness.say(Draft("lobby", 1, "ana", Kind.MESSAGE, said))
    if indexed:
        log.index()
    wanted = Wanted((word, " ", "a "))
    upto, found, searches = 2**39, list[str](), 0
    while upto:
        answer = await harness.store.search("lobby", wanted, upto, 10_000)
        assert answer.after < upto
        upto = answer.after
        found += texts(answer.events)
        searches += 1
    assert found == [text for text in reversed(said) if word in text]
    assert searches < 100
    assert searches > 1 or (indexed and word == "hola")
