"""The tail of a feed: its latest chunks, in memory.

This module must not know who reads it.
"""

from __future__ import annotations

from chatd.rooms.chunk import Chunk, Mark

TAIL_BYTES = 256 * 1024
"""Size of a feed's tail, in bytes of memory (roughly)."""


class Tail:
    """The latest chunks of a feed. ``start`` is the mark before the oldest one."""

    __slots__ = ("_chunks", "_size", "start")

    def __init__(self, start: Mark) -> None:
        self.start = start
        self._chunks: dict[int, Chunk] = {}  # by the entries before it; oldest first
        self._size = 0

    def __len__(self) -> int:
        return len(self._chunks)

    def add(self, chunk: Chunk) -> None:
        """Add a chunk that begins where the last one ends."""
        self._chunks[chunk.before.entries] = chunk
        self._size += chunk.weight

    def behind(self, mark: Mark) -> Chunk | None:
        """Return the chunk that begins at a mark, if it is in memory."""
        return self._chunks.get(mark.entries)

    def trim(self) -> None:
        """Drop the oldest chunks until the rest is small enough, or is one chunk."""
        while self._size > TAIL_BYTES and len(self._chunks) > 1:
            oldest = self._chunks.pop(self.start.entries)
            self._size -= oldest.weight
            self.start = oldest.after

    def clear(self, start: Mark) -> None:
        """Drop all chunks. The next one begins at ``start``."""
        self._chunks.clear()
        self._size = 0
        self.start = start
