"""Read marks: the seq up to which each account was sent each room, and its inbox.

Theory of operation. A mark is stored, so that missed lines are known after a restart. It advances
with the stretches of a log that were really sent to a session of the account: live lines
(`chatd.rooms.cursor.Trail`), replays of the past, and stretches that are empty. A stretch advances
the mark only if there is no gap before it. A stretch after a gap is remembered, and counts once the
gap is filled. This module knows rooms by their keys, and must not know sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from chatd.event import Seqs, is_inbox
from chatd.rooms.cursor import Cursor, Trail
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, Table
from chatd.util.fair_queue import Asker

PLACES_KEPT = 200
"""Most rooms with a mark of one account: those where it moved last."""

SPANS_KEPT = 100
"""Most stretches of one log that are remembered for a session until its mark is stored."""


class Span(Protocol):
    """A stretch of a log that is being sent to a session."""

    @property
    def start(self) -> int:
        """The seq before its first event."""

    @property
    def given(self) -> int:
        """The seq up to which it was sent."""

    @property
    def end(self) -> int:
        """The seq up to which it is to be sent, as far as is known."""

    @property
    def done(self) -> bool:
        """True if no more of it will be sent."""


class EmptyStretch:
    """A stretch without events any more: it counts as sent."""

    __slots__ = ("end", "given", "start")

    done = True

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.given = self.end = end


class ReadMark(NamedTuple):
    """The seq up to which an account was sent a log.

    ``time`` is the latest one, in milliseconds since 1970, up to which a client said by a time that
    it has read it; 0 without one.
    """

    seq: int
    time: int = 0


def _ignore(account: str) -> None:
    """Do nothing: the default where marks are not stored."""


class ReadTracker:
    """The stretches that are being sent to one session while it is logged in.

    ``account`` and ``inbox`` are the account's key and its log of private lines; ``cursor`` follows
    that log. ``moves`` is called with the account when one more stretch is being sent.
    """

    __slots__ = ("_moves", "_spans", "account", "cursor", "inbox")

    def __init__(self, account: str, inbox: Room, moves: Callable[[str], object] = _ignore) -> None:
        self.account = account
        self.inbox = inbox
        self.cursor: Cursor | None = None
        self._moves = moves
        self._spans: dict[str, list[Span]] = {}

    @property
    def logs(self) -> Iterable[str]:
        """The keys of the logs with stretches."""
        return tuple(self._spans)

    @property
    def is_sending(self) -> bool:
        """True if more is to be sent of a stretch than was sent."""
        spans = (span for spans in self._spans.values() for span in spans)
        return any(not span.done and span.given < span.end for span in spans)

    def has_any_of(self, logs: Iterable[str]) -> bool:
        """Return True if there are stretches of any of these logs."""
        return not self._spans.keys().isdisjoint(logs)

    def follow(self, log: str, cursor: Cursor, since: int | None = None) -> None:
        """Follow a log live, from the position of a cursor, or from ``since`` that seq."""
        self._moves(self.account)
        spans = self._spans.setdefault(log, [])
        trails = (span for span in reversed(spans) if isinstance(span, Trail))
        trail = next(trails, None)
        if trail is None or not trail.go_on(cursor):
            trail = Trail(cursor)
            if since is not None:
                trail.start = since
            spans.append(trail)
        cursor.trail = trail

    def end(self) -> None:
        """Follow no log any more."""
        for spans in self._spans.values():
            for span in spans:
                if isinstance(span, Trail):
                    span.finish(span.given)

    def show(self, log: str, span: Span) -> None:
        """Add a stretch of a log that is being sent."""
        self._moves(self.account)
        spans = self._spans.setdefault(log, [])
        spans.append(span)
        if len(spans) > SPANS_KEPT:
            # Its lines may be counted as missed.
            done = (number for number, old in enumerate(spans) if old.done)
            del spans[next(done, -1)]

    def spans(self, log: str) -> list[Span]:
        """Return the stretches of a log."""
        return self._spans.get(log, [])

    def due(self, log: str, place: int, head: int) -> tuple[int, int]:
        """Return the first stretch after a place that was not sent and will not be.

        It is ``after < seq <= upto``, empty if there is none.
        """
        for span in _in_order(self.spans(log)):
            if span.start > place:
                return place, min(span.start, head)
            place = max(place, span.end)
        return min(place, head), head

    def prune(self, log: str, place: int | None) -> None:
        """Forget the stretches that a mark at that place makes superfluous."""
        spans = self.spans(log)
        follows = any(isinstance(span, Trail) and not span.done for span in spans)
        left = [
            span
            for span in spans
            # A stretch after a gap counts if the gap is filled before the session leaves.
            if not span.done or (follows and place is not None and span.given > place)
        ]
        if left:
            self._spans[log] = left
        else:
            self._spans.pop(log, None)


def reached(spans: Iterable[Span], place: int | None) -> int | None:
    """Return the seq up to which a log was sent without a gap, if it was up to *place* before.

    Without a place, the first stretch is its beginning.
    """
    for span in _in_order(spans):
        if place is None:
            place = span.start
        if span.start <= place:
            place = max(place, span.given)
    return place


def _in_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: span.start)


class _Moves:
    """An index that calls ``moves`` with the account of each mark that is changed.

    ``logs`` has the logs of all marks that there have been, by account.
    """

    def __init__(self, moves: Callable[[str], object]) -> None:
        self.logs: dict[str, dict[str, None]] = {}
        self._moves = moves

    def enter(self, key: str, value: ReadMark) -> None:
        """See `chatd.storage.records.Index`."""
        account, _, log = key.partition("/")
        self.logs.setdefault(account, {}).setdefault(log)
        self._moves(account)

    def leave(self, key: str, value: ReadMark) -> None:
        """See `chatd.storage.records.Index`."""
        self._moves(key.partition("/")[0])


class ReadMarks:
    """The read marks of all accounts, by account and log.

    ``moves`` is called with the account of each mark that is changed, or rolled back.
    """

    def __init__(self, store: Store, moves: Callable[[str], object] = _ignore) -> None:
        marks = _Moves(moves)
        self.table: Table[ReadMark] = Table(store, "place", ReadMark, marks, grows="seq")
        self._logs = marks.logs

    def of(self, account: str, log: str) -> int | None:
        """Return the mark of an account in a log; None if there is none."""
        place = self.table.get(_key(account, log))
        return None if place is None else place.seq

    def mark(self, account: str, log: str) -> ReadMark | None:
        """Return the same with its time."""
        return self.table.get(_key(account, log))

    def logs(self, account: str) -> list[str]:
        """Return the keys of the logs where an account has a mark."""
        return [log for log in self._logs.get(account, ()) if _key(account, log) in self.table]

    def puts(
        self, account: str, log: str, seq: int | None, seqs: Seqs | None = None, time: int = 0
    ) -> Iterator[Put]:
        """Return the changes that set a mark, or remove it; see `Table.put` about ``seqs``.

        Its time only grows. Give them to `chatd.storage.records.change` at once.
        """
        before = self.mark(account, log)
        latest = time if before is None else max(time, before.time)
        mark = None if seq is None else ReadMark(seq, latest)
        yield self.table.put(_key(account, log), mark, seqs)
        if seq is not None:
            logs = self._logs.setdefault(account, {})
            logs.pop(log, None)
            logs[log] = None
            if len(logs) > PLACES_KEPT:
                oldest = next(log for log in logs if not is_inbox(log))
                del logs[oldest]
                yield from self.puts(account, oldest, None)

    def begin(self, account: str, inbox: Room) -> Iterator[Put]:
        """Return the changes that begin to count an inbox, unless it is counted.

        It is counted from its end on, or from the first line that is stored together with them.
        """
        place = self.of(account, inbox.key)
        if place is None or place > inbox.head:  # earlier lines are another owner's
            yield from self.puts(account, inbox.key, inbox.head, Seqs(before="seq"))

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that remove all marks of an account."""
        return [put for log in self.logs(account) for put in self.puts(account, log, None)]


def known_time(mark: ReadMark, room: Room) -> int:
    """Return the time of a mark in a room: of its line, or a later one that a client said.

    Return 0 if that line is not in memory.
    """
    if mark.seq == room.head:
        return max(mark.time, room.head_time)
    times = (event.time for event in room.latest if event.seq == mark.seq)
    time = next(times, 0)
    return time and max(mark.time, time)


async def time_of(mark: ReadMark, room: Room, asker: Asker) -> int | None:
    """Return the time of a mark in a room: see `known_time`. Read it from the log if need be.

    None if it is not stored any more. Raises `StoreError`.
    """
    time = known_time(mark, room)
    if not time and mark.seq:
        events = await room.read(mark.seq - 1, mark.seq, asker)
        time = events[0].time if events else 0
    return max(time, mark.time) or None


def _key(account: str, log: str) -> str:
    return f"{account}/{log}"
