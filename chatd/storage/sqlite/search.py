"""One search in a room's log, which is bounded in time.

Theory of operation. A search goes backwards from the newest event. Events that are not in the index
yet are looked at one after the other (`_scan`). Of the others, the index names candidates, because
it stores which trigrams a text has, and not where (`chatd.storage.sqlite.search_index`); each
candidate is looked at as well. Words that are shorter than a trigram are not in the index, so such
a search looks at every event. When its time is over, the search returns the seq down to which it
has looked, and the caller may continue from there.

This module must not know who searches, or how an answer is shown.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chatd.event import Event
from chatd.storage.contract import Found, StoreError, Wanted
from chatd.storage.sqlite import search_index, time_index
from chatd.storage.sqlite.errors import NOT_AS_WRITTEN, sqlite_errors
from chatd.storage.sqlite.rows import (
    SELECT_EVENTS,
    SEQ_BITS,
    SEQ_MASK,
    characters_in,
    checked,
    events_of,
    log_of,
)
from chatd.text.folding import fold, fold_for_search, folding_work

SEARCH_SECONDS = 0.04
"""Seconds that one search may take, about: a query of FTS5 cannot be interrupted, and takes 0.2 s
where one word is in one half of a million lines and the other word in the other half. Other
searches wait for it."""

_CANDIDATES = 50
_MORE_CANDIDATES = 500
"""Events that the index names which are looked at in one step: few at first, because most match."""

_SCANNED = 1_000
_SCANNED_BYTES = 256 * 1024
"""Most events that are looked at in one step without the index, and about how much text."""


class Search:
    """A search in one room, in a transaction of the caller.

    ``wanted`` must be folded (`Wanted.folded`). ``now`` gives the time in seconds since 1970.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        room: str,
        wanted: Wanted,
        limit: int,
        now: Callable[[], float],
    ) -> None:
        self.index_error: StoreError | None = None
        """The error that the index had, after which the events were looked at instead."""
        self._now = now
        self._connection = connection
        self._path = path
        self._room = room
        self._wanted = wanted
        self._limit = limit
        self._deadline = time.monotonic() + SEARCH_SECONDS
        self._found: list[Event] = []
        self._events = self._bytes = 0  # that were looked at
        self._folding = 0

    def run(self, upto: int) -> Found:
        """Search among the events with ``seq <= upto``. Raises `StoreError`."""
        row = self._connection.execute(
            "SELECT id, indexed, head FROM rooms WHERE name = ?", (self._room,)
        ).fetchone()
        if row is None:
            return Found([], 0)
        number, indexed, head = checked(row, int, int, int)
        start = number << SEQ_BITS
        since = self._wanted.since
        floor = 0
        if since:
            log = log_of(number, head)
            floor = time_index.seq_before(self._connection, log, since, self._now())
        query = search_index.query_for(self._wanted.words)
        after = upto = min(upto, head)
        if query is None:
            after = self._scan(start, floor, upto)
        else:
            indexed = max(floor, min(indexed, upto))
            after = self._scan(start, indexed, upto)
            if floor < indexed and after <= indexed:
                after = self._by_index(query, start, floor, indexed)
        return Found(self._found, after if after > floor else 0, self._folding)

    def _scan(self, start: int, floor: int, upto: int) -> int:
        """Look at each event, backwards; return the seq above which all were looked at.

        ``start`` is the id in front of the room's first event. Events up to ``floor`` are too old.
        """
        fetched = _CANDIDATES
        after = upto
        while after > floor:
            ids = self._look_at(
                "WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT ?",
                (start | floor, start | after, fetched),
            )
            if not ids:
                return floor
            after = min(after, ids[-1] & SEQ_MASK) - 1
            if self._over():
                return self._looked_down_to(after)
            # The number of events that should have so much text, by the average so far.
            fetched = _SCANNED_BYTES * self._events // max(1, self._bytes)
            fetched = max(_CANDIDATES, min(fetched, _SCANNED))
        return max(after, floor)

    def _by_index(self, query: str, start: int, floor: int, upto: int) -> int:
        """Look at the events that the index names, backwards; as `_scan`."""
        after = upto
        most = _CANDIDATES
        try:
            with sqlite_errors(self._path):
                while after > floor:
                    ids = search_index.candidates(
                        self._connection, query, start | floor, start | after, most
                    )
                    places = ", ".join("?" * len(ids))
                    self._look_at(f"WHERE id IN ({places}) ORDER BY id DESC", ids)
                    after = min(after, ids[-1] & SEQ_MASK) - 1 if len(ids) == most else floor
                    if self._over():
                        return self._looked_down_to(after)
                    most = min(2 * most, _MORE_CANDIDATES)
            return floor
        except StoreError as error:
            self.index_error = error
            return self._scan(start, floor, after)

    def _look_at(self, where: str, values: Sequence[int]) -> list[int]:
        """Add the matching ones of some events to the result; return all their ids, descending.

        All texts come in one row: for each row that SQLite returns, this thread would have to wait
        for the reactor's thread to release the interpreter.
        """
        words, author = self._wanted.words, self._wanted.author
        column, folded = ("text", fold_for_search) if words else ("author", fold)
        listed, lengths, joined = self._connection.execute(
            "SELECT group_concat(id), group_concat(length(CAST(text AS BLOB))),"
            " CAST(group_concat(text, '') AS BLOB)"
            f" FROM (SELECT id, {column} AS text FROM events {where})",
            values,
        ).fetchone()
        if listed is None:
            return []
        ids = list(map(int, listed.split(",")))
        matching = []
        end = 0
        try:
            for number, length in zip(ids, map(int, (lengths or "").split(",")), strict=True):
                begin, end = end, end + length
                text = joined[begin:end].decode()
                self._folding += folding_work(text)
                text = folded(text)
                if all(word in text for word in words) and (words or author in ("", text)):
                    matching.append(number)
        except (TypeError, ValueError):  # UnicodeDecodeError is a ValueError
            raise StoreError(NOT_AS_WRITTEN) from None
        self._events += len(ids)
        self._bytes += end
        self._take(matching)
        return ids

    def _take(self, ids: Sequence[int]) -> None:
        """Read events, the newest first, and add those that are wanted to the result."""
        for begin in range(0, len(ids), _CANDIDATES):
            some = ids[begin : begin + _CANDIDATES]
            places = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"{SELECT_EVENTS} WHERE id IN ({places}) ORDER BY id DESC", some
            ).fetchall()
            characters_in(rows)
            for event in events_of(self._room, rows):
                if self._wanted.found(event):
                    self._found.append(event)
                    if len(self._found) == self._limit:
                        return

    def _over(self) -> bool:
        """Return True if the result is full or the time is over."""
        return len(self._found) == self._limit or time.monotonic() > self._deadline

    def _looked_down_to(self, after: int) -> int:
        """Return the seq above which the result is complete.

        A full result is complete only above the last event that was found.
        """
        return self._found[-1].seq - 1 if len(self._found) == self._limit else after
