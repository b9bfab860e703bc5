"""The rooms, and the names in use. Everything that concerns more than one session is here.

The server knows no connection and no command.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import ParamSpec

from twisted.internet.interfaces import IReactorTime

from chatd.accounts import Accounts
from chatd.event import Draft, Entry, Event
from chatd.formats import Format
from chatd.names import Likeness, Names
from chatd.refusals import Refusal, short
from chatd.room import Room
from chatd.session import Session
from chatd.store import Store, Subscriber
from chatd.stream import Stream
from chatd.texts import ErrorKind, Language
from chatd.validation import (
    InvalidName,
    NameFault,
    fold,
    validate_name,
    validate_room_name,
)

UNPUBLISHED_LINES = 256
ALL_UNPUBLISHED_LINES = 512
SOME_UNPUBLISHED_LINES = 16
"""How many lines of one session may wait for commit; how many those of all who talk share, so that
nobody waits long for the batches of a few; and how many each may have, however many talk."""

ROOMS_LOOKED_AT = 1000
ROOMS_COMPARED = 20
"""How many rooms are looked at, and how many likely ones of them compared with the name of a new
one, to ask whether another one was meant."""


P = ParamSpec("P")


class ChatServer(Subscriber):
    """``lobby`` is the room that everyone enters, ``recent`` how many past lines a newcomer to a
    room is shown, ``motd`` what is told after the welcome, ``now`` the time in seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        *,
        lobby: str = "lobby",
        recent: int = 10,
        language: Language = Language.ENGLISH,
        motd: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self.language = language
        self.faults = store.faults
        self._store = store
        self._clock = clock
        self._recent = recent
        self.motd = motd
        self._rooms: dict[str, Room] = {}
        self.accounts = Accounts(store)
        self.names = Names(self.accounts)
        self._like_rooms: Likeness[Room] = Likeness()
        self._sessions: dict[int, Session] = {}
        self._held_back: dict[Session, None] = {}
        self._talking: set[Session] = set()  # those with lines that wait for commit
        self._last_number = 0
        for name, head, topic, session in store.rooms():
            self._add(Room(name, store, head, topic))
            self._last_number = max(self._last_number, session)
        self.lobby = self._rooms.get(fold(lobby)) or self._add(Room(lobby, store))
        store.subscribe(self)

    # Sessions

    def connect(self, stream: Stream, format: Format, *, private: bool = True) -> Session:
        """Make a session for somebody who has just come. It is in no room yet: see `enter`."""
        self._last_number += 1
        session = Session(
            self._last_number,
            stream,
            format,
            self._clock,
            self.language,
            self.faults,
            private=private,
        )
        self._sessions[session.number] = session
        return session

    def enter(self, session: Session, *, recent: bool = True) -> None:
        """Welcome a session in the lobby."""
        session.enter(self.lobby, "welcome", self._recent if recent else 0, self.motd)

    def finish(self, session: Session) -> None:
        """Send a session what it is owed so far, and nothing after that. Its name is free."""
        self.names.free(session)
        try:
            self.leave(session)
        finally:
            session.stream.finish()

    def disconnect(self, session: Session) -> None:
        """Forget a session: it has gone."""
        try:
            if not session.stream.finished:
                self.finish(session)
        finally:
            del self._sessions[session.number]
            self._held_back.pop(session, None)
            self._talking.discard(session)
            session.stream.abandon()

    def allowance(self, session: Session) -> int:
        """How many lines may be taken from a session now.

        When it is 0, the session's ``changed`` is called once it may be worth asking again.
        """
        if self._store.full:
            self._held_back[session] = None
            return 0
        if not session.ready:
            return 0
        if session.unpublished:
            self._talking.add(session)
        share = ALL_UNPUBLISHED_LINES // max(1, len(self._talking))
        return max(
            0, min(max(share, SOME_UNPUBLISHED_LINES), UNPUBLISHED_LINES) - session.unpublished
        )

    def sessions_called(self, name: str) -> Sequence[Session]:
        """Who has that name and can be written to: several sessions, if it is an account's."""
        try:
            name = validate_name(name)
        except InvalidName:
            return ()
        sessions = self.names.of(name)
        key = fold(name)
        if not sessions and key.startswith("guest") and key[5:].isdecimal():
            guest = self._sessions.get(int(key[5:15]))
            if guest is not None and guest.name == key:
                sessions = [guest]
        return [
            session
            for session in sessions
            if session.inbox is not None and not session.stream.finished
        ]

    def rename(self, session: Session, wanted: str) -> None:
        """Give a session a name. Raises `Refusal`."""
        try:
            name = validate_name(wanted)
        except InvalidName as invalid:
            raise _refusal(invalid, "invalid_name", wanted) from None
        if name == session.name:
            session.answer("you_are_already", name=name)
            return
        self.names.check(session, name)
        self.names.take(session, name)
        session.rename(name)

    # Rooms

    def rooms(self, most: int) -> tuple[int, list[Room]]:
        """How many rooms there are, and so many of them: the fullest first, then empty ones.

        Rooms in which nobody is may be very many, so they are not looked at for this.
        """
        sessions = self._sessions.values()
        peopled = {session.room for session in sessions if session.room is not None}
        shown = sorted(peopled, key=lambda room: (-room.people, room.name))[:most]
        empty = (room for room in self._rooms.values() if not room.people)
        return len(self._rooms), shown + list(islice(empty, most - len(shown)))

    def room_called(self, wanted: str) -> Room:
        """The room of that name. Raises `Refusal` when there is none."""
        room = self._rooms.get(fold(_room_name(wanted)))
        if room is None:
            raise Refusal(ErrorKind.NO_ROOM, "unknown_room", room=short(wanted.lstrip("#")))
        return room

    def join(self, session: Session, wanted: str) -> None:
        """Put a session into a room, which is made if it is not there. Raises `Refusal`."""
        name = _room_name(wanted)
        key = fold(name)
        room = self._rooms.get(key)
        if room is session.room and room is not None:
            session.answer("already_in_room", room=room.name)
        elif room is not None:
            self._move(session, room, "joined_room")
        else:
            other = self._like_rooms.find(name)
            if other is not None:
                raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_room", room=name, other=other.name)
            meant = self._similar(key)
            then = "" if meant is None else session.sentence("did_you_mean", room=meant.name)
            self._move(session, self._add(Room(name, self._store)), "joined_new_room", then)

    def leave(self, session: Session) -> None:
        """Put a session into no room."""
        room = session.room
        session.leave()
        self._forget_if_empty(room)

    def forgot(self, name: str, before: int) -> None:
        """The store has forgotten what was said in that room before a time (milliseconds)."""
        room = self._rooms.get(fold(name))
        if room is not None:
            room.forget(before)

    def _add(self, room: Room) -> Room:
        self._rooms[fold(room.name)] = room
        self._like_rooms.add(room.name, room)
        return room

    def _similar(self, key: str) -> Room | None:
        # Comparing is slow (50 us a pair), so what is compared is few, and likely.
        likely = (
            other
            for other in islice(self._rooms, ROOMS_LOOKED_AT)
            if other[0] == key[0] and abs(len(other) - len(key)) <= 2
        )
        matches = get_close_matches(key, islice(likely, ROOMS_COMPARED), 1, 0.7)
        return self._rooms[matches[0]] if matches else None

    def _move(self, session: Session, room: Room, key: str, then: str = "") -> None:
        before = session.room
        session.enter(room, key, self._recent, then)
        self._forget_if_empty(before)

    def _forget_if_empty(self, room: Room | None) -> None:
        if room is not None and room.forgettable and room is not self.lobby:
            self._rooms.pop(fold(room.name), None)
            self._like_rooms.remove(room.name, room)

    # What the store says

    def publish(self, entries: Sequence[Entry]) -> None:
        by_room: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_room[entry.room].append(entry)
        for name, part in by_room.items():
            try:
                room = self._rooms[fold(name)]
                room.publish(part)
                self._forget_if_empty(room)
            except Exception:
                self.faults.tell("a room could not be shown what was said in it")
        changed: dict[Session, None] = {}
        for name, part in by_room.items():
            said = Counter([entry.session for entry in part if isinstance(entry, Event)])
            for number, lines in said.items():
                session = self._sessions.get(number)
                if session is not None:
                    self._safely(session, session.published, name, lines)
                    changed[session] = None
        self._tell(changed)

    def refuse(self, drafts: Sequence[Draft], why: str) -> None:
        changed: dict[Session, None] = {}
        for draft in drafts:
            room = self._rooms[fold(draft.room)]
            room.refuse(len(draft.texts))
            self._forget_if_empty(room)
            session = self._sessions.get(draft.session)
            if session is not None:
                self._safely(session, session.refused, len(draft.texts))
                changed[session] = None
        self._tell(changed)

    def _tell(self, changed: dict[Session, None]) -> None:
        if self._held_back and not self._store.full:
            changed.update(self._held_back)
            self._held_back.clear()
        self._talking = {session for session in self._talking if session.unpublished}
        for session in changed:
            self._safely(session, session.changed)

    def _safely(
        self, session: Session, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Tell one session; whatever that does, the others are told too."""
        try:
            tell(*args, **kwargs)
        except Exception:
            session.stream.failed("a session could not be told")


def _room_name(wanted: str) -> str:
    try:
        return validate_room_name(wanted)
    except InvalidName as invalid:
        raise _refusal(invalid, "invalid_room", wanted) from None


def _refusal(invalid: InvalidName, key: str, wanted: str) -> Refusal:
    if invalid.reason is NameFault.SCRIPTS:
        key = "mixed_scripts"
    return Refusal(ErrorKind.INVALID_NAME, key, name=short(wanted))
