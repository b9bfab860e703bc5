"""`chatd.rooms.rendering`: pages of bounded size, for any text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.event import Entry, Event, Kind
from chatd.formats.bare import BareFormat
from chatd.rooms.rendering import PAGE_BYTES, SLICE_BYTES, Page, page_of

TAG = "\U000e0001"
"""A character that takes ten characters when it is escaped."""


def events_of(*texts: str) -> list[Event]:
    return [
        Event("ops", seq, 1000 * seq, 1, "luis", Kind.MESSAGE, text)
        for seq, text in enumerate(texts, 1)
    ]


class CountingFormat(BareFormat):
    """A format that notes how many events it renders at a time."""

    counts: list[int]

    def render(self, entries: Sequence[Entry]) -> bytes:
        self.counts.append(len(entries))
        return super().render(entries)


def counting() -> CountingFormat:
    format = CountingFormat()
    object.__setattr__(format, "counts", [])
    return format


def test_no_event_is_an_empty_page() -> None:
    assert page_of(BareFormat(), 4, 9, []) == Page(4, 9, b"")


def test_ordinary_text_is_rendered_at_once() -> None:
    format = counting()
    page = page_of(format, 0, 9, events_of(*["x" * (PAGE_BYTES // 4)] * 4))
    assert (page.last, format.counts) == (4, [4])


def test_text_that_takes_escaping_is_rendered_a_little_at_a_time() -> None:
    format = counting()
    half = "x" * (SLICE_BYTES // 2)
    page = page_of(format, 0, 9, events_of(half, half, half, TAG, "y"))
    assert (page.last, format.counts) == (5, [2, 3])


def test_an_event_is_rendered_at_once_however_long_it_is() -> None:
    format = counting()
    page = page_of(format, 0, 9, events_of("x" * 2 * PAGE_BYTES, "y"))
    assert (page.last, format.counts) == (1, [1])


@pytest.mark.parametrize("text", [TAG * 4000, "\U0001f600" * 4000], ids=["escaped", "four bytes"])
def test_a_page_ends_when_it_is_full(text: str) -> None:
    page = page_of(BareFormat(), 0, 9, events_of(*[text] * 16))
    assert PAGE_BYTES <= len(page.data) < 2 * PAGE_BYTES
    assert page.last == page.data.count(b"\n")


def test_the_rest_follows_on_another_page() -> None:
    events = events_of(*["a" + TAG * 4000] * 3)
    first = page_of(BareFormat(), 0, 3, events)
    second = page_of(BareFormat(), first.last, 3, events[first.last :])
    assert first.data + second.data == BareFormat().render(events)
    assert second.last == 3


def test_only_what_is_shown_is_rendered() -> None:
    def shown(events: Sequence[Event]) -> Sequence[Entry]:
        return [event for event in events if event.seq % 2]

    for text in "x", TAG:
        page = page_of(BareFormat(), 0, 9, events_of("1", text, "3", text), shown)
        assert page == Page(0, 4, b"1\n3\n")


def test_bytes_of_a_slice_count_as_they_are_escaped() -> None:
    tenth = SLICE_BYTES // 10
    for text in "x" * tenth, "\U0001f600" * (tenth // 4):
        format = counting()
        page_of(format, 0, 30, events_of(*[text] * 25))
        assert format.counts == [10, 10]
    format = counting()
    page_of(format, 0, 30, events_of(TAG * tenth, *["x"] * 5))
    assert format.counts == [1, 5]
