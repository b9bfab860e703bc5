"""Following the shared log: what is read, what of it is safe, and when it is published.

Theory of operation. Batches are read as soon as they can be, into a buffer. One is safe once this
node knows that a seal ended that was begun after the batch was readable: its author's, of which a
hint tells, or one of this node. If no hint comes until the next poll, because the author has died,
say, this node seals what it has *read*: first the reading, then the seal, or it would vouch for
what it has not seen. The buffer is dropped with the link, because what was not safe may be lost,
and its numbers used again.

A hint may be wrong: any role of the database may send one. It can say at most that what can be read
already is safe. A right one names a batch that can be read, so one that names more is dropped once
all was read that could be, and so is any at the next seal.

This module must not know what is done with a batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.storage.shared.engine import Link, LogBatch, Position
from chatd.storage.shared.links import Links

POLL_SECONDS = 0.25
"""Seconds between two looks at the log without a hint. Half of the time in which the line of an
author who dies at once has to be shown elsewhere (0.5 s)."""

READ_SECONDS = 3.0
"""Seconds after which a link is given up that does not answer a read, which waits for no disk."""


class Follower:
    """Reads the log through one link at a time, and publishes its batches in order.

    ``publish`` returns False for a batch that has to wait: call `publish_safe` then. ``dropped`` is
    the number of batches that were read and not shown, because a link was lost.
    """

    def __init__(
        self,
        clock: IReactorTime,
        published: Position,
        publish: Callable[[LogBatch], bool],
        links: Links,
    ) -> None:
        self.published = published
        self.safe = published.number
        self.dropped = 0
        self._clock = clock
        self._publish = publish
        self._links = links
        self._link: Link | None = None
        self._buffer: deque[LogBatch] = deque()
        self._hinted = 0
        self._reading: IDelayedCall | None = None  # the end of the time to answer
        self._read_again = self._seal_then = False  # after what is being read
        self._sealing = False
        self._publishing = False
        self._last: int | None = None  # that is to be published
        self._poll: IDelayedCall | None = None

    @property
    def read(self) -> Position:
        """The last batch that was read."""
        return self._buffer[-1].position if self._buffer else self.published

    @property
    def known(self) -> int:
        """The highest number of a batch that is said to be in the log."""
        return max(self._hinted, self.read.number)

    def begin(self, link: Link) -> None:
        """Follow through a link, until `end`."""
        self._link = link
        self._look()

    def end(self) -> None:
        """Forget the link, what was read through it and was not safe, and up to where it was.

        The next server may be an old one, which has other batches under the numbers that are safe.
        """
        self._link = None
        self.dropped += len(self._buffer)
        self._buffer.clear()
        self.safe = self.published.number
        self._hinted = 0
        self._read_again = self._seal_then = self._sealing = False
        for call in self._poll, self._reading:
            if call is not None and call.active():
                call.cancel()
        self._poll = self._reading = None

    def hold(self, last: int) -> None:
        """Publish no batch after the one of a number, which is in the log, until `go_on`."""
        self._last = last
        self.publish_safe()
        if last > self.published.number:
            self._read(seal=True)

    def go_on(self) -> None:
        """Publish all batches again."""
        self._last = None
        self.publish_safe()

    def hint(self, number: int) -> None:
        """Take note that batches up to a number are said to be safe, and read those."""
        self._hinted = max(self._hinted, number)
        self.publish_safe()
        if number > self.read.number:
            self._read()

    def vouch(self, number: int) -> None:
        """Take note of a seal of this node behind batches up to a number, and read those."""
        self.safe = max(self.safe, number)
        self.publish_safe()
        if number > self.read.number:
            self._read()

    def append_own(self, number: int, id: UUID) -> None:
        """Take note of a batch of this node that is sealed, and need not be read if it is next."""
        if number == self.read.number + 1:
            self._buffer.append(LogBatch(number, id))
        self.vouch(number)

    def publish_safe(self) -> None:
        """Publish what is safe, in order."""
        if self._publishing:
            return
        self._publishing = True
        try:
            while self._is_next_safe():
                batch, before = self._buffer.popleft(), self.published
                self.published = batch.position  # the link may end meanwhile
                if not self._publish(batch):
                    self._buffer.appendleft(batch)
                    self.published = before
                    return
        finally:
            self._publishing = False

    def _is_next_safe(self) -> bool:
        self.safe = max(self.safe, min(self._hinted, self.read.number))
        last = self.safe if self._last is None else min(self._last, self.safe)
        return bool(self._buffer) and self._buffer[0].number <= last

    def _look(self) -> None:
        self._poll = self._clock.callLater(POLL_SECONDS, self._look)
        self._read(seal=True)

    def _read(self, *, seal: bool = False) -> None:
        """Read what is in the log, and then seal it if that is asked for and not done."""
        link = self._link
        if link is None:
            return
        self._seal_then = self._seal_then or seal
        if self._reading is not None:
            self._read_again = True
            return
        self._read_again = False
        self._reading = self._clock.callLater(READ_SECONDS, self._links.abort)
        link.read(self.read.number).addCallback(self._have_read, link).addErrback(
            self._links.not_answered, link
        )

    def _have_read(self, batches: Sequence[LogBatch], link: Link) -> None:
        if link is not self._link:
            return
        self._end_reading()
        known = self.read.number  # own ones may have been added meanwhile
        self._buffer += [batch for batch in batches if batch.number > known]
        self.publish_safe()
        if self._link is not link:
            return
        if self._read_again or (batches and self._may_have_more):
            self._read()
            return
        self._hinted = min(self._hinted, self.read.number)
        seal, self._seal_then = self._seal_then, False
        if seal and self.read.number > self.safe:
            self._seal(link)

    @property
    def _may_have_more(self) -> bool:
        """False if what is asked for is read: at a poll that is all that there is."""
        return self._seal_then or max(self._hinted, self.safe) > self.read.number

    def _end_reading(self) -> None:
        if self._reading is not None and self._reading.active():
            self._reading.cancel()
        self._reading = None

    def _seal(self, link: Link) -> None:
        if not self._sealing:
            self._sealing = True
            position = self.read
            link.seal(position).addCallback(self._sealed, link, position).addErrback(
                self._links.not_answered, link
            )

    def _sealed(self, _: None, link: Link, position: Position) -> None:
        if link is not self._link:
            return
        self._sealing = False
        self._hinted = 0
        self.safe = max(self.safe, position.number)
        self.publish_safe()
