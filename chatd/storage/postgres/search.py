"""One search in a room's log, which is bounded in time.

Theory of operation. A search goes backwards from the newest event. Events that are not in the index
yet are looked at one after the other (`_scan`). Of the others, the index names candidates
(`chatd.storage.postgres.search_index`), and each candidate is looked at as well. Words that are
shorter than a trigram are not in the index, so such a search looks at every event. When its time is
over, the search returns the seq down to which it has looked, and the caller may continue from
there.

No transaction is needed: events that were published do not change, the index only grows, and what
is deleted meanwhile is not found.

This module must not know who searches, or how an answer is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Cursor

from chatd.event import Event
from chatd.storage.contract import Found, Wanted
from chatd.storage.postgres import search_index, time_index
from chatd.storage.postgres.rows import EVENT_COLUMNS, EventRow, Room, event_of, room_of
from chatd.storage.postgres.schema import SHARD
from chatd.text.folding import folding_work

SEARCH_SECONDS = 0.04
"""Seconds that one search may take, and the time of one statement more. Other searches wait."""

_CANDIDATES = 50
_MORE_CANDIDATES = 500
"""Events that the index names which are looked at in one step: few at first, because most match."""

_QUICK_SECONDS = SEARCH_SECONDS / 8
"""A question to the index that took less is followed by one about twice as many blocks."""

_SCANNED = 1_000
_SCANNED_CHARACTERS = 128 * 1024
"""Most events that are looked at in one step without the index, and about how much text."""


class Search:
    """A search in one room. ``wanted`` must be folded (`Wanted.folded`).

    ``now`` gives the time in seconds since 1970.
    """

    def __init__(
        self,
        cursor: Cursor[Any],
        room: str,
        wanted: Wanted,
        limit: int,
        now: Callable[[], float],
    ) -> None:
        self._now = now
        self._cursor = cursor
        self._room = room
        self._wanted = wanted
        self._limit = limit
        self._deadline = time.monotonic() + SEARCH_SECONDS
        self._found: list[Event] = []
        self._events = self._characters = 0  # that were looked at
        self._folding = 0

    def run(self, upto: int) -> Found:
        """Search among the events with ``seq <= upto``. Raises `StoreError`."""
        room = room_of(self._cursor, self._room)
        if room is None:
            return Found([], 0)
        floor = room.oldest - 1
        if self._wanted.since:
            since = time_index.seq_before(self._cursor, room, self._wanted.since, self._now())
            floor = max(floor, since)
        grams = search_index.query_for(self._wanted.words)
        after = upto = min(upto, room.head)
        indexed = max(floor, min(room.indexed, upto)) if grams else floor
        after = self._scan(room, indexed, upto)
        if floor < indexed and after <= indexed:
            after = self._by_index(room, grams, floor, indexed)
        return Found(self._found, after if after > floor else 0, self._folding)

    def _scan(self, room: Room, floor: int, upto: int) -> int:
        """Look at each event, backwards; return the seq above which all were looked at."""
        fetched = _CANDIDATES
        after = upto
        while after > floor:
            rows = self._cursor.execute(
                f"SELECT {EVENT_COLUMNS} FROM events"
                " WHERE shard = %s AND room = %s AND seq > %s AND seq <= %s"
                " ORDER BY seq DESC LIMIT %s",
                (SHARD, room.id, floor, after, fetched),
            ).fetchall()
            if not rows:
                return floor
            self._look_at(rows)
            after = rows[-1][0] - 1
            if self._over():
                return self._looked_down_to(after)
            # The number of events that should have so much text, by the average so far.
            fetched = _SCANNED_CHARACTERS * self._events // max(1, self._characters)
            fetched = max(_CANDIDATES, min(fetched, _SCANNED))
        return max(after, floor)

    def _by_index(self, room: Room, grams: Sequence[int], floor: int, upto: int) -> int:
        """Look at the events that the index names, backwards; as `_scan`."""
        after = upto
        most, blocks = _CANDIDATES, 1
        while after > floor:
            began = time.monotonic()
            rows, after = search_index.candidates(
                self._cursor, room, grams, floor, after, most, blocks
            )
            took = time.monotonic() - began
            self._look_at(rows)
            if self._over():
                return self._looked_down_to(after)
            # Where candidates are many, or trigrams are that seldom come together, a question about
            # many blocks would take long.
            if len(rows) == most:
                blocks = 1
            elif took < _QUICK_SECONDS:
                blocks = min(2 * blocks, search_index.MOST_BLOCKS)
            else:
                blocks = max(1, blocks // 2)
            most = min(2 * most, _MORE_CANDIDATES)
        return floor

    def _look_at(self, rows: Sequence[EventRow]) -> None:
        """Add the matching ones of some events, the newest first, to the result."""
        self._events += len(rows)
        for row in rows:
            event = event_of(self._room, row)
            self._characters += len(event.text)
            if self._wanted.words:
                self._folding += folding_work(event.text)
            if len(self._found) < self._limit and self._wanted.found(event):
                self._found.append(event)

    def _over(self) -> bool:
        """Return True if the result is full or the time is over."""
        return len(self._found) == self._limit or time.monotonic() > self._deadline

    def _looked_down_to(self, after: int) -> int:
        """Return the seq above which the result is complete.

        A full result is complete only above the last event that was found.
        """
        return self._found[-1].seq - 1 if len(self._found) == self._limit else after
