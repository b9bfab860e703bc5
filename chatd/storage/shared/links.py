"""The link of a node to the engine, which is made again whenever it is lost.

This module must not know what a link is used for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import Engine, Link, LinkLost, LostHistory, Position, Replaced
from chatd.util.error_log import ErrorLog, RecurringWarning

RETRY_SECONDS = 0.1
LONGEST_PAUSE = 1.0
"""Seconds between two tries to connect: twice as many after each one that failed, or made a link
that was lost sooner than after the longest pause."""


class NoLink(StoreError):
    """The engine has not been reached for long, so nothing is sent to it. Nothing was stored."""

    refusal = Refusal(ErrorKind.NOT_SAVED, "cut_off_change")
    line_refusal = Refusal(ErrorKind.NOT_SAVED, "cut_off_line")

    def __init__(self) -> None:
        super().__init__("the database cannot be reached.")


class Links:
    """Makes one link after the other, from `connect` to `stop`. So many were ``lost``.

    ``began`` is called with each link, ``ended`` when it is lost, and ``broken`` if the log is not
    the one that this node has shown, or another process has its name: then there can be no link any
    more. ``shown`` returns the last batch that it has shown, ``hinted`` is given the numbers that
    are said to be safe.
    """

    log = Logger()

    def __init__(
        self, clock: IReactorTime, engine: Engine, hinted: Callable[[int], None], log: ErrorLog
    ) -> None:
        self.link: Link | None = None
        self.stopped = False
        self.lost = 0
        self.began: Callable[[Link], None] = _ignore
        self.ended: Callable[[], None] = _begin_nothing
        self.broken: Callable[[StoreError], None] = _ignore
        self.shown: Callable[[], Position] = _nothing
        self._clock = clock
        self._engine = engine
        self._hinted = hinted
        self._error_log = log
        self._lost_at = clock.seconds()
        self._next: IDelayedCall | None = None
        self._number = 0  # of the last try to connect
        self._is_lost = False  # what came of that
        self._linked_at = 0.0
        self._pause = 0.0
        self._away = RecurringWarning(
            clock, "the database cannot be reached: {why}", is_fault=False
        )

    @property
    def linked(self) -> Link:
        """The link. Raises `NoLink` if there is none."""
        if self.link is None:
            raise NoLink
        return self.link

    @property
    def away_seconds(self) -> float:
        """Seconds for which there has been no link; 0 if there is one."""
        return 0.0 if self.link is not None else self._clock.seconds() - self._lost_at

    def connect(self) -> None:
        """Make a link now, and again whenever it is lost."""
        if self.stopped:
            return
        self._number += 1
        self._is_lost = False
        hinted, lost = partial(self._hear, self._number), partial(self._was_lost, self._number)
        maybeDeferred(self._engine.connect, self.shown(), hinted, lost).addCallback(
            self._connected
        ).addErrback(self._not_connected)

    def connect_now(self) -> None:
        """Try to make a link without waiting for the next try."""
        if self._next is not None and self._next.active():
            self._next.cancel()
            self.connect()

    def stop(self) -> None:
        """Make no other link."""
        self.stopped = True
        if self._next is not None and self._next.active():
            self._next.cancel()

    def end(self) -> None:
        """End the link, and make no other one."""
        self.stop()
        self.abort()

    def abort(self) -> None:
        """Lose the link, because what it was asked for takes too long, say."""
        link = self.link
        if link is not None:
            link.abort()
            if self.link is link:  # it was lost before it was known here
                self._was_lost(self._number, LinkLost("it was ended."))

    def failed(self, why: StoreError) -> None:
        """Lose the link for an error that it answered with."""
        self._look_at(why)
        self.abort()

    def not_answered(self, failure: Failure, link: Link) -> None:
        """Lose a link that did not answer, if it is still there; the errback of what it is asked.

        If it was for an error of this program, that is logged: what waits for the answer, or was
        done by half, begins anew with the next link.
        """
        if failure.check(StoreError) is None:
            self.is_wrong(failure)
        if link is self.link:
            self.failed(_error_of(failure))

    def is_wrong(self, failure: Failure) -> None:
        """Log an error of this program."""
        self._error_log.tell("the shared store failed", failure)

    def _hear(self, number: int, hinted: int) -> None:
        """Pass a hint on that came through the link that is there."""
        if number == self._number and self.link is not None:
            self._hinted(hinted)

    def _connected(self, link: Link) -> None:
        if self.stopped:
            link.abort()
            return
        if self._is_lost:
            raise LinkLost("the link ended at once.")
        self.link = link
        self._linked_at = self._clock.seconds()
        if self._away.end():
            self.log.info("the database is reached again")
        self.began(link)

    def _not_connected(self, failure: Failure) -> None:
        why = _error_of(failure)
        if failure.check(StoreError) is None:
            self.is_wrong(failure)
        else:
            self._away.tell(str(why))
        if self.link is not None:  # it failed as it began
            self.failed(why)
            return
        self._look_at(why)
        if not self.stopped:
            self._retry()

    def _retry(self) -> None:
        """Connect later: at once only if the last link has lasted."""
        if self._next is not None and self._next.active():
            return
        self._next = self._clock.callLater(self._pause, self.connect)
        self._pause = min(max(2 * self._pause, RETRY_SECONDS), LONGEST_PAUSE)

    def _was_lost(self, number: int, why: LinkLost) -> None:
        """Take note that the link of a try to connect is lost, which may be an earlier one."""
        if number != self._number:
            return
        self._is_lost = True
        if self.link is None:
            return
        self._lose()
        self.lost += 1
        if not self.stopped:
            self.log.info("the link to the database was lost: {why}", why=str(why))
            self._retry()

    def _lose(self) -> None:
        self.link = None
        self._lost_at = self._clock.seconds()
        if self._lost_at - self._linked_at >= LONGEST_PAUSE:
            self._pause = 0.0
        self.ended()

    def _look_at(self, why: StoreError) -> None:
        if isinstance(why, LostHistory | Replaced):
            self.stop()
            self.broken(why)


def _error_of(failure: Failure) -> StoreError:
    """Return why a link failed, also if that is an error of this program."""
    why = failure.value
    return why if isinstance(why, StoreError) else LinkLost("an error in this program.")


def _ignore(what: object) -> None:
    """Do nothing before the links are used."""


def _nothing() -> Position:
    """Return that nothing was shown."""
    return Position(0, None)


def _begin_nothing() -> None:
    """Do nothing: there was no link."""
