"""Rendering of pages of a room's log, each of bounded size and time for any text.

This module must not know a room, nor who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from chatd.event import Entry, Event, Line, Presence
from chatd.formats.base import Format
from chatd.text.escaping import is_ordinary, most_visible_bytes

PAGE_BYTES = 64 * 1024
"""Size after which a page ends. Characters take up to four bytes, and escaping makes some texts ten
times as long, so a page of the store may fill several."""

SLICE_BYTES = 40 * 1024
"""Most bytes of text, once it is escaped, of several events that are rendered at a time: at most
0.8 ms."""


class Page(NamedTuple):
    """Part of a log, rendered: the events with ``after < seq <= last``."""

    after: int
    last: int
    data: bytes


def _all(events: Sequence[Event]) -> Sequence[Line]:
    return events


def page_of(
    format: Format,
    after: int,
    upto: int,
    events: Sequence[Event],
    shown: Callable[[Sequence[Event]], Sequence[Line]] = _all,
) -> Page:
    """Render a page of ``after < seq <= upto`` that begins with these events, and may end sooner.

    Of the events, those that ``shown`` returns are rendered.
    """
    text = "".join([event.text for event in events])
    if is_ordinary(text) and most_visible_bytes(text) <= PAGE_BYTES:  # nearly always
        return Page(after, events[-1].seq if events else upto, format.render(shown(events)))
    data = b""
    for some in _slices(events):
        data += format.render(shown(some))
        if len(data) >= PAGE_BYTES:
            break
    return Page(after, some[-1].seq, data)


def render_in_order(format: Format, entries: Sequence[Entry]) -> bytes:
    """Render what is published in a room: lines that follow one another together."""
    data = b""
    lines: list[Line] = []
    for entry in entries:
        if not isinstance(entry, Presence):
            lines.append(entry)
            continue
        if lines:
            data += format.render(lines)
            lines = []
        data += format.presence(entry)
    return data + format.render(lines) if lines else data


def _slices(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Yield the slices in which events are rendered: of `SLICE_BYTES` at most, or of one event."""
    begin = size = 0
    for end, event in enumerate(events):
        more = most_visible_bytes(event.text)
        size += more
        if size > SLICE_BYTES and end > begin:
            yield events[begin:end]
            begin, size = end, more
    yield events[begin:]
