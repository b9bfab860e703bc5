"""Feeds: a room rendered in one format, for all clients that follow it so.

A feed renders each published batch once, into a chunk, and all cursors of the feed send the same
bytes. The latest chunks form the tail, in memory. Published lines are never queued for a client: a
cursor is only a mark (a number of entries, and a seq), so a slow client costs no memory.

There are four ways to move on. Cursors in step move together: a fresh chunk is sent to all of them
in one call. Of the others, one whose mark is the start of a fresh chunk is pushed it. One that is
further back, but within the tail, takes the chunks from there when its reader has room. One that
fell out of the tail replays the log, page by page, up to where the tail begins, and then goes on in
the tail. The log has events and no notices, so a client that fell out of the tail misses notices,
never events.

Feeds must not know connections.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.event import Entry
from chatd.formats.base import Format
from chatd.rooms.chunk import Chunk, Mark
from chatd.rooms.followers import Followers
from chatd.rooms.replay import Log
from chatd.rooms.tail import Tail

PUSH_BYTES = 64 * 1024
"""Most bytes that one `take` returns (roughly)."""


class Feed:
    """A room in one format: its ``tail`` of rendered chunks, and its ``followers``."""

    __slots__ = ("_fresh", "followers", "format", "log", "tail")

    def __init__(self, log: Log, format: Format) -> None:
        self.log = log
        self.format = format
        self.tail = Tail(log.mark)
        self.followers = Followers(log.mark, format.bell, log.error_log)
        self._fresh: list[Chunk] = []

    def render(self, before: Mark, entries: Sequence[Entry], after: Mark) -> None:
        """Render the entries between two marks. `show` sends them, once all feeds have rendered.

        If they are too large for one push, they are rendered again, in parts. A batch of the store
        is published in parts that are quickly rendered (`chatd.storage.group_commit`).
        """
        data = self.format.render(entries)
        parts = min(len(data) // PUSH_BYTES + 1, len(entries))
        if parts == 1:
            chunk = Chunk(before, after, entries, data)
            self.tail.add(chunk)
            self._fresh.append(chunk)
            return
        for part in range(parts):
            some = entries[len(entries) * part // parts : len(entries) * (part + 1) // parts]
            behind = after if part == parts - 1 else before.behind(some)
            self.render(before, some, behind)
            before = behind

    def show(self) -> None:
        """Send fresh chunks to the readers that keep up, wake the others, and trim the tail.

        The tail is trimmed last, so that a reader that keeps up takes even a batch that is larger
        than the tail.
        """
        fresh, self._fresh = self._fresh, []
        self.followers.show(fresh, self.log.mark)
        self.tail.trim()

    def forget(self) -> None:
        """Drop the tail. Cursors that have not taken all of it read on from the log."""
        self._fresh.clear()
        self.tail.clear(self.log.mark)
