"""Pages of a room's log, for clients that ask for history over HTTP or over a WebSocket.

This module must not know either protocol, nor who may read a room.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from chatd.event import Event
from chatd.rooms.room import Room
from chatd.rooms.view import View
from chatd.text.escaping import is_ordinary, visible_bytes
from chatd.util.fair_queue import Asker
from chatd.util.meter import FREE, Meter

BYTES_GIVEN = 32 * 1024
"""Most bytes of text, escaped, in a page of several events. An answer is made whole, and stays in
memory until the client has taken it; escaping makes some texts ten times as long."""

EVENTS_LOOKED_AT = 2000
EVENTS_READ = 200
"""The number of events read at most for one answer, and at a time while some are missing. More
than were asked for are read only if the reader ignores the authors of the last ones."""


class Stretch(NamedTuple):
    """All ``events`` with ``after < seq <= upto`` that a reader's view shows.

    ``more`` is true if there may be further ones, in the direction that was asked for.
    """

    events: Sequence[Event]
    after: int
    upto: int
    more: bool


async def first_events(
    room: Room,
    after: int,
    upto: int,
    limit: int,
    view: View,
    asker: Asker,
    meter: Meter = FREE,
) -> Stretch:
    """Return the first events after a seq that `view` shows. Raise `StoreError`.

    They are `limit` events, or as many as `BYTES_GIVEN` admits, and one at least.
    """
    events: list[Event] = []
    size, start = 0, after
    while after < upto:
        page = await _read(room, after, upto, asker, meter)
        for event in page:
            if len(events) == limit or after - start >= EVENTS_LOOKED_AT:
                return Stretch(events, start, after, True)
            if not view.ignores(event):
                size += visible_bytes(event.text)
                if events and size > BYTES_GIVEN:
                    return Stretch(events, start, after, True)
                events.append(event)
            after = event.seq
        if not page:
            break
    return Stretch(events, start, upto, False)


async def last_events(
    room: Room, upto: int, limit: int, view: View, asker: Asker, meter: Meter = FREE
) -> Stretch:
    """Return the last events up to a seq that `view` shows. Raise `StoreError`.

    They are `limit` events, or as many as `BYTES_GIVEN` admits, and one at least.
    """
    if not limit:
        last = await last_events(room, upto, 1, view, asker, meter)
        return Stretch([], max(0, upto), upto, last.more or bool(last.events))
    shown: list[Event] = []
    after, window = upto, limit
    while True:
        start = max(0, after - window)
        events = await _read(room, start, after, asker, meter)
        if window > 1 and events and events[-1].seq < after:
            # Lines are so long that the store gave the first ones alone: the last ones are wanted.
            window = max(1, min(len(events), window // 2))
            continue
        shown = [*(event for event in events if not view.ignores(event)), *shown]
        given = _last_of(shown[-limit:])
        after = events[0].seq - 1 if events else start
        more = bool(events) and after > 0
        whole = after == start  # not so if earlier ones are deleted
        full = len(given) < len(shown) or len(given) == limit
        if full or not (more and whole and upto - after < EVENTS_LOOKED_AT):
            break
        window = max(limit, EVENTS_READ)
    if len(given) < len(shown):
        after, more = given[0].seq - 1, True
    return Stretch(given, after, upto, more)


async def _read(room: Room, after: int, upto: int, asker: Asker, meter: Meter) -> list[Event]:
    """Read events, and wait for a turn of ``meter`` if some of their text takes escaping.

    All who asked for the same events are given them at once, and escaping takes each some ms.
    """
    events = await room.read(after, upto, asker)
    if not is_ordinary("".join([event.text for event in events])):
        await meter.turn()
    return events


def _last_of(events: Sequence[Event]) -> Sequence[Event]:
    """Return the last ones of some events: as many as `BYTES_GIVEN` admits, and one at least."""
    sizes = accumulate(visible_bytes(event.text) for event in reversed(events))
    fitting = sum(1 for _ in takewhile(lambda size: size <= BYTES_GIVEN, sizes))
    return events[-max(1, fitting) :]
