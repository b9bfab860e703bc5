"""The directory of rooms: finding, listing, making and forgetting them.

It must not know connections or commands, and moves no session.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from twisted.internet.interfaces import IReactorTime

from chatd.chat.held_claims import Claiming, HeldClaims, claim_of_room
from chatd.chat.moderation import Moderation
from chatd.chat.names import refusal_of
from chatd.chat.permissions import Act
from chatd.chat.room_index import ROOMS_LOOKED_AT, RoomIndex
from chatd.chat.session import Session
from chatd.chat.stay_records import StayRecords
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import UNKNOWN, Origin, is_room
from chatd.rooms.delivery_counts import DeliveryCounts
from chatd.rooms.log_reader import Pages
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.room import UNMARKED, Marks, Room
from chatd.storage.claims import Claim
from chatd.storage.contract import RoomRecord, Store
from chatd.storage.records import change, ignore_store_error
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, check_end, validate_room_name


class Rooms(RoomIndex):
    """All rooms, by key. ``lobby`` is the name of the room that always exists.

    ``counts`` are of what all of them delivered. Rooms are ``lost``, by their names, while lines of
    them wait that another node has made by another name. ``when_lost`` is called with each.
    """

    def __init__(
        self,
        store: Store,
        reads: ReadQueue,
        moderation: Moderation,
        lobby: str,
        clock: IReactorTime,
        stays: StayRecords,
        marks: Marks = UNMARKED,
    ) -> None:
        super().__init__()
        self.counts = DeliveryCounts(clock.seconds)
        self._marks = marks
        self._store = store
        self._reads = reads
        self._moderation, self._stays = moderation, stays
        self._pages = Pages()
        self.peopled = set[Room]()
        self.when_lost: Callable[[Room], None] = _ignore
        self.claims: HeldClaims[Room] = HeldClaims(store.claims)
        self.claims.lost = self._was_lost
        self.lost: dict[str, Room] = {}
        stamps = store.stamps()
        for record in store.rooms():
            if is_room(record.name):
                self._make(record, stamps.get(record.name, 0), sort=False)
        for name in stays.names_of_rooms():  # of some, nothing was said in them
            if fold(name) not in self._rooms:
                self._make(RoomRecord(name), sort=False)
        self.sort()
        self.lobby = self._rooms.get(fold(lobby)) or self._make(RoomRecord(lobby))

    def find(self, wanted: str, session: Session) -> Room | None:
        """Return the room of that name, or None if there is none that `session` may know of.

        Every room name that a client sends goes through here, so a room that is hidden from it is
        answered as one that does not exist. Raises `Refusal` if no room can have that name.
        """
        room = self._rooms.get(fold(_room_name(wanted)))
        return room if room is not None and self._moderation.knows(session, room) else None

    def called(self, wanted: str, session: Session) -> Room:
        """Return the room of that name.

        Raises `Refusal` when there is none that `session` may know of.
        """
        room = self.find(wanted, session)
        if room is None:
            raise Refusal(ErrorKind.NO_ROOM, "unknown_room", room=short(wanted.lstrip("#")))
        return room

    def readable(self, session: Session, room: Room) -> bool:
        """Return True if a session may read a room."""
        return self._moderation.may(session, room, Act.READ)

    def listed(self, most: int, session: Session) -> tuple[int, list[Room]]:
        """Return the number of rooms that a session may read, and at most *most* of them.

        First come those that have members, those with most first, then empty ones.

        Empty rooms may be very many, so they are not sorted; and of the hidden ones among them, at
        most `ROOMS_LOOKED_AT` are checked.
        """
        hidden = self._hidden_from(session)
        shown = sorted(self.peopled - hidden, key=lambda room: (-room.people, room.name))[:most]
        empty = (room for room in self._rooms.values() if not room.people and room not in hidden)
        return len(self._rooms) - len(hidden), shown + list(islice(empty, most - len(shown)))

    def listed_from(self, start: str, most: int, session: Session) -> tuple[int, list[Room]]:
        """Return the number of rooms that a session may read, and at most *most* of them.

        They are in the order of their keys, from that of the name *start* on.
        """
        hidden = self._hidden_from(session)
        shown = (room for room in self.from_name(start) if room not in hidden)
        return len(self._rooms) - len(hidden), list(islice(shown, most))

    def _hidden_from(self, session: Session) -> set[Room]:
        """Return the rooms that a session may not read, and those that are not looked at."""
        hidden = self._moderation.hidden
        some_hidden = islice(hidden, ROOMS_LOOKED_AT)
        asked = {*some_hidden, *(self.peopled & hidden)}
        return hidden - {room for room in asked if self.readable(session, room)}

    def check_new(self, wanted: str, session: Session) -> None:
        """Raise a `Refusal` if there is a room of that name, or one that looks like it.

        The refusal names the other room only to a session that may know of it. It has the same
        words whether the hidden room has exactly that name or a similar one.
        """
        name = _room_name(wanted)
        others = self.alike(name)
        known = next((other for other in others if self._moderation.knows(session, other)), None)
        if known is None:
            try:
                check_end(name)
            except InvalidName as invalid:
                raise refusal_of(invalid, "invalid_room", wanted) from None
            if others:
                raise Refusal(ErrorKind.NAME_IN_USE, "unusable_room", room=name)
        elif known.key == fold(name):
            raise Refusal(ErrorKind.NAME_IN_USE, "room_exists", room=known.name)
        else:
            raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_room", room=name, other=known.name)

    @asynccontextmanager
    async def claiming(self, wanted: str) -> AsyncIterator[Claiming]:
        """Context in which no other node can make a room that looks like the one of that name.

        Another node may have a room of that name already, which is in no log yet. Then the claim
        has the name as it is written there. Raises `Refusal`, and `StoreError`.
        """
        claim = claim_of_room(_room_name(wanted))
        async with self.claims.claiming(claim) as claiming:
            other = claiming.in_the_way
            if other is None:
                yield claiming
                return
        if fold(other) != fold(claim.name):
            raise Refusal(ErrorKind.NAME_IN_USE, "unusable_room", room=claim.name)
        async with self.claiming(other) as written_there:
            written_there.waited = True
            yield written_there

    def add(self, wanted: str, made: Origin = UNKNOWN, claim: Claim | None = None) -> Room:
        """Make a room of that name, which `check_new` has accepted, with that origin.

        A room that is in no log yet is held by a ``claim``.
        """
        room = self._make(RoomRecord(_room_name(wanted), made=made))
        if claim is not None:
            self.claims.give(room, claim)
        return room

    def of(self, name: str) -> Room:
        """Return the room of that name, which may be one that another node has made.

        If it has another name there, the one that was made here is lost.
        """
        room = self._rooms.get(fold(name))
        if room is not None:
            if room.name == name:
                return room
            self._lose(room)
        return self.add(name)

    def similar(self, wanted: str, session: Session) -> Room | None:
        """Return a room, of those that a session may read, that a wrong name may have meant."""
        hidden, name = self._moderation.hidden, _room_name(wanted)
        return self.near(name, lambda room: room not in hidden or self.readable(session, room))

    def forget_if_empty(self, room: Room | None) -> None:
        """Forget a room if nothing would be lost without it."""
        if room is not None and room.forgettable and room is not self.lobby:
            self.remove(room)
            self.claims.free(room)
            if self.lost.pop(room.name, None) is not None:
                return  # all else that is known by its key is of the other room
            puts = self._moderation.forget(room)
            if puts:
                # If that cannot be stored, the room still has its owner when it is made again.
                change(self._store, *puts).addErrback(ignore_store_error)

    def _was_lost(self, claim: Claim, rooms: Sequence[Room]) -> None:
        for room in rooms:
            if not room.head and room.name not in self.lost:  # with a line, all nodes know it
                self._lose(room)

    def _lose(self, room: Room) -> None:
        """Put the members of a room out that another node has by another name."""
        self.lost[room.name] = room
        self.remove(room)
        self.when_lost(room)  # which forgets it once nothing waits

    def _make(self, record: RoomRecord, head_time: int = 0, *, sort: bool = True) -> Room:
        room = Room(
            record.name,
            self._store,
            record.head,
            record.topic,
            self._pages,
            head_time,
            self._reads,
            self.peopled,
            self._marks,
            self.counts,
            record.topic_set,
            record.made,
        )
        self.insert(room, sort=sort)
        self._moderation.made(room)
        self._stays.made(room)
        return room


def _room_name(wanted: str) -> str:
    try:
        return validate_room_name(wanted)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_room", wanted) from None


def _ignore(room: Room) -> None:
    """Do nothing before `Rooms.when_lost` is set."""
