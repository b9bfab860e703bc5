"""Registers: the people who were in a room, and when, if its owner has switched that on.

Theory of operation. A session that comes to such a room has a record, *present*, from then on. When
it leaves, the record is deleted, and its stay is written to the register of the room, in one
transaction. The register is a log with a hidden name (`chatd.event.register_of`), so retention,
back-ups and other nodes have it as they have any log. A stay is a deed `STAY` in it: the name, the
seconds, and when it began.

Sessions that end with their node leave their records. `Registers.look` finds them, also after a
start, and ends their stays at the last time that is known: while a session is present, that is
stored every minute.

This module must not know connections, nor who may read a register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.moderation import Moderation
from chatd.chat.roster import Roster
from chatd.chat.spending import Spending
from chatd.errors import Refusal
from chatd.event import STAY, Deed, Draft, Kind, is_register, register_of
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.room import Room
from chatd.rooms.stays import PRESENT, Present, RoomStay
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Put, Table, change, ignore_store_error

KNOWN_SECONDS = 60
"""Seconds between two times that are stored while a session is present in a room with a register. A
stay that a crash ends is shorter by at most that."""


class LastKnown(NamedTuple):
    """The last time (milliseconds since 1970) at which a node knew which sessions were present."""

    time: int


class Parts(Protocol):
    """The parts of the server that registers need."""

    store: Store
    sessions: ConnectedSessions
    roster: Roster
    moderation: Moderation
    spending: Spending
    now: Callable[[], float]


class Registers:
    """The registers of all rooms, and the sessions that are present in these now.

    They are read in the turns of ``reads``.
    """

    def __init__(self, parts: Parts, reads: ReadQueue) -> None:
        self._store = parts.store
        self._reads = reads
        self._sessions = parts.sessions
        self._roster = parts.roster
        self._spending = parts.spending
        self._now = parts.now
        self._rooms = parts.moderation.rooms
        self._policies = parts.moderation.roles.rooms
        self._in_rooms: Groups[Present] = Groups(lambda key, present: [_room_of(key)])
        self.table: Table[Present] = Table(parts.store, PRESENT, Present, self._in_rooms)
        self._known: Table[LastKnown] = Table(parts.store, "known", LastKnown, grows="time")
        self._logs: dict[str, Room] = {}
        for record in parts.store.rooms():
            if is_register(record.name):
                self._add(record.name, record.head)
        # Stays that have ended, with the keys of their rooms, until the store has their end.
        self._ending: set[tuple[str, RoomStay]] = set()
        self._stored_at = self._time()
        # Sessions that were missing at the last look, and the last time that was known then. Those
        # of before the start were there at the last line of their room.
        self._missing = {key: self._known_at_start(key) for key in self.table}
        self._policies.watch(self._changed)
        self._changed(self._policies)

    def log(self, name: str) -> Room:
        """Return the log of that name, which is a register."""
        if name not in self._logs:
            self._add(name)
        return self._logs[name]

    def _add(self, name: str, head: int = 0) -> None:
        self._logs[name] = log = Room(name, self._store, head, reads=self._reads)
        log.key = name

    def present(self, room: Room) -> list[RoomStay]:
        """Return the stays in a room that are not in its register: those that go on.

        Those of sessions that have ended with their node have ended at the last time that is known.
        """
        stays = [stay for key, stay in self._ending if key == room.key]
        for key in self._in_rooms[room.key]:
            _, name, came = self.table[key]
            left = None
            if not self._is_here(key):
                left = _seconds_between(came, self._missing.get(key, self._last_known()))
            stays.append(_stay(name, came, left))
        return stays

    def come(self, room: Room, session: int, name: str) -> None:
        """See `chatd.rooms.room.Register`. One whose budget is used up is not noted."""
        self.go(room, session)
        came = self._time()
        put = self.table.put(_key(room, session), Present(room.name, name, came))
        stay = Deed(STAY, name, came // 1000, f"{came}")  # at least as long as it will be
        try:
            self._spending.charge_stored(self._sessions.by_number[session], [put], deed=stay.text())
        except Refusal:
            return
        self._keep(put)

    def go(self, room: Room, session: int) -> None:
        """See `chatd.rooms.room.Register`."""
        key = _key(room, session)
        if key in self.table:
            self._end(key, self._time())

    def look(self) -> None:
        """End the stays of sessions that have ended with their node. Call it every few seconds.

        They are missing at two looks: another node may be about to end the stay of a session that
        has just left.
        """
        if not self.table:
            return
        missing = [key for key in self.table if not self._is_here(key)]
        known = self._last_known() if missing else 0
        before, self._missing = self._missing, {}
        for key in missing:
            if key in before:
                self._end(key, before[key])
            else:
                self._missing[key] = known
        if self._time() - self._stored_at >= 1000 * KNOWN_SECONDS:
            self._stored_at = self._time()
            self._keep(self._known.put("", LastKnown(self._stored_at)))

    def _last_known(self) -> int:
        stored = self._known.get("")
        came = (present.came for present in self.table.values())
        return max(0 if stored is None else stored.time, *came)

    def _known_at_start(self, key: str) -> int:
        room = self._rooms.get(_room_of(key))
        return max(self._last_known(), 0 if room is None else room.head_time)

    def _time(self) -> int:
        return int(self._now() * 1000)

    def _is_here(self, key: str) -> bool:
        session = int(key.partition("/")[2])
        return session in self._sessions.by_number or self._roster.has(session)

    def _changed(self, keys: Iterable[str]) -> None:
        """Begin and end the registers of rooms as their policies say now."""
        for key in tuple(keys):
            room, policy = self._rooms.get(key), self._policies.get(key)
            if room is None:
                continue
            is_kept = policy is not None and policy.register
            if is_kept and room.register is None:
                room.register = self
                for session in self._sessions.members_of(room):
                    self.come(room, session.number, session.name)
            elif not is_kept and room.register is not None:
                room.register = None
                for session in self._sessions.members_of(room):
                    self.go(room, session.number)

    def _end(self, key: str, left: int) -> None:
        room, name, came = self.table[key]
        seconds = _seconds_between(came, left)
        deed = Deed(STAY, name, seconds, f"{came}")
        draft = Draft(register_of(room), NO_SESSION, name, Kind.DEED, [deed.text()])
        ending = _room_of(key), _stay(name, came, seconds)
        self._ending.add(ending)
        with self._store.together():
            self.log(draft.room).append(draft)
            stored = self._keep(self.table.put(key, None))
        stored.addBoth(lambda _: self._ending.discard(ending))

    def _keep(self, put: Put) -> Deferred[None]:
        # A change that cannot be stored is rolled back, and the store logs why.
        return change(self._store, put).addErrback(ignore_store_error)


def _stay(name: str, came: int, seconds: int | None) -> RoomStay:
    """Return a stay that began at a time in milliseconds since 1970, as its event tells it."""
    began = came // 1000
    return RoomStay(name, began, None if seconds is None else began + seconds)


def _seconds_between(came: int, left: int) -> int:
    """Return the seconds between two times in milliseconds; 0 if the clock was set back."""
    return max(0, left - came) // 1000


def _room_of(key: str) -> str:
    return key.partition("/")[0]


def _key(room: Room, session: int) -> str:
    return f"{room.key}/{session}"
