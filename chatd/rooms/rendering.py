"""Rendering of pages of a room's log, each of bounded size and time for any text.

This module must not know a room, nor who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatd.event import Entry, Event
from chatd.formats.base import Format
from chatd.text.escaping import is_ordinary, most_visible

PAGE_BYTES = 64 * 1024
"""Size after which a page ends if some of its text takes escaping. That makes some texts ten times
as long, so a page of the store may fill several."""

SLICE_CHARACTERS = 40 * 1024
"""Number of characters, once they are escaped, that are rendered at a time: at most 0.8 ms."""


class Page(NamedTuple):
    """Part of a log, rendered: the events with ``after < seq <= last``."""

    after: int
    last: int
    data: bytes


def _all(events: Sequence[Event]) -> Sequence[Entry]:
    return events


def page_of(
    format: Format,
    after: int,
    upto: int,
    events: Sequence[Event],
    shown: Callable[[Sequence[Event]], Sequence[Entry]] = _all,
) -> Page:
    """Render a page of ``after < seq <= upto`` that begins with these events, and may end sooner.

    Of the events, those that ``shown`` returns are rendered.
    """
    if is_ordinary("".join([event.text for event in events])):  # nearly always
        return Page(after, events[-1].seq if events else upto, format.render(shown(events)))
    data = b""
    for some in slices_by_text(events):
        data += format.render(shown(some))
        if len(data) >= PAGE_BYTES:
            break
    return Page(after, some[-1].seq, data)


def slices_by_text(events: Sequence[Event]) -> list[Sequence[Event]]:
    """Return the slices in which events are rendered, of about `SLICE_CHARACTERS`; one at least."""
    if most_visible("".join([event.text for event in events])) <= SLICE_CHARACTERS:
        return [events]
    slices = list[Sequence[Event]]()
    begin = characters = 0
    for end, event in enumerate(events, 1):
        characters += most_visible(event.text)
        if characters >= SLICE_CHARACTERS or end == len(events):
            slices.append(events[begin:end])
            begin, characters = end, 0
    return slices
