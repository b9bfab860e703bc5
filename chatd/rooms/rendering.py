"""Rendering of pages of a room's log, each of bounded size and time for any text.

This module must not know a room, nor who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatd.event import Entry, Event
from chatd.formats.base import Format
from chatd.text.escaping import is_ordinary

PAGE_BYTES = 64 * 1024
"""Size after which a page ends if some of its text takes escaping. That makes some texts ten times
as long, so a page of the store may fill several."""

PIECE_CHARACTERS = 4096
"""Number of characters that are rendered at a time if some take escaping: at most 0.8 ms."""


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
    data, piece, characters = b"", list[Event](), 0
    for event in events:
        piece.append(event)
        characters += len(event.text)
        if characters >= PIECE_CHARACTERS or event is events[-1]:
            data += format.render(shown(piece))
            if len(data) >= PAGE_BYTES:
                break
            piece, characters = [], 0
    return Page(after, event.seq, data)
