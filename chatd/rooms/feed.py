"""Feeds: a room rendered in one format, and the cursors of the clients that follow it.

A feed renders each published batch once, into a chunk, and all cursors of the feed send the same
bytes. The latest chunks form the tail, in memory. Published lines are never queued for a client: a
cursor is only a mark (a number of entries, and a seq), so a slow client costs no memory.

There are three ways to move on. A cursor whose mark is the start of a fresh chunk is pushed that
chunk. One that is further back, but within the tail, takes the chunks from there when its reader
has room. One that fell out of the tail replays the log, page by page, up to where the tail begins,
and then goes on in the tail. The log has events and no notices, so a client that fell out of the
tail misses notices, never events.

A cursor detaches when an answer is queued: a second cursor, which ends at the present mark, takes
over what was published so far, and the first one jumps to the end. So the answer is sent after it.

Feeds and cursors must not know connections. A cursor's reader takes from it when it has room, and
is woken when there may be more.

This module is over 400 lines, because cursors, chunks and the tail are to be read together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from chatd.errors import ErrorKind
from chatd.event import Entry, Event, Notice
from chatd.formats.base import Format
from chatd.rooms.rendering import Page, page_of
from chatd.rooms.view import EVERYTHING, View
from chatd.storage.contract import StoreError
from chatd.util.error_log import ErrorLog
from chatd.util.fair_queue import Asker
from chatd.util.meter import FREE, Meter

PUSH_BYTES = 64 * 1024
"""Most bytes that one `take` returns (roughly)."""

TAIL_BYTES = 256 * 1024
"""Size of a feed's tail, in bytes of memory (roughly)."""

_CHUNK_OVERHEAD = 800
_ENTRY_OVERHEAD = 300
"""Bytes of memory of a chunk, and of each of its entries, beside the rendered lines: measured. The
rendered lines count twice, because the entries contain their texts, too."""


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


class Log(Protocol):
    """The interface of a room that a feed uses. Errors are reported to ``error_log``."""

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


class Source(Protocol):
    """Data that a client is sent in pieces."""

    def take(self) -> bytes:
        """Return the next piece, of whole lines; empty if none is available now, or ever.

        The reader is woken when more may be available.
        """

    @property
    def done(self) -> bool:
        """True if all of it was taken, and no more will come."""


Wake = Callable[[], None]


class Reader(Protocol):
    """The interface of the one that takes from a cursor."""

    def wake(self) -> None:
        """Take from the cursor, which may have something."""

    def push(self, data: bytes) -> bool:
        """Send data at once and return True; send nothing if other data has to be sent first."""


class Owner(Protocol):
    """The interface of the one that a log is read for."""

    @property
    def asker(self) -> Asker:
        """The owner of the reads in their queue, as it is now."""


class _NoOwner:
    asker = Asker("", "")


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
        self._after = after
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

    def take(self) -> bytes:
        if self._allowed is not None and not self._allowed():
            self._page, self._after, self._gap = b"", self.end, True
            return b""
        if not self._page and not self._reading and self._after < self.end:
            self._reading = True
            Deferred.fromCoroutine(self._read())
        page, self._page = self._page, b""
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
                self._gap = True
            if self._after >= self.end:
                break  # `take` ended the replay during the read
            self._meter.read(page.last - self._after)
            self._meter.made(len(page.data))
            self._after = page.last
            self._page += page.data
        self._reading = False
        self._wake()

    async def _next_page(self) -> Page:
        asker = self._owner.asker
        if self._view is EVERYTHING:
            return await self._log.page(self._format, self._after, self.end, asker)
        events = await self._log.read(self._after, self.end, asker)
        shown = partial(self._view.shown, session=self._session)
        return page_of(self._format, self._after, self.end, events, shown)


class Chunk:
    """Entries between two marks, rendered: at most about `PUSH_BYTES`."""

    __slots__ = ("after", "before", "data", "entries", "noticed", "weight")

    def __init__(self, before: Mark, after: Mark, entries: Sequence[Entry], data: bytes) -> None:
        self.before = before
        self.after = after
        self.entries = entries
        self.data = data
        self.noticed = {entry.session for entry in entries if isinstance(entry, Notice)}
        self.weight = 2 * len(data) + _CHUNK_OVERHEAD + _ENTRY_OVERHEAD * len(entries)


class Feed:
    """A room in one format: its tail of rendered chunks, and its live cursors."""

    def __init__(self, log: Log, format: Format) -> None:
        self.log = log
        self.format = format
        self.chunks: dict[int, Chunk] = {}  # by the entries before it; oldest first
        self.start = log.mark  # the mark before the oldest chunk
        self._fresh: list[Chunk] = []
        self._size = 0
        self._cursors: dict[Cursor, None] = {}

    @property
    def followed(self) -> bool:
        """True if there is a live cursor."""
        return bool(self._cursors)

    def render(self, before: Mark, entries: Sequence[Entry], after: Mark) -> None:
        """Render the entries between two marks. `show` sends them, once all feeds have rendered.

        If they are too large for one push, they are rendered again, in parts. A batch of the store
        is published in parts that are quickly rendered (`chatd.storage.group_commit`).
        """
        data = self.format.render(entries)
        parts = min(len(data) // PUSH_BYTES + 1, len(entries))
        if parts == 1:
            chunk = Chunk(before, after, entries, data)
            self.chunks[before.entries] = chunk
            self._fresh.append(chunk)
            self._size += chunk.weight
            return
        for part in range(parts):
            some = entries[len(entries) * part // parts : len(entries) * (part + 1) // parts]
            behind = after if part == parts - 1 else before.behind(some)
            self.render(before, some, behind)
            before = behind

    def show(self) -> None:
        """Push fresh chunks to the readers that keep up, wake the others, and trim the tail.

        The tail is trimmed last, so that a reader that keeps up takes even a batch that is larger
        than the tail.
        """
        cursors = tuple(self._cursors)
        fresh, self._fresh = self._fresh, []
        for chunk in fresh:
            before, after, data, noticed = chunk.before, chunk.after, chunk.data, chunk.noticed
            for cursor in cursors:
                # These lines run for each client and each batch, so they are few.
                try:
                    if (
                        cursor.mark is before
                        and cursor.plain
                        and cursor.session not in noticed
                        and (not data or cursor.reader.push(data))
                    ):
                        cursor.mark = after
                except Exception:
                    self.log.error_log.tell("a client could not be sent to")
        end = self.log.mark
        for cursor in cursors:
            if cursor.mark is not end:
                try:
                    cursor.reader.wake()
                except Exception:
                    self.log.error_log.tell("a client could not be woken")
        while self._size > TAIL_BYTES and len(self.chunks) > 1:
            oldest = self.chunks.pop(self.start.entries)
            self._size -= oldest.weight
            self.start = oldest.after

    def add(self, cursor: Cursor) -> None:
        """Send what is published from now on to this cursor's reader."""
        self._cursors[cursor] = None

    def remove(self, cursor: Cursor) -> None:
        """Send nothing more to this cursor's reader, and drop the tail after the last one left.

        Detached cursors that have not taken all of it read on from the log.
        """
        del self._cursors[cursor]
        if not self._cursors:
            self.forget()

    def forget(self) -> None:
        """Drop the tail. Cursors that have not taken all of it read on from the log."""
        self.chunks.clear()
        self._fresh.clear()
        self.start = self.log.mark
        self._size = 0


class Trail:
    """Up to which seq the reader of a live cursor has taken everything, without a gap.

    Its parts are the cursors that were detached and are not taken yet, in order, and then the live
    cursor. See `Cursor.detach`.
    """

    __slots__ = ("_lost", "_parts", "start")

    def __init__(self, cursor: Cursor) -> None:
        self.start = cursor.mark.seq
        self._parts = [cursor]
        self._lost: int | None = None

    @property
    def given(self) -> int:
        """The seq up to which everything was taken."""
        if self._lost is not None:
            return self._lost
        while self._parts[0].done:  # never true of the live one
            del self._parts[0]
        return self._parts[0].given

    @property
    def end(self) -> int:
        """The seq up to which the reader is to take."""
        return self._parts[-1].end if self._lost is None else self._lost

    @property
    def done(self) -> bool:
        """True if neither `given` nor `end` will rise any more."""
        return self._lost is not None or (self.given >= self.end and self._parts[-1].closed)

    def leave(self, rest: Cursor) -> None:
        """Insert a cursor that the live one detached, to be taken before it."""
        self._parts.insert(len(self._parts) - 1, rest)

    def go_on(self, cursor: Cursor) -> bool:
        """Replace the live cursor by one of the same room with another format or view.

        Return False, and change nothing, if there is a gap between the two.
        """
        if self._lost is not None or cursor.mark.seq != self._parts[-1].mark.seq:
            return False
        self._parts[-1:] = [cursor]
        return True

    def lose(self, seq: int) -> None:
        """End the trail at a seq, after which events could not be read."""
        if self._lost is None:
            self._lost = seq


class Cursor:
    """A position in a feed that moves as its reader takes. What it reads again is for ``owner``.

    ``session`` is the number of the reader's session: its own notices are not sent to it, nor is
    what its ``view`` leaves out. A cursor with an ``end`` stops there. One without is live, and
    begins after the last published entry. A ``trail``, if there is one, follows what was taken.
    """

    __slots__ = (
        "_end",
        "_feed",
        "_owner",
        "_replay",
        "_target",
        "_view",
        "closed",
        "mark",
        "plain",
        "reader",
        "session",
        "trail",
    )

    def __init__(
        self,
        feed: Feed,
        session: int,
        reader: Reader,
        *,
        view: View = EVERYTHING,
        mark: Mark | None = None,
        end: Mark | None = None,
        owner: Owner = NO_OWNER,
    ) -> None:
        self.session = session
        self.reader = reader
        self.plain = view.plain  # True if its reader is sent chunks as they were rendered
        self.mark = feed.log.mark if mark is None else mark
        self.closed = False
        self.trail: Trail | None = None
        self._view = view
        self._feed = feed
        self._owner = owner
        self._end = end
        self._replay: Replay | None = None
        self._target = self.mark  # where the replay ends
        if end is None:
            feed.add(self)

    def close(self) -> None:
        """Stop being live. What was published before can still be detached."""
        self._feed.remove(self)
        self.closed = True

    @property
    def done(self) -> bool:
        return self._end is not None and self.mark.entries >= self._end.entries

    @property
    def given(self) -> int:
        """Seq up to which events were delivered or filtered out."""
        return self.mark.seq if self._replay is None else self._replay.given

    @property
    def end(self) -> int:
        """The seq of the last event that a live cursor has to deliver so far."""
        return self.mark.seq if self.closed else self._feed.log.mark.seq

    def detach(self) -> Cursor | None:
        """Leave what was published and is not taken to another cursor, and go to the end.

        Return that cursor, which ends at the present end, or None if there is nothing to leave.
        So an answer is sent after what was published before it.
        """
        end = self._feed.log.mark
        if self.mark.entries >= end.entries:
            return None
        rest = Cursor(
            self._feed,
            self.session,
            self.reader,
            view=self._view,
            mark=self.mark,
            end=end,
            owner=self._owner,
        )
        rest._replay, rest._target = self._replay, self._target
        if self.trail is not None:
            rest.trail = self.trail
            self.trail.leave(rest)
        self._replay = None
        self.mark = end
        return rest

    def take(self) -> bytes:
        data = b""
        rings = False
        while not self.done:
            if self._replay is not None:
                data += self._replay.take()
                if not self._replay.done:
                    break
                if self.trail is not None and not self._replay.whole:
                    self.trail.lose(self._replay.given)
                self._replay = None
                self.mark = self._target
                continue
            chunk = self._feed.chunks.get(self.mark.entries)
            if chunk is None:
                if self.mark.entries >= self._feed.log.mark.entries:
                    break
                self._fall_back()
            elif data and len(data) + len(chunk.data) > PUSH_BYTES:
                break
            elif self.plain and self.session not in chunk.noticed:
                data += chunk.data
                self.mark = chunk.after
            else:
                entries = self._view.shown(chunk.entries, self.session)
                rings = rings or self._view.rings(entries, self.session)
                whole = entries is chunk.entries
                data += chunk.data if whole else self._feed.format.render(entries)
                self.mark = chunk.after
        return self._feed.format.bell + data if rings else data

    def _fall_back(self) -> None:
        """Replay the log up to where the tail begins: the next chunk is no longer in memory."""
        target = self._feed.start
        if self._end is not None and self._end.entries < target.entries:
            target = self._end
        self._target = target
        self._replay = Replay(
            self._feed.log,
            self._feed.format,
            self.mark.seq,
            target.seq,
            self.reader.wake,
            self._view,
            self.session,
            owner=self._owner,
        )
