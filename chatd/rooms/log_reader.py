"""The reader of a room's log: from memory as far as it is there, else from the store.

While a room has members, its last events are in memory, and so are pages that were rendered lately,
because those who enter and come back want the same ones. This module must not know who reads, or
what is being said.
"""

from __future__ import annotations

from typing import Protocol

from chatd.event import Event, Kind
from chatd.formats.base import Format
from chatd.rooms.read_queue import Reading, ReadQueue, Stretch
from chatd.rooms.rendering import Page, page_of
from chatd.storage.contract import Found, Wanted
from chatd.util.fair_queue import Asker

PAGES_KEPT = 8
"""Most rendered pages in the cache, of all rooms together."""

LATEST_EVENTS = 16
"""Most of its last events that a room with members holds in memory, for sessions that enter: as
many of the longest lines as a page may contain."""


class Log(Protocol):
    """A room: its name, its members, the seq of its last published event, and the latest ones.

    Those are the part of the log that is in memory, and end at its head.
    """

    name: str
    latest: list[Event]

    @property
    def head(self) -> int: ...

    @property
    def people(self) -> int: ...


class Pages:
    """A cache of the pages that were rendered last, at most `PAGES_KEPT`.

    After a restart of the daemon all clients come back at once, and want the same pages.
    """

    def __init__(self) -> None:
        self._pages: dict[tuple[str, Format, int], Page] = {}  # the oldest first

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, room: str, format: Format, after: int, upto: int) -> Page | None:
        """Return the cached page that begins after a seq and ends at ``upto`` or before, if any."""
        page = self._pages.get((room, format, after))
        return page if page is not None and page.last <= upto else None

    def keep(self, room: str, format: Format, page: Page) -> None:
        """Add a page, and drop the oldest one if there are too many."""
        self._pages.pop((room, format, page.after), None)
        self._pages[room, format, page.after] = page
        if len(self._pages) > PAGES_KEPT:
            del self._pages[next(iter(self._pages))]

    def forget(self, room: str) -> None:
        """Drop all pages of a room."""
        for key in [key for key in self._pages if key[0] == room]:
            del self._pages[key]


class LogReader:
    """Reads the log of a room for those who ask, in their turns.

    Nothing is held in memory for a room without members. Without ``pages``, no pages are cached.
    """

    __slots__ = ("_log", "_pages", "_reads")

    def __init__(self, log: Log, reads: ReadQueue, pages: Pages | None) -> None:
        self._log = log
        self._reads = reads
        self._pages = pages

    async def read(self, after: int, upto: int, asker: Asker) -> Reading:
        """Return the next page of published events: see `chatd.storage.contract.Store.read`."""
        log = self._log
        if log.latest and log.latest[0].seq <= after + 1:
            return Reading([event for event in log.latest if after < event.seq <= upto], {})
        reading = await self._reads.read(Stretch(log.name, after, min(upto, log.head)), asker)
        events = reading.events
        if log.people and events and events[-1].seq == log.head:
            log.latest = events[-LATEST_EVENTS:]
        return reading

    async def page(self, format: Format, after: int, upto: int, asker: Asker) -> Page:
        """Return the same events, rendered. Raise what the format raises, too."""
        kept = self._pages and self._pages.find(self._log.name, format, after, upto)
        if kept:
            return kept
        reading = await self.read(after, upto, asker)
        page = reading.pages.get((format, upto))
        if page is None:
            page = page_of(format, after, upto, reading.events)
            reading.pages[format, upto] = page
            if self._log.people and self._pages is not None:
                self._pages.keep(self._log.name, format, page)
        return page

    async def seq_before(self, time: int, asker: Asker) -> int:
        """Return a seq as `chatd.storage.contract.Store.seq_before` does, at most the head."""
        log = self._log
        return min(await self._reads.seq_before(log.name, time, asker), log.head)

    async def remarks(self, kind: Kind, upto: int, limit: int, asker: Asker) -> list[Event]:
        """Return remarks as `chatd.storage.contract.Store.remarks` does, of what was published."""
        log = self._log
        return await self._reads.remarks(log.name, kind, min(upto, log.head), limit, asker)

    async def search(self, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
        """Search as `chatd.storage.contract.Store.search` does, in what was published."""
        log = self._log
        return await self._reads.search(log.name, wanted, min(upto, log.head), limit, asker)

    def forget(self) -> None:
        """Drop the pages from memory."""
        if self._pages is not None:
            self._pages.forget(self._log.name)
