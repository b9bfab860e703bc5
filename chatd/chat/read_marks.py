"""How far each account was shown each room, and its inbox: kept, so that what was missed is known.

A place moves with what was really given out: live lines and stretches of the past, as long as
there is no gap before them. It knows rooms by their keys, and no session.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from chatd.event import is_inbox
from chatd.rooms.feed import Cursor, Trail
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, Table

PLACES_KEPT = 200
"""In how many rooms the place of one account is kept: those where it moved last."""

SPANS_KEPT = 100
"""How many stretches of one log are looked after for a session until its place is kept."""


class Span(Protocol):
    """A stretch of a log that somebody is being shown."""

    @property
    def start(self) -> int:
        """The seq that it comes behind."""

    @property
    def given(self) -> int:
        """The seq up to which it was taken."""

    @property
    def end(self) -> int:
        """The seq up to which it is to be given, as far as is known."""

    @property
    def done(self) -> bool:
        """Whether nothing of it will be given any more."""


class EmptyStretch:
    """A stretch in which there is nothing any more: it counts as shown."""

    __slots__ = ("end", "given", "start")

    done = True

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.given = self.end = end


class ReadMark(NamedTuple):
    """How far an account was shown a log."""

    seq: int


class ReadTracker:
    """What one session of an account is being shown while it is logged in. ``account`` and
    ``inbox`` are the account's key and its log of private lines; ``cursor`` follows that."""

    __slots__ = ("_spans", "account", "cursor", "inbox")

    def __init__(self, account: str, inbox: Room) -> None:
        self.account = account
        self.inbox = inbox
        self.cursor: Cursor | None = None
        self._spans: dict[str, list[Span]] = {}

    @property
    def logs(self) -> Iterable[str]:
        """The keys of what it is being shown."""
        return tuple(self._spans)

    def follow(self, log: str, cursor: Cursor, since: int | None = None) -> None:
        """It follows a log live, from where the cursor stands, or had done ``since`` that seq."""
        spans = self._spans.setdefault(log, [])
        trails = (span for span in reversed(spans) if isinstance(span, Trail))
        trail = next(trails, None)
        if trail is None or not trail.go_on(cursor):
            trail = Trail(cursor)
            if since is not None:
                trail.start = since
            spans.append(trail)
        cursor.trail = trail

    def show(self, log: str, span: Span) -> None:
        """It is being shown a stretch of a log."""
        spans = self._spans.setdefault(log, [])
        spans.append(span)
        if len(spans) > SPANS_KEPT:
            # It may be told of that again.
            done = (number for number, old in enumerate(spans) if old.done)
            del spans[next(done, -1)]

    def spans(self, log: str) -> list[Span]:
        """What it is being shown of a log."""
        return self._spans.get(log, [])

    def due(self, log: str, place: int, head: int) -> tuple[int, int]:
        """The first stretch behind that place that it was not and will not be shown:
        ``after < seq <= upto``, empty if there is none."""
        for span in _in_order(self.spans(log)):
            if span.start > place:
                return place, min(span.start, head)
            place = max(place, span.end)
        return min(place, head), head

    def prune(self, log: str, place: int | None) -> None:
        """Forget what matters no more if the place is kept."""
        spans = self.spans(log)
        follows = any(isinstance(span, Trail) and not span.done for span in spans)
        left = [
            span
            for span in spans
            # Behind a gap, what was shown counts if the gap is filled before it leaves.
            if not span.done or (follows and place is not None and span.given > place)
        ]
        if left:
            self._spans[log] = left
        else:
            self._spans.pop(log, None)


def reached(spans: Iterable[Span], place: int | None) -> int | None:
    """How far somebody was shown a log without a gap who had been shown it up to that place before;
    for a log without a place, it begins where they came in."""
    for span in _in_order(spans):
        if place is None:
            place = span.start
        if span.start <= place:
            place = max(place, span.given)
    return place


def _in_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: span.start)


class ReadMarks:
    """The places of all accounts, by account and log."""

    def __init__(self, store: Store) -> None:
        self.table: Table[ReadMark] = Table(store, "place", ReadMark)
        self._logs: dict[str, dict[str, None]] = {}
        for key in self.table:
            account, _, log = key.partition("/")
            self._logs.setdefault(account, {})[log] = None

    def of(self, account: str, log: str) -> int | None:
        """How far an account was shown a log; None if it never was."""
        place = self.table.get(_key(account, log))
        return None if place is None else place.seq

    def logs(self, account: str) -> list[str]:
        """Where an account has a place."""
        return [log for log in self._logs.get(account, ()) if _key(account, log) in self.table]

    def puts(self, account: str, log: str, seq: int | None) -> Iterator[Put]:
        """What keeps a place, or forgets it: to be given to `chatd.storage.records.change` at
        once."""
        yield self.table.put(_key(account, log), None if seq is None else ReadMark(seq))
        if seq is not None:
            logs = self._logs.setdefault(account, {})
            logs.pop(log, None)
            logs[log] = None
            if len(logs) > PLACES_KEPT:
                oldest = next(log for log in logs if not is_inbox(log))
                del logs[oldest]
                yield from self.puts(account, oldest, None)

    def account_gone(self, account: str) -> list[Put]:
        """What forgets all places of an account."""
        return [put for log in self.logs(account) for put in self.puts(account, log, None)]


def _key(account: str, log: str) -> str:
    return f"{account}/{log}"
