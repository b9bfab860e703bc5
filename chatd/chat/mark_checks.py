"""Checks of read marks: each minute those accounts are looked at whose marks can have to move.

Theory of operation. To look at an account takes asking the system what has arrived of each of its
sessions, and thousands may be logged in. So an account is *due* only if something has begun: a
stretch of a log is sent to it, lines were published in a log that is sent to it, it said lines, or
a mark of it was changed, also back because it could not be stored. Who looks at it makes it due
again as long as not all has arrived. An end need not be reported, and a beginning always is.

This module must not know how marks move.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime

from chatd.chat.read_marks import ReadTracker
from chatd.event import is_inbox, owner_of
from chatd.util.sliced_loop import SlicedLoop

CHECKS_A_MINUTE = 12
"""Calls of `MarkChecks.check` a minute."""


class MarkChecks:
    """The accounts that are due, of those ``present``; ``look`` is called for each in time.

    ``present`` has the trackers of the sessions of each account that is logged in, by their keys.
    ``fresh`` are the keys of rooms and inboxes in which lines were published since the last minute:
    who publishes there adds them.
    """

    def __init__(
        self,
        clock: IReactorTime,
        present: Mapping[str, Mapping[Any, ReadTracker]],
        look: Callable[[str], object],
    ) -> None:
        self._present = present
        self._look = look
        self._due: set[str] = set()
        self.fresh: set[str] = set()
        self._calls = 0
        self._loop = SlicedLoop[str](clock)

    def add(self, account: str) -> None:
        """Have an account looked at within a minute, if it is logged in."""
        if account in self._present:
            self._due.add(account)

    def check(self) -> None:
        """Look at the accounts that are due, once a minute: to be called `CHECKS_A_MINUTE`."""
        self._calls += 1
        if self._calls >= CHECKS_A_MINUTE and not self._loop.running:
            self._calls = 0
            due, self._due = self._due, set()
            due.update(owner_of(log) for log in self.fresh if is_inbox(log))
            rooms = {log for log in self.fresh if not is_inbox(log)}
            self.fresh.clear()

            def look_if_due(account: str) -> None:
                if account in due or self._is_sent(account, rooms):
                    self._look(account)

            self._loop.run(self._present if rooms else due, look_if_due)

    def _is_sent(self, account: str, rooms: Collection[str]) -> bool:
        trackers = self._present.get(account, {}).values()
        return any(tracker.has_any_of(rooms) for tracker in trackers)
