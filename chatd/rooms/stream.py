"""Streams: all data that one client is to be sent, in one order.

Answers and replays of a log wait in a queue. After them come the live sources: the rooms that the
client is in, and its inbox. An answer that is queued while a room still has something for the
client is sent after that, so the client receives everything in the order in which it happened.

A live source sends fresh data at once if nothing is in the way: it is pushed, or sent straight to
the sink's socket by those in step (`chatd.rooms.followers`), who step out as soon as anything is
queued, or the sink has no room. Answers are the only bytes that are queued for a client, so the
daemon stops reading from a client whose answers are not sent: see `Stream.full`. The sink may hold
what it took last, so that counts until it takes again. Answers that others make long are not queued
as bytes: see `Stream.put_slices`.

This module must not know a connection: a writer takes from the stream when there is room, and is
woken when there is more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from chatd.rooms.followers import Socket
from chatd.rooms.replay import Source
from chatd.rooms.slices import Slices
from chatd.util.meter import FREE, SHORT_ANSWER, Meter

ANSWER_BYTES = 32 * 1024
"""Bytes of answers that are not sent from which on the daemon does not read from a client."""


_Queue = list[bytes | Source] | tuple[()]
_EMPTY: _Queue = ()
"""The queue of all streams in which nothing waits, which most are."""


class Live(Source, Protocol):
    """A source without an end."""

    def detach(self) -> Source | bytes | None:
        """Return what is not taken so far, to be queued; None if there is nothing.

        Send no fresh data past it: step out.
        """

    def step_out(self) -> None:
        """Send no fresh data but by `Stream.push`: something is in its way."""


class Sink(Protocol):
    """The interface of the one that takes from a stream."""

    def pump(self) -> None:
        """Take from the stream as long as there is room."""

    def hold(self) -> None:
        """Take nothing until `release`."""

    def release(self) -> None:
        """Take again."""

    def push(self, data: bytes) -> bool:
        """Take data at once, before the rest, and return True; False without room for it."""

    @property
    def ready_socket(self) -> Socket | None:
        """The socket that takes data at once, until `Stream.blocked` is called; None if none."""

    def owe(self, rest: bytes) -> None:
        """Send the rest of data that ``ready_socket`` took in part."""

    @property
    def acknowledged(self) -> bool:
        """True if all that was taken is known to have arrived at the client's system."""


class Arrival(Protocol):
    """The arrival at the other end of a connection of what was sent until its first look."""

    def look(self) -> bool:
        """Return True if it is known to have arrived by now."""


class Output(Protocol):
    """The way to the client."""

    @property
    def is_direct(self) -> bool:
        """True unless the way is known to lead through a layer of TLS or a proxy."""

    def arrival(self) -> Arrival:
        """Return the arrival of all that is sent until its first look."""


class Owner(Protocol):
    """The connection of the client."""

    @property
    def output(self) -> Output:
        """The way to the client."""

    def was_reset(self) -> bool:
        """Return True if the client has gone, also if its connection has not reported that."""

    def fail(self, what: str) -> None:
        """Let go of the client: see `Stream.failed`."""


class Stream:
    """The data that a client is to be sent, in order.

    ``sink``, given by `connect`, takes from the stream, and is pumped when it may. ``meter``
    charges the client for answers, ``owner`` hears of errors. Once ``closed``, the client has gone,
    and answers are dropped.
    """

    __slots__ = (
        "_answers",
        "_farewell",
        "_live",
        "_relieved",
        "_unsent",
        "closed",
        "finished",
        "meter",
        "owner",
        "queued",
        "sink",
    )

    def __init__(self, meter: Meter = FREE, owner: Owner | None = None) -> None:
        self.meter = meter
        self.sink: Sink = _NOWHERE
        self._relieved, self._farewell = _nobody, _nothing
        self.owner = owner or _NOBODY
        self.queued: _Queue = _EMPTY  # others only look at it
        self._live: tuple[Live, ...] = ()  # a list of one, as most have, weighs twice as much
        self._answers = self._unsent = 0  # the bytes of all, and of those that were taken last
        self.closed = self.finished = False

    def connect(self, sink: Sink) -> None:
        """Have a sink take from the stream from now on."""
        self.sink = sink

    def failed(self, what: str) -> None:
        """Let go of the client, which the error that is being handled leaves in no known state."""
        self.owner.fail(what)

    def end_with(self, farewell: Callable[[], bytes]) -> None:
        """Have `finish` queue what ``farewell`` returns then as the last data."""
        self._farewell = farewell

    def when_relieved(self, callback: Callable[[], None]) -> None:
        """Have `callback` called each time that the stream was full and is not any more."""
        self._relieved = callback

    @property
    def full(self) -> bool:
        """True if so much is not sent that the daemon should not read requests of the client."""
        return self._answers >= ANSWER_BYTES

    @property
    def drained(self) -> bool:
        """True if the stream is finished and all of it was taken."""
        return self.finished and not self.queued

    @property
    def owes_past(self) -> bool:
        """True while a replay is queued."""
        return any(not isinstance(each, bytes | Slices) for each in self.queued)

    @property
    def sources(self) -> Sequence[Source]:
        """All that it takes from, in order, but answers."""
        return (*[each for each in self.queued if not isinstance(each, bytes)], *self._live)

    def wake(self) -> None:
        """Have the sink take: a source may have something."""
        self.sink.pump()

    def push(self, data: bytes) -> bool:
        """Send fresh data of a live source and return True; send nothing if any is queued."""
        return not self.queued and self.sink.push(data)

    @property
    def ready_socket(self) -> Socket | None:
        """The socket that takes fresh data of a live source; None while anything is in the way."""
        return None if self.queued or self.finished else self.sink.ready_socket

    def owe(self, rest: bytes) -> None:
        """Send the rest of fresh data that ``ready_socket`` took in part."""
        self.sink.owe(rest)

    def blocked(self) -> None:
        """Have live sources send nothing at once: the sink has no room, or ends."""
        for source in self._live:
            source.step_out()

    def put(self, answer: bytes) -> None:
        """Queue whole lines, to be sent after all that is there so far."""
        if not answer or self.finished or self.closed:
            return
        if len(answer) > SHORT_ANSWER:
            self.meter.made(len(answer))
        self._enqueue(answer)

    def put_slices(self, slices: Iterator[bytes]) -> None:
        """Queue an answer of which each slice is made in a turn, once the one before was taken.

        Until all of it was taken, the stream is `full`. Other data comes after it, also between two
        slices, so a slice need not be of whole lines.
        """
        self._enqueue(Slices(slices, self.meter, self.wake, self.failed), ANSWER_BYTES)

    def replay(self, source: Source) -> None:
        """Queue a source that ends."""
        self._enqueue(source)

    def follow(self, source: Live) -> None:
        """Take from a live source, too, whenever the queue is empty, until the stream ends."""
        if not self.finished:
            self._live += (source,)
            self.wake()

    def unfollow(self, source: Live) -> None:
        """Take from a live source only what it has so far."""
        self._settle()
        self._live = tuple(each for each in self._live if each is not source)

    def finish(self) -> None:
        """End the stream after what it has so far and the farewell; later answers are dropped."""
        if not self.finished:
            self._settle()
            self._put(b"" if self.closed else self._farewell())
            self.end()

    def end(self) -> None:
        """End the stream after what is queued; later answers are dropped."""
        self.finished, self._live = True, ()
        self.wake()

    def shut(self) -> None:
        """Drop what is queued, and all that is put in later: the sink will take no more."""
        self.blocked()
        self.closed = True
        self.queued = _EMPTY
        self._answers = self._unsent = 0
        self.sink = _NOWHERE if self.sink.acknowledged else _LOST

    def abandon(self) -> None:
        """Drop everything, with all references: the stream is neither filled nor read any more."""
        self.shut()
        self.finished, self._live = True, ()
        self._relieved, self.owner, self._farewell = _nobody, _NOBODY, _nothing

    def take(self) -> bytes:
        """Return the next piece to send, all before it being sent; empty if there is none now."""
        if self._unsent:
            sent, self._unsent = self._unsent, 0
            self._relieve(sent)
        while self.queued:
            first = self.queued[0]
            if isinstance(first, bytes):
                return self._take_answers()
            data = first.take()
            if data or not first.done:
                return data
            self.queued = list(self.queued[1:]) or _EMPTY
            self._relieve(ANSWER_BYTES if isinstance(first, Slices) else 0)
        for place, source in enumerate(self._live):
            if data := source.take():
                if source is not self._live[-1]:  # the others first, next time
                    self._live = (*self._live[:place], *self._live[place + 1 :], source)
                return data
        return b""

    def _take_answers(self) -> bytes:
        answers: list[bytes] = []
        for each in self.queued:
            if not isinstance(each, bytes):
                break
            answers.append(each)
        self.queued = list(self.queued[len(answers) :]) or _EMPTY
        data = b"".join(answers)
        self._unsent = len(data)
        return data

    def _relieve(self, size: int) -> None:
        was_full = self.full
        self._answers -= size
        if was_full and not self.full:
            self._relieved()

    def _enqueue(self, answer: bytes | Source, size: int = 0) -> None:
        if not (self.finished or self.closed):
            self._settle()
            self._put(answer, size)
            self.wake()

    def _settle(self) -> None:
        for source in () if self.closed else self._live:
            self._put(source.detach())

    def _put(self, answer: bytes | Source | None, size: int = 0) -> None:
        if answer:
            self.queued = self.queued or []
            self.queued.append(answer)
            self._answers += len(answer) if isinstance(answer, bytes) else size


class _Nowhere:
    ready_socket = None

    def __init__(self, acknowledged: bool) -> None:
        self.acknowledged = acknowledged

    def pump(self) -> None:
        """Do nothing: there is no sink."""

    def hold(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing."""

    def push(self, data: bytes) -> bool:
        return False

    def owe(self, rest: bytes) -> None:
        """Do nothing: the client has gone."""


class _NoOutput:
    is_direct = True

    def arrival(self) -> Arrival:
        return self

    def look(self) -> bool:
        return True


class _Nobody:
    output: Output = _NoOutput()

    def was_reset(self) -> bool:
        return False

    def fail(self, what: str) -> None:
        """Do nothing: there is no connection."""


_NOBODY: Owner = _Nobody()
_NOWHERE = _Nowhere(True)
_LOST = _Nowhere(False)


def _nobody() -> None:
    """Do nothing: the default callback."""


def _nothing() -> bytes:
    """Return nothing: the default farewell."""
    return b""
