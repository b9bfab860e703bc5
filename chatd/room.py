"""A room: a named log that only grows, the sessions that are in it, and its feeds.

A room knows no connection and no command. What is said in it goes to the store, and comes back
when it is committed.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.event import Draft, Entry, Event, Kind, Notice
from chatd.feed import Feed, Mark
from chatd.formats import Format
from chatd.store import Store


class Room:
    """A room as it is in memory. ``head`` and ``topic`` are what its log says so far."""

    def __init__(self, name: str, store: Store, head: int = 0, topic: str = "") -> None:
        self.name = name
        self.mark = Mark(0, head)
        self.topic = topic
        self.guests = 0
        self.named: dict[str, None] = {}  # the names of those who have one, as they came
        self._waiting = 0
        self._store = store
        self._feeds: dict[Format, Feed] = {}

    @property
    def head(self) -> int:
        """The seq of the last published event; how much was said here so far."""
        return self.mark.seq

    @property
    def people(self) -> int:
        """How many sessions are here."""
        return self.guests + len(self.named)

    @property
    def forgettable(self) -> bool:
        """Whether nothing would be lost without it: empty, and nothing said or being said."""
        return not self.head and not self.people and not self._waiting

    def enter(self, name: str, guest: bool) -> None:
        """Count someone in."""
        if guest:
            self.guests += 1
        else:
            self.named[name] = None

    def leave(self, name: str, guest: bool) -> None:
        """Count someone out."""
        if guest:
            self.guests -= 1
        else:
            del self.named[name]

    def append(self, entry: Draft | Notice) -> None:
        """Let something be said or announced here; it is shown once it is committed."""
        self._waiting += 1
        self._store.append(entry)

    def refuse(self) -> None:
        """Something that was appended could not be committed."""
        self._waiting -= 1

    def publish(self, entries: Sequence[Entry]) -> None:
        """Show what was committed to everyone here."""
        self._waiting -= len(entries)
        before, head = self.mark, self.mark.seq
        for entry in entries:
            if isinstance(entry, Event):
                head = entry.seq
                if entry.kind is Kind.TOPIC:
                    self.topic = entry.text
        self.mark = Mark(before.entries + len(entries), head)
        for feed in tuple(self._feeds.values()):
            if feed.followed:
                feed.publish(before, entries)
            else:
                del self._feeds[feed.format]
        # Only now: whoever is woken may have others take, and they may follow any of the feeds.
        for feed in tuple(self._feeds.values()):
            feed.wake()

    def feed(self, format: Format) -> Feed:
        """The room in that format."""
        feed = self._feeds.get(format)
        if feed is None:
            feed = self._feeds[format] = Feed(self, format)
        return feed

    async def read(self, after: int, upto: int) -> list[Event]:
        """See `chatd.store.Store.read`. Never past what was published."""
        return await self._store.read(self.name, after, min(upto, self.mark.seq))

    async def seq_before(self, time: int) -> int:
        """See `chatd.store.Store.seq_before`. Never past what was published."""
        return min(await self._store.seq_before(self.name, time), self.mark.seq)
