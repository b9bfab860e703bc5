"""The rooms of an import: what a store has to know of a room besides its events.

This module must not know where events come from, nor how a store writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chatd.event import UNKNOWN, Event, Kind, Origin, Record
from chatd.storage.contract import RoomRecord
from chatd.storage.strands import Strands


class WholeStore(NamedTuple):
    """All that is in a store: its rooms, its records, and the events of all rooms, in their order.

    The events are read while they are iterated over.
    """

    rooms: Sequence[RoomRecord]
    records: Sequence[Record]
    events: Iterable[Event]


class Stretch(NamedTuple):
    """The begin of a stretch of times (`chatd.storage.strands`): at a seq, with a time."""

    seq: int
    strand: int
    time: int


class ImportedRoom:
    """A room whose events are imported, and what is known of it so far."""

    __slots__ = ("_first", "_strands", "head", "name", "session", "topic", "topic_set")

    def __init__(self, name: str) -> None:
        self.name = name
        self.head = 0
        self.session = 0
        self.topic = ""
        self.topic_set = UNKNOWN
        self._first: Event | None = None
        self._strands = Strands({})

    def add(self, event: Event) -> Stretch | None:
        """Take note of the next event. Return the stretch that begins with it, if one does."""
        if self._first is None:
            self._first = event
        self.head = event.seq
        self.session = max(self.session, event.session)
        if event.kind is Kind.TOPIC:
            self.topic = event.text
            self.topic_set = Origin(event.author, event.time)
        return self.go_on(event.seq, event.time)

    def go_on(self, seq: int, time: int) -> Stretch | None:
        """Return the stretch that begins if the next event has this seq and time, if one does."""
        strand = self._strands.add(time)
        return None if strand is None else Stretch(seq, strand, time)

    @property
    def first(self) -> int:
        """The seq of the first event, or of the one that would be it."""
        return self.head + 1 if self._first is None else self._first.seq

    @property
    def record(self) -> RoomRecord:
        """The state of the room after its events, as they say it.

        Of a log whose first events are missing, it is not known when the room was made.
        """
        made = UNKNOWN
        if self._first is not None and self._first.seq == 1:
            made = Origin("", self._first.time)
        return RoomRecord(self.name, self.head, self.topic, self.session, self.topic_set, made)
