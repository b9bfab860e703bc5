"""A store in memory: bounded, and gone when the daemon stops. For tests, lessons and passing talk.

It knows nothing that `chatd.store` does not say.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import dropwhile, islice, takewhile

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.event import Draft, Entry, Event, Kind, Record
from chatd.store import FORGOTTEN, Found, Keeping, RoomRecord, Store, Waiting, Wanted, page_of

EVENTS_KEPT = 10_000
"""How many of its last events a room keeps."""

LOOKED_AT = 512 * 1024
"""How many characters one search looks at, each event counting for 50 more: it holds the reactor
meanwhile, some milliseconds."""


class _Log:
    def __init__(self) -> None:
        self.head = 0
        self.topic = ""
        self.session = 0
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)


class MemoryStore(Store):
    """Keeps the last `EVENTS_KEPT` events of each room.

    ``now`` gives the time in seconds since 1970; it stamps the events.
    """

    def __init__(self, clock: IReactorTime, now: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self._now = now
        self._logs: dict[str, _Log] = {}
        self._records: dict[tuple[str, str], Record] = {}

    def describe(self) -> str:
        return f"history in memory: the last {EVENTS_KEPT} lines of a room, until it stops."

    def rooms(self) -> Sequence[RoomRecord]:
        return [
            RoomRecord(name, log.head, log.topic, log.session) for name, log in self._logs.items()
        ]

    def records(self) -> Sequence[Record]:
        return list(self._records.values())

    def start(self) -> None:
        """There is nothing to start."""

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
        if log is None:
            return 0
        earlier = dropwhile(lambda event: event.time >= time, reversed(log.events))
        return next((event.seq for event in earlier), log.head - len(log.events))

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        log = self._logs.get(room)
        wanted = wanted.folded()
        found: list[Event] = []
        characters = 0
        for event in reversed(log.events) if log is not None else ():
            if event.seq > upto:
                continue
            if len(found) == limit or characters >= LOOKED_AT:
                return Found(found, event.seq)
            characters += len(event.text) + 50
            if wanted.found(event):
                found.append(event)
        return Found(found, 0)

    async def names(self) -> list[str]:
        return list(self._logs)

    async def forget(self, room: str, before: int) -> int:
        log = self._logs.get(room)
        events = log.events if log is not None else deque()
        forgotten = 0
        while events and events[0].time < before and forgotten < FORGOTTEN:
            events.popleft()
            forgotten += 1
        return forgotten

    def commit(self, batch: Sequence[Waiting]) -> Deferred[Sequence[Entry]]:
        now = int(self._now() * 1000)
        entries: list[Entry] = []
        for entry in batch:
            if isinstance(entry, Draft):
                entries += self._log(entry, now)
            elif isinstance(entry, Keeping):
                for record in entry.records:
                    self._records.pop(record[:2], None)
                    if record.value is not None:
                        self._records[record[:2]] = record
            else:
                entries.append(entry)
        return succeed(entries)

    def _log(self, draft: Draft, now: int) -> list[Event]:
        log = self._logs.get(draft.room)
        if log is None:
            log = self._logs[draft.room] = _Log()
        events = draft.events(log.head, now)
        log.head += len(events)
        log.events += events
        log.session = max(log.session, draft.session)
        if draft.kind is Kind.TOPIC:
            log.topic = draft.texts[-1]
        return events

    async def close(self) -> None:
        """There is nothing to give back."""
