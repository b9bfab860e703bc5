"""`chatd.rooms.rendering`: pages of bounded size, for any text."""

from __future__ import annotations

from collections.abc import Sequence

from chatd.event import Entry, Event, Kind
from chatd.formats.bare import BareFormat
from chatd.rooms.rendering import PAGE_BYTES, SLICE_CHARACTERS, Page, page_of, slices_by_text

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


def test_ordinary_text_is_rendered_at_once_however_long_it_is() -> None:
    format = counting()
    page = page_of(format, 0, 9, events_of(*["x" * PAGE_BYTES] * 3))
    assert (page.last, format.counts) == (3, [3])


def test_text_that_takes_escaping_is_rendered_a_little_at_a_time() -> None:
    format = counting()
    half = "x" * (SLICE_CHARACTERS // 2)
    page = page_of(format, 0, 9, events_of(half, half, half, TAG, "y"))
    assert (page.last, format.counts) == (5, [2, 3])


def test_a_page_of_such_text_ends_when_it_is_full() -> None:
    page = page_of(BareFormat(), 0, 9, events_of(*["a" + TAG * 4000] * 9))
    assert page.last == 2
    assert PAGE_BYTES <= len(page.data) < 2 * PAGE_BYTES


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


class TestSlices:
    def lengths(self, *texts: str) -> list[int]:
        return list(map(len, slices_by_text(events_of(*texts))))

    def test_of_few_characters_there_is_one(self) -> None:
        assert self.lengths() == [0]
        assert self.lengths("x" * SLICE_CHARACTERS) == [1]
        assert self.lengths(*["x"] * SLICE_CHARACTERS) == [SLICE_CHARACTERS]

    def test_characters_count_as_they_are_escaped(self) -> None:
        tenth = SLICE_CHARACTERS // 10
        assert self.lengths(*["x" * tenth] * 25) == [10, 10, 5]
        assert self.lengths(*[TAG * tenth] * 3) == [1, 1, 1]
        assert self.lengths(TAG * tenth, *["x"] * 5) == [1, 5]

    def test_together_they_are_all_events(self) -> None:
        events = events_of(*[TAG * number for number in range(200)])
        assert [event for some in slices_by_text(events) for event in some] == events
