"""A store as a daemon finds it when it starts: its rooms and its records, and no lines.

This module must not know a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.task import Clock

from chatd.event import Record
from chatd.storage.contract import RoomRecord
from chatd.storage.memory import MemoryStore


class LoadedStore(MemoryStore):
    """A store in memory that begins with some rooms and records."""

    def __init__(self, rooms: Sequence[RoomRecord], records: Sequence[Record]) -> None:
        super().__init__(Clock())
        self._found = rooms, records

    def rooms(self) -> Sequence[RoomRecord]:
        return self._found[0]

    def records(self) -> Sequence[Record]:
        return self._found[1]

    def stamps(self) -> Mapping[str, int]:
        return {}
