"""The people who may answer a question: which sessions are one person, and who is there.

Theory of operation. A person is an account; a guest in a browser is that browser; any other guest
is its session, so one that connects again is another person: nothing proves that it is the same. A
session has a key for each of these that it is, the best one first, because a guest may log in after
it has answered. The number of a session is used again after a restart of a daemon that is alone, if
that session said nothing; so there the keys have the mark of this start.

This module must not know what was asked or answered.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.members import Identified
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.contract import Store

_ACCOUNT = "account "
_BROWSER = "browser "
_SESSION = "session "


class Person(NamedTuple):
    """A person by its keys, the best one first and that of its session last, and its name."""

    keys: tuple[str, ...]
    name: str

    @property
    def key(self) -> str:
        """The best key."""
        return self.keys[0]

    @property
    def session(self) -> str:
        """The key of its session."""
        return self.keys[-1]


def account_key(account: str) -> str:
    """Return the key of the person with an account, given the account's key."""
    return _ACCOUNT + account


def is_account(person: str) -> bool:
    """Return True if the key of a person is that of an account."""
    return person.startswith(_ACCOUNT)


class Respondents:
    """Finds out who a session is, and who is in a room, on all nodes.

    ``of_account`` returns the sessions of this node of an account, given its key.
    """

    def __init__(
        self,
        store: Store,
        sessions: ConnectedSessions,
        roster: Roster,
        of_account: Callable[[str], Sequence[Session]],
    ) -> None:
        self._sessions = sessions
        self._roster = roster
        self._of_account = of_account
        self._start = "" if store.shared else f" {secrets.token_hex(8)}"

    @property
    def start(self) -> str:
        """The mark of this start, "" if keys need none: see the theory of operation."""
        return self._start

    def resume(self, start: str) -> None:
        """Go on for another process, whose sessions are the same ones."""
        self._start = start

    def person(self, session: Session) -> Person:
        """Return the person whose session it is."""
        keys = [self._session_key(session.number)]
        if session.identity.client_id:
            # The identifier proves to the server that a client is that browser, so it is hashed.
            digest = sha256(session.identity.client_id.encode()).hexdigest()
            keys.insert(0, _BROWSER + digest[:32])
        return self._with_account(session, keys)

    def there(self, room: Room) -> Iterator[Person]:
        """Return who is in a room, in the order in which they came, once for each session."""
        others = {other.number: other for other in self._roster.members_of(room.name)}
        for number in room.here.members:
            if (session := self._sessions.by_number.get(number)) is not None:
                yield self.person(session)
            elif (other := others.get(number)) is not None:
                yield self._with_account(other, [self._session_key(number)])

    def sessions_of(self, person: str, session: str, name: str) -> list[Session]:
        """Return the sessions of this node of a person, given its key, that of a session, a name.

        Those of a guest are found by its name, and that session also if it has another name now.
        """
        if is_account(person):
            return [*self._of_account(person.removeprefix(_ACCOUNT))]
        number = int(session.removeprefix(_SESSION).partition(" ")[0])
        others = [self._sessions.by_number[number]] if number in self._sessions.by_number else []
        found = dict.fromkeys([*self._sessions.called(name), *others])
        return [each for each in found if person in self.person(each).keys]

    def _with_account(self, session: Identified, keys: list[str]) -> Person:
        account = session.account
        if account is not None:
            keys.insert(0, account_key(account))
        return Person(tuple(keys), session.name)

    def _session_key(self, number: int) -> str:
        return f"{_SESSION}{number}{self._start}"
