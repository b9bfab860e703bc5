"""The changes of the list of the people in a room, for clients that keep one.

Such a client asks for the list once. From then on it is sent who came, went or has another role,
and how many guests there are: what is true then, for all changes of a fifth of a second together.
In a room where no such client is (``watched`` is False), changes are not looked at. This module
must not know a session, nor what a role is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.formats.base import PeopleChange, PeopleMarks
from chatd.rooms.notices import TOGETHER_SECONDS
from chatd.rooms.people import People

MOST_CHANGED = 250
"""Most names of one change. Looking up their roles takes 1 ms; the others follow in later turns."""


class PeopleChanges:
    """The changes of the ``people`` in the room of a name.

    ``describe`` returns the marks of some of them. ``show`` sends a change, and returns False if no
    client keeps the list.
    """

    __slots__ = ("_call", "_describe", "_name", "_names", "_people", "_show", "watched")

    def __init__(
        self,
        name: str,
        people: People,
        describe: Callable[[Sequence[str]], PeopleMarks],
        show: Callable[[PeopleChange], bool],
    ) -> None:
        self.watched = False
        self._name = name
        self._people = people
        self._describe = describe
        self._show = show
        self._names: dict[str, None] = {}
        self._call: IDelayedCall | None = None

    def add(self, name: str, guest: bool, clock: IReactorTime) -> None:
        """Note that a person came, went or changed. To be called while the room is `watched`."""
        if not guest:
            self._names[name] = None
        if self._call is None:
            self._call = clock.callLater(TOGETHER_SECONDS, self._release, clock)

    def release(self, clock: IReactorTime) -> None:
        """Send all that is noted now."""
        while self._call is not None:
            self._call.cancel()
            self._release(clock)

    def drop(self) -> None:
        """Forget all that is noted: there is no member who could be sent it."""
        self.watched = False
        self._names.clear()
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _release(self, clock: IReactorTime) -> None:
        self._call = None
        names = list(self._names)[:MOST_CHANGED]
        for name in names:
            del self._names[name]
        named = self._people.named
        here = [name for name in names if name in named]
        self.watched = self._show(
            PeopleChange(
                self._name,
                here,
                [name for name in names if name not in named],
                len(named),
                self._people.guests,
                self._describe(here),
            )
        )
        if not self.watched:
            self._names.clear()
        elif self._names:
            self._call = clock.callLater(0, self._release, clock)
