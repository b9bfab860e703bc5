"""The roster: who is where, on all nodes that share a store.

Theory of operation. Each node writes a *visit* for each of its sessions: a record with the name and
the rooms of the session, which ends with it. So a node knows the sessions of others by their
visits, in the order of the log, and one that starts finds them in the store. The visits of a node
that has died are removed by another one. A process that goes on with a node finds its visits there,
and removes those of sessions that it has not. Where a store is not shared there are no visits, and
the roster is empty.

This module must not know what is done with a session.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.chat.members import Identified
from chatd.chat.session import Session
from chatd.storage.contract import Store, StoreError
from chatd.storage.records import Groups, Table, change
from chatd.text.folding import fold

VISITS = "visit"
"""The kind of the records."""

WRITE_AGAIN_SECONDS = 1.0
"""Seconds until visits are written again that the store did not take."""


class Visit(NamedTuple):
    """A session as other nodes know it.

    ``guest`` is true if the server made its name up, ``account`` is the key of its account, or "",
    and ``away`` the text that senders are sent while it is away. ``private`` is true if it takes
    private lines, ``guests`` if it takes those of guests, and ``spoke`` if it has said something.
    ``rooms`` are the names of its rooms.
    """

    name: str
    guest: bool
    account: str
    network: str
    away: str
    private: bool
    guests: bool
    spoke: bool
    rooms: list[str]


class AnySession(Identified, Protocol):
    """A session of any node, as far as each node knows who it is."""

    @property
    def network(self) -> str:
        """The network that the session comes from, or ""."""


class RemoteSession(NamedTuple):
    """A session of another node: its number and its visit."""

    number: int
    visit: Visit

    @property
    def name(self) -> str:
        """See `AnySession`."""
        return self.visit.name

    @property
    def is_guest(self) -> bool:
        """See `AnySession`."""
        return self.visit.guest

    @property
    def account(self) -> str | None:
        """See `AnySession`."""
        return self.visit.account or None

    @property
    def network(self) -> str:
        """See `AnySession`."""
        return self.visit.network


class Roster:
    """The visits of the sessions of other nodes, by number, and those of this one, which it writes.

    It ``is_kept`` if the store is shared. Without that, no session of another node is in it, and
    none of this one is to be begun.
    """

    def __init__(self, store: Store, clock: IReactorTime) -> None:
        self.is_kept = store.shared
        self._store = store
        self._clock = clock
        self._by_name: Groups[Visit] = Groups(lambda key, visit: [fold(visit.name)])
        self._by_account: Groups[Visit] = Groups(lambda key, visit: [visit.account])
        indexes = self._by_name, self._by_account
        self._visits: Table[Visit] = Table(store, VISITS, Visit, *indexes, ephemeral=True)
        # Those of this node; None for one that has ended, until the end of its visit is stored.
        own = [each.key for each in store.records() if each.kind == VISITS and each.ephemeral]
        self._own: dict[str, Session | None] = dict.fromkeys(own)
        self._known = {key: self._visits[key] for key in self._visits if key not in self._own}
        """The visits of others as ``moved`` was told of them."""
        self._changed: dict[str, None] = {}
        self._later: dict[str, None] = {}  # to be written again
        self._moved: Callable[[int, Visit | None, Visit | None], None] = _ignore
        self._noted: Callable[[str, int], None] = _not_noted
        self._visits.watch(self._follow)
        for key in own:  # of another process of this node, whose sessions begin in this turn
            self._note(key)

    # Sessions of other nodes

    def follow_with(self, moved: Callable[[int, Visit | None, Visit | None], None]) -> None:
        """Call this for each session of another node: for those that are there, and then changes.

        It is given the number of the session, and its visit before and after.
        """
        self._moved = moved
        for key, visit in self._known.items():
            moved(int(key), None, visit)

    def note_with(self, note: Callable[[str, int], None]) -> None:
        """Call this for each name of a session of another node that changes, with its number."""
        self._noted = note

    def others(self) -> list[RemoteSession]:
        """Return all sessions of other nodes."""
        return self._of_others(self._visits)

    def has(self, number: int) -> bool:
        """Return True if there is a visit of a session, of any node."""
        return str(number) in self._visits

    def called(self, name: str) -> list[RemoteSession]:
        """Return the sessions of other nodes with that name."""
        return self._of_others(self._by_name[fold(name)])

    def reachable(self, name: str) -> list[RemoteSession]:
        """Return those of them that take private lines."""
        return [other for other in self.called(name) if other.visit.private]

    def members_of(self, room: str) -> list[RemoteSession]:
        """Return the sessions of other nodes that are in a room, given its name."""
        return [other for other in self.others() if room in other.visit.rooms]

    def of_account(self, account: str) -> list[RemoteSession]:
        """Return the sessions of other nodes of an account, given its key."""
        return self._of_others(self._by_account[account])

    def _of_others(self, keys: Collection[str]) -> list[RemoteSession]:
        visits = self._visits
        return [RemoteSession(int(key), visits[key]) for key in keys if key not in self._own]

    def _follow(self, keys: Collection[str]) -> None:
        for key in keys:
            if key in self._own:
                if self._own[key] is not None and key not in self._visits:
                    self._write_later([key])  # others may have taken this node for dead
                continue
            before, after = self._known.pop(key, None), self._visits.get(key)
            if after is not None:
                self._known[key] = after
            if before != after:
                self._moved(int(key), before, after)
                for visit in (before, after):
                    if visit is not None and not visit.guest:
                        self._noted(visit.name, int(key))

    # Sessions of this node

    def begin(self, session: Session) -> None:
        """Write the visit of a session from now on, whenever it changes."""
        key = str(session.number)
        self._own[key] = session
        session.identity.when_changed(partial(self._note, key))
        self._note(key)

    def end(self, session: Session) -> None:
        """Remove the visit of a session that was told farewell, or has disconnected."""
        key = str(session.number)
        session.identity.when_changed(None)
        if key in self._own:
            self._own[key] = None
            self._note(key)

    def _note(self, key: str) -> None:
        """Write a visit at the end of the turn."""
        if not self._changed:
            self._clock.callLater(0, self._write)
        self._changed[key] = None

    def _write(self) -> None:
        changed, self._changed = self._changed, {}
        now = self._now(changed).items()
        self._put({k: visit for k, visit in now if visit is None or visit != self._visits.get(k)})

    def _now(self, keys: Iterable[str]) -> dict[str, Visit | None]:
        """Return the visits as they are now; None for sessions that have ended."""
        sessions = ((key, self._own.get(key)) for key in keys)
        return {key: None if session is None else _visit_of(session) for key, session in sessions}

    def _put(self, visits: Mapping[str, Visit | None]) -> None:
        ended = [key for key, visit in visits.items() if visit is None]
        puts = [self._visits.put(key, visit) for key, visit in visits.items()]
        if puts:
            change(self._store, *puts).addCallbacks(
                lambda _: self._forget(ended), self._not_written, errbackArgs=(tuple(visits),)
            )

    def _forget(self, ended: Collection[str]) -> None:
        for key in ended:
            self._own.pop(key, None)

    def _not_written(self, failure: Failure, keys: Collection[str]) -> None:
        failure.trap(StoreError)
        # Also one that is as it is known here: it is another one if the store took it all the same.
        self._write_later(keys)

    def _write_later(self, keys: Iterable[str]) -> None:
        """Write visits again that could not be written, or of which that is not known."""
        if not self._later:
            self._clock.callLater(WRITE_AGAIN_SECONDS, self._write_again)
        self._later.update(dict.fromkeys(keys))

    def _write_again(self) -> None:
        keys, self._later = self._later, {}
        self._put(self._now(keys))


def _visit_of(session: Session) -> Visit:
    return Visit(
        session.name,
        session.is_guest,
        session.account or "",
        session.network,
        session.subscriptions.settings.away,
        session.subscriptions.takes_private,
        session.subscriptions.settings.guests,
        session.identity.has_spoken,
        [room.name for room in session.memberships],
    )


def _not_noted(name: str, number: int) -> None:
    """Do nothing before `Roster.note_with`."""


def _ignore(number: int, before: Visit | None, after: Visit | None) -> None:
    """Do nothing: no room counts the sessions of other nodes yet."""
