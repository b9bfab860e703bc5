"""What one client is still to be sent, in its one order.

Answers and stretches of the log stand in a queue; behind them come the live sources: the rooms
that the client is in, and its inbox. An answer that is put in while a room still has something for
the client takes its place behind that, so everything is seen in the order in which it happened.

A stream knows no connection: an outlet takes from it when there is room, and is woken when there is
more. What a live source has just got is pushed past an empty queue at once. Answers are the only
bytes that are queued for a client, so a client whose answers are not being taken is not to be read
from: see `full`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chatd.rooms.feed import Source

ANSWER_BYTES = 32 * 1024
"""With this much of its answers not taken, a client is not read from."""

INBOX_BYTES = 64 * 1024
"""What waits for a client in its inbox at most."""


class Live(Source, Protocol):
    """A source without an end."""

    def detach(self) -> Source | bytes | None:
        """Give up what there is so far, to be sent in its place; None when there is nothing."""


class Sink(Protocol):
    """Who takes from a stream."""

    def pump(self) -> None:
        """Take what there is, as far as there is room for it."""

    def push(self, data: bytes) -> bool:
        """Take this at once, before the rest; False, and it is not taken, without room for it."""

    @property
    def acknowledged(self) -> bool:
        """Whether all that was taken has arrived at the client's system, as far as is known."""


class Stream:
    """Takes what a client is to be sent, and gives it out in order.

    ``sink`` is who takes it; it is pumped when there may be something to take. ``failed`` is set by
    whoever has the client, and called in the
    handling of an error that leaves it in no known state, which it is told. ``farewell`` gives
    what ends it, behind all else.
    """

    __slots__ = (
        "_answers",
        "_live",
        "_queue",
        "_relieved",
        "_shut",
        "failed",
        "farewell",
        "finished",
        "sink",
    )

    def __init__(self) -> None:
        self.sink: Sink = _NOWHERE
        self._relieved: Callable[[], None] = _nobody
        self.failed: Callable[[str], None] = _nobody
        self._queue: list[bytes | Source] = []  # an empty deque weighs 600 bytes more
        self._live: list[Live] = []
        self._answers = 0
        self._shut = False
        self.farewell: Callable[[], bytes] = _nothing
        self.finished = False

    def when_relieved(self, callback: Callable[[], None]) -> None:
        """Call this when the stream was full and is not any more."""
        self._relieved = callback

    @property
    def full(self) -> bool:
        """Whether so much is queued that nothing that asks for an answer should be read."""
        return self._answers >= ANSWER_BYTES

    @property
    def drained(self) -> bool:
        """Whether it was finished, and all of it was taken."""
        return self.finished and not self._queue

    @property
    def owes_past(self) -> bool:
        """Whether lines of a room that it was to be shown before now are not all taken yet."""
        return any(not isinstance(queued, bytes) for queued in self._queue)

    @property
    def acknowledged(self) -> bool:
        """Whether all that was taken has arrived at the client's system, as far as is known."""
        return self.sink.acknowledged

    def wake(self) -> None:
        """A source may have something."""
        self.sink.pump()

    def push(self, data: bytes) -> bool:
        """Send what a live source has just got, if nothing is to be sent before it.

        False, and nothing is sent, if something is.
        """
        return not self._queue and self.sink.push(data)

    def put(self, answer: bytes) -> None:
        """Queue some whole lines, behind all that was there to be sent so far."""
        if not answer or self.finished or self._shut:
            return
        self._settle()
        self._put(answer)
        self.wake()

    def replay(self, source: Source) -> None:
        """Queue a source that ends."""
        if self.finished or self._shut:
            return
        self._settle()
        self._queue.append(source)
        self.wake()

    def follow(self, source: Live) -> None:
        """Take from this source, too, whenever the queue is empty."""
        self._live.append(source)
        self.wake()

    def unfollow(self, source: Live) -> None:
        """Take no more from it than what it had so far."""
        self._settle()
        if source in self._live:
            self._live.remove(source)

    def finish(self) -> None:
        """Nothing comes any more, whatever is put in: what there is so far is the end of it."""
        if self.finished:
            return
        self._settle()
        if not self._shut:
            self._put(self.farewell())
        self._live.clear()
        self.finished = True
        self.wake()

    def shut(self) -> None:
        """Nobody will take anything any more: what there is, and what is put in, is dropped."""
        self._shut = True
        self._queue.clear()
        self._answers = 0
        self.sink = _NOWHERE if self.sink.acknowledged else _LOST

    def abandon(self) -> None:
        """Nobody will take or put in anything any more: hold on to nothing and nobody."""
        self.shut()
        self.finished = True
        self._live.clear()
        self._relieved = _nobody
        self.failed = _nobody
        self.farewell = _nothing

    def take(self) -> bytes:
        """The next piece to send; empty when there is none at hand."""
        while self._queue:
            first = self._queue[0]
            if isinstance(first, bytes):
                return self._take_answers()
            data = first.take()
            if data or not first.done:
                return data
            del self._queue[0]
        for source in self._live:
            data = source.take()
            if data:
                self._live.remove(source)  # the others first, next time
                self._live.append(source)
                return data
        return b""

    def _take_answers(self) -> bytes:
        answers: list[bytes] = []
        for queued in self._queue:
            if not isinstance(queued, bytes):
                break
            answers.append(queued)
        del self._queue[: len(answers)]
        data = b"".join(answers)
        was_full = self.full
        self._answers -= len(data)
        if was_full and not self.full:
            self._relieved()
        return data

    def _settle(self) -> None:
        if self._shut:
            return
        for source in self._live:
            rest = source.detach()
            if isinstance(rest, bytes):
                self._put(rest)
            elif rest is not None:
                self._queue.append(rest)

    def _put(self, answer: bytes) -> None:
        if answer:
            self._queue.append(answer)
            self._answers += len(answer)


class Inbox:
    """Private lines that wait for one client, in memory: at most `INBOX_BYTES`."""

    __slots__ = ("_lines", "_size", "_wake")  # each session has one

    done = False

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lines: list[bytes] = []
        self._size = 0

    def put(self, line: bytes) -> bool:
        """Let a line wait; False without room for it."""
        if self._size + len(line) > INBOX_BYTES:
            return False
        self._lines.append(line)
        self._size += len(line)
        self._wake()
        return True

    def take(self) -> bytes:
        data = b"".join(self._lines)
        self._lines.clear()
        self._size = 0
        return data

    def detach(self) -> bytes | None:
        return self.take() or None


class _Nowhere:
    def __init__(self, acknowledged: bool) -> None:
        self.acknowledged = acknowledged

    def pump(self) -> None:
        """Nobody is there to take anything."""

    def push(self, data: bytes) -> bool:
        return False


_NOWHERE = _Nowhere(True)
_LOST = _Nowhere(False)


def _nobody(*_: object) -> None:
    """Nobody waits to be told."""


def _nothing() -> bytes:
    """It ends as it is."""
    return b""
