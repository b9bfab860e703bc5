"""Tests of the searches of `chatd.storage.contract`, with a store of each kind and state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from chatd.event import Event, Kind
from chatd.storage.contract import (
    Found,
    Wanted,
)
from chatd.text.folding import SLOWEST, fold, fold_for_search
from tests.support.postgres_log import LogInDatabase, harness_in
from tests.support.remarks import ACK, ANSWER, DECISION, OF_KINDS, QUESTION
from tests.support.store_kinds import DATABASE
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


KINDS = [
    *("memory", "sqlite", "indexed", "unindexable", DATABASE),
    pytest.param("indexed database", marks=pytest.mark.postgres),
]


@pytest.fixture(params=KINDS)
def searched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StoreHarness]:
    """Yield a store to search in.

    It is in memory; in a file or a database, before or after its events are indexed; or in a file
    of an SQLite that cannot index.
    """
    if request.param == "memory":
        harness = StoreHarness.in_memory()
    elif "database" in request.param:
        harness = harness_in(request.getfixturevalue("database"))
    else:
        harness = StoreHarness.in_file(tmp_path / "chat.sqlite")
    if request.param == "unindexable":
        monkeypatch.setattr("chatd.storage.sqlite.search_index.is_possible", lambda: False)
    if request.param in ("indexed", "unindexable", "indexed database"):
        search = harness.store.search

        async def search_index(room: str, wanted: Wanted, upto: int, limit: int) -> Found:
            if isinstance(harness.store, LogInDatabase):
                harness.store.index()
            else:
                await harness.catch_up()
            return await search(room, wanted, upto, limit)

        harness.store.search = search_index
    yield harness
    pytest_twisted.blockon(Deferred.fromCoroutine(harness.store.close()))


async def search(
    harness: StoreHarness, *words: str, upto: int = 2**39, limit: int = 20, **wanted: Any
) -> list[str]:
    found = await harness.store.search("lobby", Wanted(words, **wanted), upto, limit)
    assert found.after == 0 or len(found.events) == limit
    return texts(found.events)


class TestSearch:
    async def test_finds_texts_with_a_word_the_newest_first(self, searched: StoreHarness) -> None:
        await searched.say(draft("the build is green"), draft("tea"), draft("build again"))
        assert await search(searched, "build") == ["build again", "the build is green"]

    async def test_finds_nothing_in_an_unknown_room(self, searched: StoreHarness) -> None:
        await searched.say(draft("hola"))
        found = await searched.store.search("nowhere", Wanted(("hola",)), 10, 10)
        assert found == Found([], 0)

    async def test_tells_how_much_was_folded(self, searched: StoreHarness) -> None:
        await searched.say(draft("ascii alone"), draft("ñandú"), draft("\u3300"))
        too_short_for_an_index = Wanted(("zz",))
        found = await searched.store.search("lobby", too_short_for_an_index, 100, 9)
        assert found == Found([], 0, 5 + SLOWEST)

    async def test_finds_parts_of_words_in_any_case(self, searched: StoreHarness) -> None:
        await searched.say(
            draft("The BUILDING"), draft("ﬁne ｂuild"), draft("BUİLD"), draft("bild")
        )
        assert await search(searched, "build") == ["BUİLD", "ﬁne ｂuild", "The BUILDING"]
        assert await search(searched, "UILDING") == ["The BUILDING"]

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("今日は良い天気ですね", "天気"),
            ("今日は良い天気ですね", "良い天気"),
            ("¿Qué tal? ÑANDÚ", "ñandú"),
            ("STRASSE", "straße"),
            ("tú", "TÚ"),
            ("la reunión es a las 9", "reunion"),
            ("reunion", "reunión"),
            ("café", "cafe\u0301"),
            ("İstanbul", "istanbul"),
            ("mañana", "manana"),
            ("हिन्दी", "हिन्दी"),
            ("a\0bcd", "\0bc"),
            ("a\0bcd", "bcd"),
            ('say "cheese"', '"cheese"'),
            ("a AND b NOT c*", "and b not c*"),
            ("%_%", "%_%"),
            ("👩‍👩‍👧👧👧", "👧👧"),
            ("x" * 4096 + "yz", "xyz"),
        ],
        ids=lambda text: ascii(text)[-40:],
    )
    async def test_finds_words_of_every_kind(
        self, searched: StoreHarness, text: str, word: str
    ) -> None:
        await searched.say(draft(text), draft("something else"))
        assert await search(searched, word) == [text]

    async def test_finds_texts_with_all_words(self, searched: StoreHarness) -> None:
        await searched.say(draft("one two"), draft("two one three"), draft("one"), draft("two"))
        assert await search(searched, "one", "two") == ["two one three", "one two"]
        assert await search(searched, "one", "t") == ["two one three", "one two"]

    @pytest.mark.parametrize(("text", "word"), [("हद", "हिद"), ("か", "が"), ("กา", "กำ")])
    async def test_marks_that_make_another_word_are_compared(
        self, searched: StoreHarness, text: str, word: str
    ) -> None:
        await searched.say(draft(text))
        assert await search(searched, word) == []

    async def test_authors_are_compared_as_names_are(self, searched: StoreHarness) -> None:
        await searched.say(draft("hola", author="José"), draft("hola!", author="jose"))
        assert await search(searched, author=fold("JOSÉ")) == ["hola"]
        assert await search(searched, "hola", author="jose") == ["hola!"]

    async def test_a_word_with_spaces_is_a_phrase(self, searched: StoreHarness) -> None:
        await searched.say(draft("good morning all"), draft("morning is good"))
        assert await search(searched, "good morning") == ["good morning all"]

    async def test_all_parts_of_a_word_in_a_text_are_not_the_word(
        self, searched: StoreHarness
    ) -> None:
        await searched.say(draft("abcd bcde"), draft("abcde"))
        assert await search(searched, "abcde") == ["abcde"]

    async def test_without_words_it_finds_everything(self, searched: StoreHarness) -> None:
        await searched.say(draft("a"), draft("b", author="Luis"))
        assert await search(searched) == ["b", "a"]

    async def test_finds_only_texts_of_the_author(self, searched: StoreHarness) -> None:
        await searched.say(draft("hola"), draft("hola!", author="Luis"), draft("hola?"))
        assert await search(searched, "hola", author=fold("LUIS")) == ["hola!"]
        assert await search(searched, author="luis") == ["hola!"]

    async def test_finds_only_texts_with_a_name_as_a_word(self, searched: StoreHarness) -> None:
        await searched.say(draft("banana"), draft("hola Ana"), draft("请ana看"), draft("aná"))
        assert await search(searched, "ana") == ["aná", "请ana看", "hola Ana", "banana"]
        assert await search(searched, "ana", naming="ana") == ["hola Ana"]

    async def test_finds_only_texts_since_a_time(self, searched: StoreHarness) -> None:
        for number in range(5):
            searched.time = 1000 + number
            await searched.say(draft(f"hola {number}"))
        assert await search(searched, "hola", since=1_003_000) == ["hola 4", "hola 3"]
        assert await search(searched, "ol", since=1_003_000) == ["hola 4", "hola 3"]

    async def test_finds_only_texts_of_the_room(self, searched: StoreHarness) -> None:
        await searched.say(draft("hola", "ops"), draft("hola!"), draft("hola", "tea"))
        assert await search(searched, "hola") == ["hola!"]

    async def test_finds_nothing_after_a_seq(self, searched: StoreHarness) -> None:
        await searched.say(*(draft(f"hola {number}") for number in range(1, 6)))
        assert await search(searched, "hola", upto=2) == ["hola 2", "hola 1"]
        assert await search(searched, "ol", upto=0) == []

    async def test_finds_the_last_of_many_and_continues_from_there(
        self, searched: StoreHarness
    ) -> None:
        await searched.say(*(draft(f"hola {number}") for number in range(700)))
        for word in "hola", "ol":
            found = await searched.store.search("lobby", Wanted((word,)), 2**39, 100)
            assert [event.seq for event in found.events] == [*range(700, 600, -1)]
            assert found.after == 600
            found = await searched.store.search("lobby", Wanted((word,)), found.after, 1000)
            assert [event.seq for event in found.events] == [*range(600, 0, -1)]
            assert found.after == 0

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DEED])
    async def test_finds_every_kind_but_deeds(self, searched: StoreHarness, kind: Kind) -> None:
        await searched.say(draft("hola", kind=kind), draft("hola!", kind=Kind.DEED))
        assert await search(searched, "hola") == ["hola"]

    async def test_finds_only_what_people_wrote_in_a_remark(self, searched: StoreHarness) -> None:
        for kind, value, _ in OF_KINDS:
            await searched.say(draft(value.text(), kind=kind))
        for word, found in [
            ("http", [QUESTION]),
            ("443", [ANSWER, QUESTION]),
            ("diskfull on", [ACK]),
            ("back to", [DECISION]),
            ("named", []),
            ("close", []),
            ("decision", []),
        ]:
            assert await search(searched, word) == [value.text() for value in found]

    async def test_finds_events_as_they_are(self, searched: StoreHarness) -> None:
        await searched.say(draft("hola", "Ops", 7, "Eva", Kind.ACTION))
        found = await searched.store.search("Ops", Wanted(("hola",)), 1, 1)
        assert found.events == [Event("Ops", 1, 1_000_000, 7, "Eva", Kind.ACTION, "hola")]

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(st.text("abcB ñÑ日本", max_size=12), min_size=1, max_size=30),
        st.lists(st.text("abcB ñÑ日本", max_size=5), max_size=3),
    )
    async def test_finds_all_that_it_should_and_nothing_else(
        self, searched: StoreHarness, said: list[str], words: list[str]
    ) -> None:
        before = len(searched.recorder.published)
        await searched.say(*map(draft, said))
        found = await searched.store.search("lobby", Wanted(tuple(words)), 2**39, 1000)
        assert [event.text for event in found.events if event.seq > before] == [
            text
            for text in reversed(said)
            if all(fold_for_search(word) in fold_for_search(text) for word in words)
        ]

    async def test_a_forgotten_text_is_not_found(self, searched: StoreHarness) -> None:
        await searched.say(draft("old hola"))
        assert await search(searched, "hola") == ["old hola"]
        searched.time += 10
        await searched.say(draft("new hola"))
        assert await searched.store.forget("lobby", 1) == 1
        assert await search(searched, "hola") == ["new hola"]
