"""A store in memory: bounded, and lost when the daemon stops. For tests, lessons and short chats.

This module must not know anything that is not in `chatd.storage.contract`.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, takewhile

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.event import UNKNOWN, Draft, Event, Kind, Origin, Published, Record
from chatd.i18n import Language, sentence
from chatd.storage.batches import PASSING, BatchItem, Committed, RecordWrite
from chatd.storage.contract import FORGOTTEN, Found, RoomRecord, Wanted, page_of
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.timestamps import said_before, stamp
from chatd.text.folding import folding_work

STORED_EVENTS = 10_000
"""Most events of a room that are stored: the last ones, and fewer if they begin in a message."""

SEARCHED_CHARACTERS = 512 * 1024
"""Most characters that one search looks at, where each event counts for 50 more. A search blocks
the reactor meanwhile, some milliseconds."""

_FOLDING = 4
"""Cost of folding a character, in characters that are not folded."""


class _Log:
    """The log of one room."""

    def __init__(self, made: Origin) -> None:
        self.made = made
        self.head = 0
        self.topic = ""
        self.topic_set = UNKNOWN
        self.session = 0
        self.events: deque[Event] = deque()

    def drop_oldest(self) -> None:
        """Delete the oldest events, of which there are too many, and no part of a message."""
        stored = self.events
        while len(stored) > STORED_EVENTS or stored[0].continues:
            stored.popleft()

    def forget(self, upto: int) -> int:
        """See `chatd.storage.contract.Store.forget`."""
        stored = self.events
        count = sum(event.seq <= upto for event in islice(stored, FORGOTTEN))
        while count < len(stored) and stored[count].continues:
            count -= 1
        for _ in range(count):
            stored.popleft()
        return count

    def first_stamped(self, low: int, high: int) -> int | None:
        """See `chatd.storage.timestamps.FirstStamped`. The log is short, so each line is read."""
        return next((event.seq for event in self.events if low <= event.time <= high), None)


class MemoryStore(GroupCommitStore):
    """A store of the last `STORED_EVENTS` events of each room.

    ``now`` gives the time in seconds since 1970; it stamps the events.
    """

    lasting = False

    def __init__(self, clock: IReactorTime, now: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self._now = now
        self._logs: dict[str, _Log] = {}
        self._records: dict[tuple[str, str], Record] = {}

    def describe(self, language: Language) -> str:
        return sentence(language, "log_history_in_memory", limit=STORED_EVENTS)

    def rooms(self) -> Sequence[RoomRecord]:
        return [
            RoomRecord(name, log.head, log.topic, log.session, log.topic_set, log.made)
            for name, log in self._logs.items()
        ]

    def stamps(self) -> Mapping[str, int]:
        return {name: log.events[-1].time for name, log in self._logs.items() if log.events}

    def records(self) -> Sequence[Record]:
        return list(self._records.values())

    def start(self) -> None:
        """Do nothing: there is nothing to start."""

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        log = self._logs.get(room)
        if log is None or not log.events:
            return []
        skipped = max(0, after + 1 - log.events[0].seq)
        return page_of(
            takewhile(lambda event: event.seq <= upto, islice(log.events, skipped, None))
        )

    async def seq_before(self, room: str, time: int) -> int:
        log = self._logs.get(room)
        return 0 if log is None else self._said_before(log, time)

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        log = self._logs.get(room)
        wanted = wanted.folded()
        found: list[Event] = []
        characters = folding = 0
        floor = 0 if log is None or not wanted.since else self._said_before(log, wanted.since)
        for event in reversed(log.events) if log is not None else ():
            if event.seq > upto:
                continue
            if event.seq <= floor:
                break
            if len(found) == limit or characters >= SEARCHED_CHARACTERS:
                return Found(found, event.seq, folding)
            characters += 50 + len(event.text) * (1 if event.text.isascii() else _FOLDING)
            folding += folding_work(event.text)
            if wanted.found(event):
                found.append(event)
        return Found(found, 0, folding)

    async def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        log = self._logs.get(room)
        events = () if log is None else reversed(log.events)
        found = (event for event in events if event.kind is kind and event.seq <= upto)
        return page_of(islice(found, limit))

    async def names(self) -> list[str]:
        return list(self._logs)

    async def forget(self, room: str, upto: int) -> int:
        log = self._logs.get(room)
        forgotten = 0 if log is None else log.forget(upto)
        if log is not None and forgotten:
            self._forget_records(room, log.events[0].seq if log.events else log.head + 1)
            self.publication.forgot(room, upto)
        return forgotten

    def _forget_records(self, room: str, before: int) -> None:
        """Delete the records of the lines of a room in front of a seq."""
        for key, record in [*self._records.items()]:
            if record.of_line and record.value is not None:
                line = json.loads(record.value)
                if line["room"] == room and line["seq"] < before:
                    del self._records[key]

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        now = stamp(self._now())
        entries: list[Published] = []
        for entry in batch:
            if isinstance(entry, Draft):
                entries += self._log(entry, now)
            elif isinstance(entry, RecordWrite):
                if entry.drafts:
                    entry.fill_in(self._logs[entry.drafts[0].room].head)
                for record in entry.records:
                    self._records.pop(record[:2], None)
                    if record.value is not None:
                        plain = Record(*record[:3], of_line=record.of_line)
                        self._records[record[:2]] = plain
            elif isinstance(entry, PASSING):
                entries.append(entry)
        return succeed(Committed(entries))

    async def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _said_before(self, log: _Log, time: int) -> int:
        return said_before(log.first_stamped, log.head, time, stamp(self._now()))

    def _log(self, draft: Draft, now: int) -> list[Event]:
        """Give seqs to a draft's lines, and add them to the log of its room."""
        log = self._logs.get(draft.room)
        if log is None:
            log = self._logs[draft.room] = _Log(draft.origin(now))
        events = draft.events(log.head, now)
        log.head += len(events)
        log.events += events
        if len(log.events) > STORED_EVENTS:
            log.drop_oldest()
        log.session = max(log.session, draft.session)
        if draft.kind is Kind.TOPIC:
            log.topic = draft.texts[-1]
            log.topic_set = Origin(draft.author, now)
        return events
