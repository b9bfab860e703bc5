"""Accounts whose clients were lost in a room before these had all that was said there.

Theory of operation. Who has a line is asked of those who were there when it was said. A person
whose client has gone has no session, so a record has the stretch of the log that was said while
that session was there and that it has not. It is stored when a client goes without a word, if the
room shows who has a line, and if the session was not sent everything, or its system had not
acknowledged that. Then nothing but the read mark of the account says how far it has come. So the
stretch begins there, and the person has a line once the mark is there. A guest has no mark, and
nothing proves that another session is the same person: no record is made of guests.

A record goes when its last line is deleted, with the account, and when the account loses a client
after it has read all of it. This module must not know who may ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act, Mode
from chatd.chat.reach import has_taken
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.chat.unread import UnreadTracker
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Put, Table, change, ignore_store_error

STRETCHES = 5
"""Most stretches of a record: those of the last clients that were lost."""

ROOMS = 50
"""Most rooms of an account with a record: as many as a session may be in."""


class LostRecord(NamedTuple):
    """The stretches of a room's log that were said while clients were there that were lost.

    Each of the ``stretches`` is a pair: ``after < seq <= upto``. ``seq`` is the end of the last.
    """

    room: str
    seq: int
    stretches: list[list[int]]


class Place(NamedTuple):
    """A room that a session was in: ``after < seq <= upto``, of which it has ``taken`` all."""

    room: Room
    after: int
    upto: int
    taken: bool


class Parts(Protocol):
    """The parts of the server that this needs."""

    store: Store
    moderation: Moderation
    unread: UnreadTracker
    spending: Spending


class LostReaders:
    """The records of all accounts."""

    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self._moderation = parts.moderation
        self._marks = parts.unread.read_marks
        self._spending = parts.spending
        self._ending: dict[int, list[Place]] = {}  # of sessions that end, by their numbers
        self._of_accounts: Groups[LostRecord] = Groups(lambda key, lost: [_parts(key)[0]])
        self._of_rooms: Groups[LostRecord] = Groups(lambda key, lost: [_parts(key)[1]])
        self.table: Table[LostRecord] = Table(
            parts.store, "lost", LostRecord, self._of_accounts, self._of_rooms, of_line=True
        )

    def ending(self, session: Session) -> None:
        """Take note of the rooms of a session that is about to leave them all, and to end."""
        if session.account is not None and session.subscriptions.read_tracker is not None:
            self._ending[session.number] = [
                Place(room, there.since, room.head, has_taken(session, room.name, room.head))
                for room, there in session.memberships.items()
                if self._is_shown(room)
            ]

    def ended(self, session: Session) -> None:
        """Note what a session has not that has ended, and whose read marks were stored."""
        places, account = self._ending.pop(session.number, ()), session.account
        if account is None:
            return
        has_arrived = session.stream.sink.acknowledged
        lost = (place for place in places if not (place.taken and has_arrived))
        puts = [put for place in lost for put in self._noted(account, place)]
        if puts:
            self._spending.count_stored(session, puts)
            self._keep([*puts, *self._dropped(account, puts)])

    def of(self, room: Room, seq: int) -> Iterator[str]:
        """Yield the keys of the accounts whose lost clients were there when a line was said.

        Those that may not read the room any more are left out.
        """
        for key in self._of_rooms[room.key]:
            account = _parts(key)[0]
            was_there = any(after < seq <= upto for after, upto in self.table[key].stretches)
            if was_there and self._moderation.account_may(account, room, Act.READ):
                yield account

    def forgotten(self, room: Room, upto: int) -> None:
        """Remove the records of a room whose last lines the store has deleted, up to a seq."""
        gone = [key for key in self._of_rooms[room.key] if self.table[key].seq <= upto]
        self._keep([self.table.put(key, None) for key in gone])

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that remove all records of an account."""
        return [self.table.put(key, None) for key in self._of_accounts[account]]

    def _is_shown(self, room: Room) -> bool:
        roles = self._moderation.roles
        return roles.mode_of(room) is not Mode.FREE and roles.policy_of(room).seen

    def _noted(self, account: str, place: Place) -> Iterator[Put]:
        room = place.room
        mark = self._marks.of(account, room.key)
        if mark is None:
            return  # nothing is counted for it there
        key = f"{account}/{room.key}"
        before = self.table.get(key)
        stretches = [] if before is None else [each for each in before.stretches if each[1] > mark]
        if (after := max(place.after, mark)) < place.upto:
            stretches.append([after, place.upto])
        if stretches:
            record = LostRecord(room.name, stretches[-1][1], stretches[-STRETCHES:])
            yield self.table.put(key, record)
        elif before is not None:
            yield self.table.put(key, None)

    def _dropped(self, account: str, puts: Sequence[Put]) -> list[Put]:
        """Return the changes that drop the oldest records of an account, if there are too many."""
        changed = {put.key for put in puts}
        others = [key for key in self._of_accounts[account] if key not in changed]
        too_many = max(0, len(puts) + len(others) - ROOMS)
        return [self.table.put(key, None) for key in others[:too_many]]

    def _keep(self, puts: Sequence[Put]) -> None:
        # If they cannot be stored, the records are as before, and the store logs why.
        if puts:
            change(self._store, *puts).addErrback(ignore_store_error)


def _parts(key: str) -> tuple[str, str]:
    """Return the keys of the account and of the room."""
    account, _, room = key.partition("/")
    return account, room
