"""Read marks that are stored soon: of clients that come back by themselves, without bookmarks.

Theory of operation. Such a client is sent, as it comes back, what its account was not sent before:
nothing else tells the server which lines it has. After a crash that is known from the marks on disk
alone, so lines that were sent later than these are sent twice. A mark cannot be stored before its
line is sent, because the line would be lost if the daemon died in between. So it is stored soon
after: every `PROMPT_SECONDS` while there is something to store, with one commit for all. The marks
of a crowd cost more than its lines, so `MARKS_AT_ONCE` accounts have their turn then, and the
others the next time. None waits for longer than a minute (`chatd.chat.mark_checks`).

This module must not know how marks move.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.chat.read_marks import ReadTracker

PROMPT_SECONDS = 0.25
"""Seconds between two rounds. Each is a commit, which the next lines may have to wait for."""

MARKS_AT_ONCE = 50
"""Most accounts of a round. One costs 100 us: a round takes 5 ms, and all rounds 2 % of a core."""


class PromptMarks:
    """The accounts that are due, of those whose clients have no bookmarks.

    ``present`` has the trackers of those clients, by account. ``store`` is called with the accounts
    that have their turn, to store their marks together.
    """

    def __init__(self, clock: IReactorTime, store: Callable[..., object]) -> None:
        self._clock = clock
        self._store = store
        self.present: dict[str, dict[ReadTracker, None]] = {}
        self._due: dict[str, None] = {}
        self._fresh: set[str] = set()
        self._round: IDelayedCall | None = None

    def arrive(self, tracker: ReadTracker) -> None:
        """Store soon the marks of an account to which a client without a bookmark logs in."""
        self.present.setdefault(tracker.account, {})[tracker] = None

    def depart(self, tracker: ReadTracker) -> None:
        """Count a client no more that logs out or disconnects."""
        present = self.present.get(tracker.account, {})
        present.pop(tracker, None)
        if not present:
            self.present.pop(tracker.account, None)

    def add(self, account: str) -> None:
        """Have the marks of an account stored soon, if such a client is there."""
        if account in self.present:
            self._due[account] = None
            self._begin()

    def published(self, log: str) -> None:
        """Have the marks of all stored soon that are sent a log: lines were published in it.

        It need not be called while no client is ``present``.
        """
        self._fresh.add(log)
        self._begin()

    def stop(self) -> None:
        """Store no more: the server stores all marks as it stops."""
        self.present.clear()
        if self._round is not None:
            self._round.cancel()
            self._round = None

    def _begin(self) -> None:
        if self._round is None:
            self._round = self._clock.callLater(PROMPT_SECONDS, self._go_round)

    def _go_round(self) -> None:
        self._round = None
        if self._fresh:
            self._due.update(dict.fromkeys(self._receivers()))
            self._fresh.clear()
        turn = list(islice(self._due, MARKS_AT_ONCE))
        for account in turn:
            del self._due[account]
        if self._due:
            self._begin()
        if turn:
            self._store(*turn)

    def _receivers(self) -> list[str]:
        """Return the accounts that are sent one of the logs in which lines were published."""
        return [
            account
            for account, trackers in self.present.items()
            if any(tracker.has_any_of(self._fresh) for tracker in trackers)
        ]
