"""Watches of names: who wants to know when a name comes to be used here, and when it is free again.

A name is here while a session of any node has it. A change is told at the end of a turn, so that a
name that is freed and taken in one turn stays. A change of a name that is not watched costs one
look, and the last names that were freed are kept. This module must not know rooms, connections or
commands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from chatd.chat.names import Names
from chatd.chat.roster import Roster
from chatd.errors import ErrorKind, Refusal
from chatd.event import Change
from chatd.text.folding import fold
from chatd.util.state import State

WATCHED = 100
"""Most names that one session watches."""

LEFT = 100
"""Number of names that were freed last which are kept."""

Tell = Callable[[Change, str, str], None]
"""Is told of a change of a name: that it has joined or left, or is away with a text, say."""


class Left(NamedTuple):
    """A name that was freed, with the number of the session that had it, and the time (s, 1970)."""

    name: str
    session: int
    time: float


class NameWatches:
    """The watches of all sessions of this node, each known by its number."""

    def __init__(
        self, names: Names, roster: Roster, clock: IReactorTime, now: Callable[[], float]
    ) -> None:
        self.left: deque[Left] = deque(maxlen=LEFT)
        self._names = names
        self._roster = roster
        self._clock = clock
        self._now = now
        self._watchers: dict[str, dict[int, Tell]] = {}
        self._watched: dict[int, dict[str, str]] = {}  # names as they were given, by key
        self._here: dict[str, bool] = {}  # as the watchers know it
        self._changed: dict[str, tuple[str, int]] = {}
        names.note_with(self._note)
        roster.note_with(self._note)

    def is_here(self, name: str) -> bool:
        """Return True if a session has that name."""
        return bool(self._names.of(name) or self._roster.called(name))

    # Going on in another process

    def state(self) -> State:
        """Return what another process needs to go on, beside the watches of each session."""
        return {"left": [list(left) for left in self.left]}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self.left.extend(Left(*left) for left in state["left"])

    def state_of(self, session: int) -> dict[str, bool]:
        """Return the names that a session watches, each with True if it knows it to be here."""
        watched = self._watched.get(session, {})
        return {name: self._here[key] for key, name in watched.items()}

    def resume_watching(self, session: int, names: Mapping[str, bool], tell: Tell) -> None:
        """Watch the names of such a state, of which the session is told nothing now."""
        for name, here in names.items():
            self._here.setdefault(fold(name), here)
            self.watch(session, name, tell)

    # Watching

    def watch(self, session: int, name: str, tell: Tell) -> bool:
        """Watch a name from here on; return True if it is here.

        Raises `Refusal` for more names than `WATCHED`.
        """
        watched, key = self._watched.setdefault(session, {}), fold(name)
        if key not in watched and len(watched) >= WATCHED:
            raise Refusal(ErrorKind.WRONG_USE, "too_many_watched", limit=WATCHED)
        watched.setdefault(key, name)
        self._watchers.setdefault(key, {})[session] = tell
        return self._here.setdefault(key, self.is_here(name))

    def unwatch(self, session: int, name: str) -> None:
        """Watch a name no more."""
        key = fold(name)
        self._watched.get(session, {}).pop(key, None)
        watchers = self._watchers.get(key, {})
        watchers.pop(session, None)
        if not watchers:
            self._watchers.pop(key, None)
            self._here.pop(key, None)

    def watched_by(self, session: int) -> list[str]:
        """Return the names that a session watches."""
        return list(self._watched.get(session, {}).values())

    def end(self, session: int) -> None:
        """End all watches of a session."""
        for name in self.watched_by(session):
            self.unwatch(session, name)
        self._watched.pop(session, None)

    def tell(self, change: Change, name: str, text: str) -> None:
        """Tell those who watch a name of another change of the person who has it."""
        for tell in tuple(self._watchers.get(fold(name), {}).values()):
            tell(change, name, text)

    # Changes

    def _note(self, name: str, session: int) -> None:
        if not self._changed:
            self._clock.callLater(0, self._settle)
        self._changed[fold(name)] = name, session

    def _settle(self) -> None:
        changed, self._changed = self._changed, {}
        for key, (name, session) in changed.items():
            here = self.is_here(name)
            if not here:
                self.left.append(Left(name, session, self._now()))
            if self._here.get(key, here) is not here:
                self._here[key] = here
                self.tell(Change.JOINED if here else Change.LEFT, name, "")


def latest(left: Iterable[Left], name: str) -> list[Left]:
    """Return the freed names that equal one, the latest first."""
    return [each for each in reversed(list(left)) if fold(each.name) == fold(name)]
