"""A room in one format, and the places that clients have in it.

A feed renders what is published once, and every cursor of it sends those same bytes. A cursor that
does not keep up stays where it is: it reads on from the feed's short tail in memory, or from the
log. It costs nothing while it waits, and it loses nothing: what others say is never queued for a
client. (One that fell out of the tail misses notices, never events.)

Feeds and cursors know no connections: whoever reads a cursor takes from it when there is room, and
is woken when there may be more. A reader that keeps up need not even be woken: what was just
rendered is pushed to it, and its cursor moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from chatd.errors import ErrorKind
from chatd.event import Entry, Event, Notice
from chatd.formats.base import Format
from chatd.rooms.view import EVERYTHING, View
from chatd.storage.contract import StoreError
from chatd.util.error_log import ErrorLog

PUSH_BYTES = 64 * 1024
"""About what one take gives at most."""

TAIL_BYTES = 256 * 1024
"""What a feed keeps of what it rendered last, in bytes of memory (roughly)."""

_CHUNK_OVERHEAD = 800
_ENTRY_OVERHEAD = 300
"""What a chunk and each of its entries weigh beside the rendered lines, which count twice, because
the entries hold their texts too: measured."""


class Mark(NamedTuple):
    """A place between two entries of a room: how many entries were published since the room was
    loaded, and the seq of the last event before it."""

    entries: int
    seq: int

    def behind(self, entries: Sequence[Entry]) -> Mark:
        """The place behind these, which follow this one."""
        seqs = (entry.seq for entry in reversed(entries) if isinstance(entry, Event))
        return Mark(self.entries + len(entries), next(seqs, self.seq))


class Page(NamedTuple):
    """A stretch of a log, rendered: what has a seq behind ``after``, up to ``last``."""

    after: int
    last: int
    data: bytes


class Log(Protocol):
    """What a feed needs of its room. ``error_log`` is where it tells of errors."""

    error_log: ErrorLog

    @property
    def mark(self) -> Mark:
        """The end of what was published."""

    async def read(self, after: int, upto: int) -> list[Event]:
        """See `chatd.storage.contract.Store.read`."""

    async def page(self, format: Format, after: int, upto: int) -> Page:
        """The same, rendered: what many want at a time is done once. Raises `StoreError`, and what
        the format raises."""


class Source(Protocol):
    """Something that a client is being sent, piece by piece."""

    def take(self) -> bytes:
        """The next piece, of whole lines; empty when there is none at hand, for now or for good.

        When more may be at hand later, the one who takes is woken.
        """

    @property
    def done(self) -> bool:
        """Whether nothing will ever come any more."""


Wake = Callable[[], None]


class Reader(Protocol):
    """Who takes from a cursor."""

    def wake(self) -> None:
        """There may be something to take."""

    def push(self, data: bytes) -> bool:
        """Send this at once; False, and nothing is sent, if anything else has to be sent first."""


class Replay:
    """A stretch of a room's log, ``after < seq <= upto``, read from the store page by page.

    What ``view`` does not show to that session is left out. It ends once ``allowed`` returns False:
    the reader may not read that log any more.
    """

    __slots__ = (
        "_after",
        "_allowed",
        "_format",
        "_gap",
        "_log",
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
    ) -> None:
        self.start = after
        self.given = after  # the seq up to which it was taken
        self.end = upto
        self._log = log
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
        """Whether all was given that it was to give; for one that is done."""
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
        while not self._page and self._after < self.end:
            try:
                page = await self._next_page()
            except Exception as error:
                # What cannot be read is said to be missing, in its place.
                if not isinstance(error, StoreError):
                    self._log.error_log.tell("a room's log could not be read")
                first, last = self._after + 1, self.end
                missing = self._format.error(
                    ErrorKind.NOT_READABLE, "not_readable", first=first, last=last
                )
                page = Page(self._after, last, missing)
                self._gap = True
            if self._after >= self.end:
                break  # it ended meanwhile
            self._after = page.last
            self._page += page.data
        self._reading = False
        self._wake()

    async def _next_page(self) -> Page:
        if self._view is EVERYTHING:
            return await self._log.page(self._format, self._after, self.end)
        events = await self._log.read(self._after, self.end)
        data = self._format.render(self._view.shown(events, self._session))
        return Page(self._after, events[-1].seq if events else self.end, data)


class Chunk:
    """Some entries, rendered: at most about `PUSH_BYTES`."""

    __slots__ = ("after", "before", "data", "entries", "noticed", "weight")

    def __init__(self, before: Mark, after: Mark, entries: Sequence[Entry], data: bytes) -> None:
        self.before = before
        self.after = after
        self.entries = entries
        self.data = data
        self.noticed = {entry.session for entry in entries if isinstance(entry, Notice)}
        self.weight = 2 * len(data) + _CHUNK_OVERHEAD + _ENTRY_OVERHEAD * len(entries)


class Feed:
    """A room in one format: what was rendered last, and the live cursors."""

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
        """Whether anyone is to be shown anything."""
        return bool(self._cursors)

    def render(self, before: Mark, entries: Sequence[Entry], after: Mark) -> None:
        """Render what stands between two marks; `show` it once all feeds have.

        What turns out too large for one push is rendered again, in parts.
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
        """Push what was rendered to whoever keeps up, wake the others, and forget what is oldest.

        In this order, so that whoever keeps up takes even a batch that is larger than the tail.
        """
        cursors = tuple(self._cursors)
        fresh, self._fresh = self._fresh, []
        for chunk in fresh:
            before, after, data, noticed = chunk.before, chunk.after, chunk.data, chunk.noticed
            for cursor in cursors:
                # The few lines that run for every client and every batch.
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
        """Show this cursor's reader what is published from now on."""
        self._cursors[cursor] = None

    def remove(self, cursor: Cursor) -> None:
        """Do not, from now on. With nobody left to read it, the tail is forgotten.

        Whoever still has something to take from it takes that from the log.
        """
        del self._cursors[cursor]
        if not self._cursors:
            self.forget()

    def forget(self) -> None:
        """Forget what was rendered. Whoever has not taken it reads the log instead."""
        self.chunks.clear()
        self._fresh.clear()
        self.start = self.log.mark
        self._size = 0


class Trail:
    """What a live cursor's reader was given of what it follows, without a gap: the cursor itself,
    and before it those that it left to be taken first. See `Cursor.detach`."""

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
        while self._parts[0].done:  # which the live one never is
            del self._parts[0]
        return self._parts[0].given

    @property
    def end(self) -> int:
        """The seq up to which it is to be given."""
        return self._parts[-1].end if self._lost is None else self._lost

    @property
    def done(self) -> bool:
        """Whether nothing will be added to it any more."""
        return self._lost is not None or (self.given >= self.end and self._parts[-1].closed)

    def leave(self, rest: Cursor) -> None:
        """The live cursor has left this to be taken before it."""
        self._parts.insert(len(self._parts) - 1, rest)

    def go_on(self, cursor: Cursor) -> bool:
        """Another cursor follows the same room, in another way; False if there is a gap between."""
        if self._lost is not None or cursor.mark.seq != self._parts[-1].mark.seq:
            return False
        self._parts[-1:] = [cursor]
        return True

    def lose(self, seq: int) -> None:
        """What comes behind this could not be read."""
        if self._lost is None:
            self._lost = seq


class Cursor:
    """A place in a feed that moves as its reader takes.

    ``session`` is the number of the one who reads: its own notices are not shown to it, nor is
    what its ``view`` leaves out. With an ``end`` it stops there; without one it is live, and is
    placed at the end of what was published. What it gives is counted in its ``trail``, if it is
    given one.
    """

    __slots__ = (
        "_end",
        "_feed",
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
    ) -> None:
        self.session = session
        self.reader = reader
        self.plain = view.plain  # whether what is rendered for all is right for it
        self.mark = feed.log.mark if mark is None else mark
        self.closed = False
        self.trail: Trail | None = None
        self._view = view
        self._feed = feed
        self._end = end
        self._replay: Replay | None = None
        self._target = self.mark  # where the replay ends
        if end is None:
            feed.add(self)

    def close(self) -> None:
        """Be live no more. What it had so far can still be detached."""
        self._feed.remove(self)
        self.closed = True

    @property
    def done(self) -> bool:
        return self._end is not None and self.mark.entries >= self._end.entries

    @property
    def given(self) -> int:
        """The seq of the last event that was taken, or had not to be."""
        return self.mark.seq if self._replay is None else self._replay.given

    @property
    def end(self) -> int:
        """The seq of the last event that a live one is to give, as far as is known."""
        return self.mark.seq if self.closed else self._feed.log.mark.seq

    def detach(self) -> Cursor | None:
        """Leave what was published and not yet taken to another cursor, and go to the end.

        Gives that cursor, which ends here and now; None if there is nothing to leave. This is how
        an answer gets its place behind what was said before it.
        """
        end = self._feed.log.mark
        if self.mark.entries >= end.entries:
            return None
        rest = Cursor(
            self._feed, self.session, self.reader, view=self._view, mark=self.mark, end=end
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
        """What comes next is no longer in memory: read the log up to where memory begins."""
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
        )
