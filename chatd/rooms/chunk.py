"""Chunks: entries of a room between two marks, rendered once for all readers.

A chunk also tells, quickly, to whom it may be sent as it is: most readers with a view are hidden
nothing of most chunks. This module must not know who reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.event import Entry, Event, Kind
from chatd.rooms.view import Bell, View
from chatd.text.folding import fold

_OFF, _MENTIONS = Bell.OFF, Bell.MENTIONS  # to look up a member of an enum takes 0.2 us

_OVERHEAD = 800
_ENTRY_OVERHEAD = 300
"""Bytes of memory of a chunk, and of each of its entries, beside the rendered lines: measured. The
rendered lines count twice, because the entries contain their texts, too. A name in a notice counts
as an entry."""


class Mark(NamedTuple):
    """A position between two entries of a room.

    ``entries`` is the number of entries published since the room was loaded, ``seq`` that of the
    last event before the position.
    """

    entries: int
    seq: int

    def behind(self, entries: Sequence[Entry]) -> Mark:
        """Return the position after ``entries``, which follow this one."""
        seqs = (entry.seq for entry in reversed(entries) if isinstance(entry, Event))
        return Mark(self.entries + len(entries), next(seqs, self.seq))


def mark_before(seq: int) -> Mark:
    """Return a position after a seq of which nothing is in memory: before all entries."""
    return Mark(-1, seq)


class _Summary:
    """The folded authors and the folded texts of some events."""

    __slots__ = ("authors", "private", "text")

    def __init__(self, entries: Sequence[Entry]) -> None:
        events = [entry for entry in entries if isinstance(entry, Event)]
        self.authors = {fold(author) for author in {event.author for event in events}}
        self.private = any(event.kind is Kind.PRIVATE for event in events)
        self.text = fold("\n".join([event.text for event in events]))


class Chunk:
    """Entries between two marks, rendered: at most about `chatd.rooms.feed.PUSH_BYTES`."""

    __slots__ = (
        "_authoring",
        "_summary",
        "after",
        "before",
        "data",
        "entries",
        "noticed",
        "weight",
    )

    def __init__(self, before: Mark, after: Mark, entries: Sequence[Entry], data: bytes) -> None:
        self.before = before
        self.after = after
        self.entries = entries
        self.data = data
        passing = [entry for entry in entries if not isinstance(entry, Event)]
        self.noticed = {session for entry in passing for session in entry.sessions}
        items = len(entries) + len(self.noticed)
        self.weight = 2 * len(data) + _OVERHEAD + _ENTRY_OVERHEAD * items
        self._authoring: frozenset[int] | None = None  # these two for the first reader with a view
        self._summary: _Summary | None = None

    @property
    def authoring(self) -> frozenset[int]:
        """The sessions that said lines among its entries."""
        if self._authoring is None:
            said = [entry.session for entry in self.entries if isinstance(entry, Event)]
            self._authoring = frozenset(said)
        return self._authoring

    def is_whole_for(self, view: View, session: int) -> bool:
        """Return True if a session is certainly shown all of it: its own presence never is."""
        if session in self.noticed:
            return False
        echo, ignored, _, _, _ = view
        if not echo and session in self.authoring:
            return False
        return not ignored or ignored.isdisjoint((self._summary or self._summarise()).authors)

    @property
    def has_authors(self) -> bool:
        """True if there are lines among its entries."""
        return bool((self._summary or self._summarise()).authors)

    def is_of_others(self, sessions: frozenset[int], names: frozenset[str], mentions: bool) -> bool:
        """Return True if no line is of these sessions or names, and with ``mentions`` none is.

        Then it is whole for these sessions, if they ignore none but of these names.
        """
        summary = self._summary or self._summarise()
        if mentions and summary.authors:
            return False
        return sessions.isdisjoint(self.authoring) and names.isdisjoint(summary.authors)

    def rings_for(self, view: View, session: int) -> bool:
        """Return True if the bell rings at one of its entries, all of which a session is shown."""
        _, _, bell, names, _ = view
        if bell is _OFF:
            return False
        summary = self._summary or self._summarise()
        if bell is _MENTIONS and not summary.private:
            for name in names:
                if name in summary.text:
                    break
            else:
                return False
        elif session not in self.authoring and names.isdisjoint(summary.authors):
            return bool(summary.authors)
        return view.rings(self.entries, session)

    def _summarise(self) -> _Summary:
        self._summary = _Summary(self.entries)
        return self._summary
