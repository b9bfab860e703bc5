"""Finding what was said in a log, in messages: before a place in it, after one, or between two.

Topics, acts of moderation and lines of ignored people do not count, and the lines of one message
count as one. So a client that asks for ten messages is told of ten, if there are as many. This
module must not know how a client names a place, nor how messages are sent.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.chat.session import Session
from chatd.event import SPOKEN, Event
from chatd.rooms.paging import EVENTS_LOOKED_AT, EVENTS_READ
from chatd.rooms.room import Room

_SPOKEN = frozenset(SPOKEN)


class Bounds(NamedTuple):
    """A place in a log: the seq ``before`` what is there, and the seq ``upto`` which it goes.

    Both are the same between two events.
    """

    before: int
    upto: int


class Found(NamedTuple):
    """The stretch ``after < seq <= upto`` of a log."""

    after: int
    upto: int


class Messages:
    """The messages in a log that a session is shown. All methods raise `StoreError`."""

    def __init__(self, session: Session, log: Room) -> None:
        self._log = log
        self._asker = session.identity.asker
        self._view = session.subscriptions.view.of_past
        self._meter = session.stream.meter

    async def at_time(self, time: int) -> Bounds:
        """Return the place of what was said at a time, in milliseconds since 1970."""
        before = await self._log.seq_before(time, self._asker)
        return Bounds(before, await self._log.seq_before(time + 1, self._asker))

    async def at_seq(self, seq: int) -> Bounds:
        """Return the place of the message that begins with an event."""
        events = await self._read(seq, self._log.head)
        rest = [event.seq for event in events if event.part_of == seq]
        return Bounds(seq - 1, rest[-1] if rest else seq)

    async def last(self, after: int, upto: int, limit: int) -> Found:
        """Return the stretch with the last messages between two seqs, at most *limit*."""
        begins: list[int] = []
        start, window = upto, limit
        while start > after and len(begins) < limit and upto - start < EVENTS_LOOKED_AT:
            end, start = start, max(after, start - window)
            begins = await self._begins(start, end) + begins
            window = EVENTS_READ
        return Found(begins[-limit] - 1 if len(begins) >= limit else start, upto)

    async def first(self, after: int, upto: int, limit: int) -> Found:
        """Return the stretch with the first messages between two seqs, at most *limit*."""
        count, at = 0, after
        while at < upto and at - after < EVENTS_LOOKED_AT:
            events = await self._read(at, upto)
            for event in events:
                if self._begins_one(event):
                    if count == limit:
                        return Found(after, at)
                    count += 1
                at = event.seq
            if not events:
                at = upto
        return Found(after, at)

    async def around(self, place: Bounds, limit: int) -> Found:
        """Return the stretch with messages around a place, at most *limit*: half are before it."""
        half = limit // 2
        before = await self.last(0, place.before, half) if half else Found(place.before, 0)
        count = len(await self._begins(before.after, place.before))
        after = await self.first(place.before, self._log.head, limit - count)
        return Found(before.after, after.upto)

    async def _begins(self, after: int, upto: int) -> list[int]:
        """Return the seqs of the messages that begin in a stretch."""
        begins: list[int] = []
        while after < upto:
            events = await self._read(after, upto)
            begins += [event.seq for event in events if self._begins_one(event)]
            after = events[-1].seq if events else upto
        return begins

    async def _read(self, after: int, upto: int) -> list[Event]:
        events = await self._log.read(after, upto, self._asker)
        self._meter.read(len(events))
        return events

    def _begins_one(self, event: Event) -> bool:
        shown = event.kind in _SPOKEN and not self._view.ignores(event)
        return shown and not event.continues
