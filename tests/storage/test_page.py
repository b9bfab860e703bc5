"""`chatd.storage.contract` itself: what a page is. Its contract: `tests/storage`."""

from __future__ import annotations

from chatd.event import Event, Kind
from chatd.storage.contract import PAGE_CHARACTERS, PAGE_EVENTS, page_of
from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.store import SqliteStore


def event(text: str) -> Event:
    return Event("lobby", 1, 0, 1, "ana", Kind.MESSAGE, text)


class TestPageOf:
    def test_a_page_has_so_many_events_at_most(self) -> None:
        assert len(page_of([event("a")] * (PAGE_EVENTS + 1))) == PAGE_EVENTS

    def test_a_page_ends_with_the_event_that_reaches_so_much_text(self) -> None:
        half = event("x" * (PAGE_CHARACTERS // 2))
        assert len(page_of([half] * 3)) == 2


def test_seqs_go_on_in_a_file_and_not_in_memory() -> None:
    assert SqliteStore.lasting
    assert not MemoryStore.lasting
