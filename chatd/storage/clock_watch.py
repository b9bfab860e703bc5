"""A check of the time of day, because lines that retention deletes by it cannot be restored.

Theory of operation. The clock is compared with the newest line when a daemon starts, and with the
monotonic clock while it runs. A jump of more than a day is logged; then nothing is forgotten until
the operator confirms the clock, or until the daemon has run for a day. The doubt is stored, because
lines that are said under a wrong clock would make it look right at the next start.

This module must not know a room, and forgets nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from chatd.storage.contract import Store
from chatd.storage.records import Table, change, ignore_store_error
from chatd.storage.timestamps import stamp
from chatd.text.times import local_time, written_duration

JUMP_SECONDS = 86_400
"""Largest accepted difference, in seconds: time zones and leap seconds are less, and so is a night
for which the daemon was suspended."""

WAIT_SECONDS = 86_400
"""Seconds that a daemon that doubts its clock runs before it trusts it all the same: an operator
looks at the log once a day."""

_KEY = ""  # there is one clock


class Known(NamedTuple):
    """The stored state of the clock.

    ``doubted``: the clock is not trusted. ``at`` is the time when it was last confirmed, and
    ``newest`` is the newest time that any line had by then (milliseconds since 1970). Lines from
    before that moment with later times than that were stored under a wrong clock.
    """

    doubted: bool
    at: int = 0
    newest: int = 0


class ClockWatch:
    """A watch of ``now``, the time of day in seconds since 1970, from `start` on.

    ``trusted`` is called when forgetting may go on. Raises `Damaged`.
    """

    log = Logger()

    def __init__(self, store: Store, clock: IReactorTime, now: Callable[[], float]) -> None:
        self.trusted: Callable[[], None] = _nothing
        self._store = store
        self._clock = clock
        self._now = now
        self._table: Table[Known] = Table(store, "clock", Known)
        self._stamps = list(store.stamps().values())
        self._newest = max(self._stamps, default=0)
        self._offset = now() - clock.seconds()  # from the monotonic clock
        self._doubted_since: float | None = None

    @property
    def doubted(self) -> bool:
        """True while nothing may be forgotten, as of the last `check`."""
        return self._doubted_since is not None

    def start(self) -> None:
        """Compare the clock with the stored state and the newest line."""
        now, known = self._milliseconds(), self._table.get(_KEY)
        newest = self._newest_trusted(now, known)
        if known is not None and known.doubted:
            self._doubt("it was not said to be right since it jumped by more than a day")
        elif newest is not None and abs(now - newest) > JUMP_SECONDS * 1000:
            apart = written_duration(abs(now - newest) // 1000)
            side = "after" if now > newest else "before"
            self._doubt(f"that is {apart} {side} the newest line, {local_time(newest // 1000)}")

    def check(self) -> None:
        """Compare the clock with the monotonic one.

        Call it every few seconds, and before anything is forgotten.
        """
        self._newest = max(self._newest, self._milliseconds())
        offset = self._now() - self._clock.seconds()
        jump = offset - self._offset
        if abs(jump) > JUMP_SECONDS:
            self._offset = offset
            side = "forward" if jump > 0 else "back"
            self._doubt(f"it was set {side} by {written_duration(round(abs(jump)))}")
        elif (
            self._doubted_since is not None
            and self._clock.seconds() - self._doubted_since >= WAIT_SECONDS
        ):
            self.log.info("the clock is taken for right: the daemon has run with it for a day.")
            self.confirm().addErrback(ignore_store_error)

    def confirm(self) -> Deferred[None]:
        """Trust the clock. Fires once that is stored; fails with `StoreError`."""
        now = self._milliseconds()
        self._offset = self._now() - self._clock.seconds()
        self._doubted_since = None
        stored = change(self._store, self._table.put(_KEY, Known(False, now, self._newest)))
        self.trusted()
        return stored

    def _newest_trusted(self, now: int, known: Known | None) -> int | None:
        """Return the newest time that was right when it was stored, as far as is known."""
        if known is None:
            return max(self._stamps, default=None)
        horizon = now + JUMP_SECONDS * 1000
        stamps = [time for time in self._stamps if not horizon < time <= known.newest]
        return max([*stamps, known.at])

    def _doubt(self, why: str) -> None:
        self._doubted_since = self._clock.seconds()
        self.log.warn(
            "the clock says {now}: {why}. If that is wrong, put it right."
            " Nothing is forgotten {until}for 24 hours of running.",
            now=local_time(self._milliseconds() // 1000),
            why=why,
            # A daemon without a store file has no control socket to ask at.
            until="until `chatd admin clock ok`, or " if self._store.lasting else "",
        )
        # The earlier record is not read again before `confirm` replaces it.
        change(self._store, self._table.put(_KEY, Known(True))).addErrback(ignore_store_error)

    def _milliseconds(self) -> int:
        return stamp(self._now())


def _nothing() -> None:
    """Do nothing: there is no retention to hold back."""
