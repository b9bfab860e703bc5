"""Notices together: the joins, leaves and renames of a room wait for one another for a moment.

When a thousand come within seconds, a batch for each of them would be sent to everyone. Notices
wait for at most `TOGETHER_SECONDS` instead. Then those who joined are one notice, and those who
left another one; each rename stays one. Lines never wait: what waits about the author of a line is
sent before it. A deed may be about any person, so it comes after all that waits.

No name is in two notices that wait, so these may change places. This module must not know a room,
and of a member no more than a notice says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.event import Change, Draft, Kind, Notice
from chatd.text.folding import fold

TOGETHER_SECONDS = 0.2
"""Most seconds that a notice waits for others."""

MOST_NAMES = 1000
"""Most names of one notice. With the longest names, that is twice what is sent at a time."""


class NoticesTogether:
    """The notices of one room that wait. They go to ``append``."""

    __slots__ = ("_append", "_call", "waiting")

    def __init__(self, append: Callable[[Notice], None]) -> None:
        self._append = append
        self._call: IDelayedCall | None = None
        self.waiting: dict[str, Notice] = {}
        """The notices by each name in them, folded."""

    def add(self, notice: Notice, clock: IReactorTime) -> None:
        """Send a notice, which is about one person, in a moment."""
        names = [fold(name) for name in (*notice.names, notice.new_name) if name]
        if not self.waiting.keys().isdisjoint(names):
            self.release()
        if self._call is None:
            self._call = clock.callLater(TOGETHER_SECONDS, self.release)
        self.waiting.update(dict.fromkeys(names, notice))

    def release_before(self, draft: Draft) -> None:
        """Send what has to come before a draft."""
        if draft.kind is Kind.DEED or fold(draft.author) in self.waiting:
            self.release()

    def release(self) -> None:
        """Send all that waits."""
        call, self._call = self._call, None
        if call is not None and call.active():
            call.cancel()
        waiting, self.waiting = self.waiting, {}
        for notice in _together(dict.fromkeys(waiting.values())):
            self._append(notice)


def _together(notices: Iterable[Notice]) -> Iterator[Notice]:
    by_change: dict[Change, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_change[notice.change].append(notice)
    for change, some in by_change.items():
        if change is Change.RENAMED:
            yield from some
            continue
        people = tuple(person for notice in some for person in notice.people)
        for begin in range(0, len(people), MOST_NAMES):
            yield Notice(some[0].room, change, people[begin : begin + MOST_NAMES])
