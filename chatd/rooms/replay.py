"""Replays: parts of a room's log that are read from the store, page by page, and rendered.

A replay reads when its reader takes. This module must not know what a reader is shown beside it,
nor connections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from chatd.errors import ErrorKind
from chatd.event import Event
from chatd.formats.base import Format
from chatd.rooms.chunk import Mark
from chatd.rooms.rendering import Page, page_of
from chatd.rooms.view import EVERYTHING, View
from chatd.storage.contract import StoreError
from chatd.util.error_log import ErrorLog
from chatd.util.fair_queue import Asker
from chatd.util.meter import FREE, Meter


class Log(Protocol):
    """The interface of a room that a feed uses. Errors are reported to ``error_log``."""

    name: str
    error_log: ErrorLog

    @property
    def mark(self) -> Mark:
        """The position after the last published entry."""

    async def read(self, after: int, upto: int, asker: Asker) -> list[Event]:
        """Return events as `chatd.storage.contract.Store.read` does."""

    async def page(self, format: Format, after: int, upto: int, asker: Asker) -> Page:
        """Return the same events, rendered. Raise `StoreError`, and what the format raises.

        Askers have turns. A page that several want at the same time is read and rendered once.
        """


class Stretch(NamedTuple):
    """The events ``after < seq <= upto`` of the log of that name, which are still to be sent."""

    log: str
    after: int
    upto: int
    format: Format


class Source(Protocol):
    """Data that a client is sent in pieces."""

    def take(self) -> bytes:
        """Return the next piece, of whole lines; empty if none is available now, or ever.

        The reader is woken when more may be available.
        """

    @property
    def done(self) -> bool:
        """True if all of it was taken, and no more will come."""

    def owes(self, log: str, seq: int) -> bool:
        """Return True if an event of a log, given the log's name, is still to be taken."""

    def left(self) -> Sequence[bytes | Stretch]:
        """Return all that is still to be taken, in order, for another process."""


Wake = Callable[[], None]


class Owner(Protocol):
    """The interface of the one that a log is read for."""

    @property
    def asker(self) -> Asker:
        """The owner of the reads in their queue, as it is now."""

    def missed(self, log: str, upto: int) -> None:
        """Take note that events of a log up to a seq could not be read, given the log's name."""


class _NoOwner:
    asker = Asker("", "")

    def missed(self, log: str, upto: int) -> None:
        """Do nothing."""


NO_OWNER = _NoOwner()
"""The owner of reads for no session."""


class Replay:
    """Part of a room's log, ``after < seq <= upto``, read from the store page by page.

    Each page but the first is read in a turn of ``meter``, which charges for all, and each waits
    for a turn of ``owner`` at the store. Events that ``view`` does not show to ``session`` are left
    out. The replay ends once ``allowed`` returns False: then the reader may not read that log any
    more.
    """

    __slots__ = (
        "_after",
        "_allowed",
        "_format",
        "_gap",
        "_log",
        "_meter",
        "_owner",
        "_page",
        "_reading",
        "_session",
        "_view",
        "_wake",
        "end",
        "given",
        "start",
        "taken",
    )

    def __init__(
        self,
        log: Log,
        format: Format,
        after: int,
        upto: int,
        wake: Wake,
        view: View = EVERYTHING,
        session: int = 0,
        allowed: Callable[[], bool] | None = None,
        meter: Meter = FREE,
        owner: Owner = NO_OWNER,
    ) -> None:
        self.start = after
        self.given = after  # the seq up to which it was taken without a gap
        self.end = upto
        self._log = log
        self._meter = meter
        self._owner = owner
        self._format = format
        self._after = self.taken = after  # what was read, and what the reader took of it
        self._wake = wake
        self._view = view
        self._session = session
        self._allowed = allowed
        self._page = b""
        self._reading = False
        self._gap = False

    @property
    def done(self) -> bool:
        return not self._page and self._after >= self.end

    @property
    def whole(self) -> bool:
        """True if the reader took all of it without a gap; only for a replay that is done."""
        return self.given >= self.end

    def owes(self, log: str, seq: int) -> bool:
        return log == self._log.name and self.given < seq <= self.end

    def left(self) -> Sequence[Stretch]:
        return [Stretch(self._log.name, self.taken, self.end, self._format)]

    def take(self) -> bytes:
        if self._allowed is not None and not self._allowed():
            self._page, self._after = b"", self.end
            self._leave_out()
            return b""
        if not self._page and not self._reading and self._after < self.end:
            self._reading = True
            Deferred.fromCoroutine(self._read())
        page, self._page = self._page, b""
        self.taken = self._after
        if not self._gap:
            self.given = self._after
        return page

    async def _read(self) -> None:
        if self._after > self.start:
            await self._meter.turn()
        while not self._page and self._after < self.end:
            try:
                page = await self._next_page()
            except Exception as error:
                # The client receives an error in the place of the events that cannot be read.
                if not isinstance(error, StoreError):
                    self._log.error_log.tell("a room's log could not be read")
                first, last = self._after + 1, self.end
                missing = self._format.error(
                    ErrorKind.NOT_READABLE, "not_readable", first=first, last=last
                )
                page = Page(self._after, last, missing)
                self._leave_out()
            if self._after >= self.end:
                break  # `take` ended the replay during the read
            self._meter.read(page.last - self._after)
            self._meter.made(len(page.data))
            self._after = page.last
            self._page += page.data
        self._reading = False
        self._wake()

    def _leave_out(self) -> None:
        """Take note that the reader is not given the rest."""
        self._gap = True
        self._owner.missed(self._log.name, self.end)

    async def _next_page(self) -> Page:
        asker = self._owner.asker
        if self._view is EVERYTHING:
            return await self._log.page(self._format, self._after, self.end, asker)
        events = await self._log.read(self._after, self.end, asker)
        shown = partial(self._view.shown_events, session=self._session)
        format = self._view.apart or self._format
        return page_of(format, self._after, self.end, events, shown)
