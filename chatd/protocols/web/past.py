"""What was said in a room, as much of it as is given at a time: for whoever asks over HTTP or over
a WebSocket. It knows neither, and not who may read what.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.event import Event
from chatd.room import Room

CHARACTERS_GIVEN = 64 * 1024
"""With so much text, fewer are given: what an answer weighs is held until it is taken."""


async def first_events(room: Room, after: int, upto: int, limit: int) -> tuple[list[Event], bool]:
    """The first events behind a seq, and whether there are more: as many as ``limit``, or those
    with about `CHARACTERS_GIVEN`. Raises `StoreError`."""
    events: list[Event] = []
    characters = 0
    while after < upto:
        page = await room.read(after, upto)
        for event in page:
            if len(events) == limit or characters > CHARACTERS_GIVEN:
                return events, True
            events.append(event)
            characters += len(event.text)
        if not page:
            break
        after = page[-1].seq
    return events, False


async def last_events(room: Room, upto: int, limit: int) -> tuple[list[Event], bool]:
    """The last events up to a seq, and whether there may be some before them: as many as ``limit``,
    or those with about `CHARACTERS_GIVEN`. Raises `StoreError`."""
    start = after = max(0, upto - limit)
    events: list[Event] = []
    while after < upto and (page := await room.read(after, upto)):
        events = _last_of([*events, *page])
        after = page[-1].seq
    # What is before forgotten lines is forgotten, too.
    more = bool(events) and events[0].seq > 1 and (start > 0 or len(events) < upto - start)
    return events, more


def _last_of(events: Sequence[Event]) -> list[Event]:
    """The last ones of these: as many as have about `CHARACTERS_GIVEN`, and one at least."""
    characters, first = 0, len(events)
    while first and characters <= CHARACTERS_GIVEN:
        first -= 1
        characters += len(events[first].text)
    return list(events[first:])
