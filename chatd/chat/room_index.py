"""An index of rooms: by their keys, in the order of these, and by the looks of their names.

This module must not know who may know of a room, nor how one is made.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from twisted.internet.interfaces import IReactorTime

from chatd.chat.names import ConfusableIndex
from chatd.rooms.room import Room
from chatd.text.folding import fold
from chatd.text.validation import MAX_NAME_LENGTH
from chatd.util.usage import nearest

ROOMS_LOOKED_AT = 1000
ROOMS_COMPARED = 20
"""Most rooms that are looked at, and most likely ones of them that are compared with the name of a
new room, to suggest the one that was meant."""


class RoomIndex(Mapping[str, Room]):
    """Rooms by key: one at a time has a key."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._like: ConfusableIndex[Room] = ConfusableIndex()
        self._order: list[str] = []  # their keys: to sort those of many rooms takes long

    def __getitem__(self, key: str) -> Room:
        return self._rooms[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rooms)

    def __len__(self) -> int:
        return len(self._rooms)

    def insert(self, room: Room, *, sort: bool = True) -> None:
        """Add a room whose key no other one has. If it is one of many, `sort` them afterwards."""
        self._rooms[room.key] = room
        self._like.add(room.name, room)
        if sort:
            insort(self._order, room.key)

    def sort(self) -> None:
        """Bring all rooms into their order."""
        self._order = sorted(self._rooms)

    def remove(self, room: Room) -> None:
        """Remove a room, if it is there. Another one that has its key now stays."""
        if self._rooms.get(room.key) is room:
            del self._rooms[room.key]
            del self._order[bisect_left(self._order, room.key)]
        self._like.remove(room)

    def alike(self, name: str) -> list[Room]:
        """Return the room of that name, or else those with names that look like it."""
        same = self._rooms.get(fold(name))
        return self._like.owners(name) if same is None else [same]

    def from_name(self, start: str) -> Iterator[Room]:
        """Return the rooms in the order of their keys, from that of a name on."""
        first = bisect_left(self._order, fold(start[:MAX_NAME_LENGTH]))
        keys = map(self._order.__getitem__, range(first, len(self._order)))
        return map(self._rooms.__getitem__, keys)

    def release_notices(self) -> None:
        """Append the notices that wait in any room."""
        for room in self._rooms.values():
            room.notices.release()

    def release_changes(self, clock: IReactorTime) -> None:
        """Send the changes of the lists of people that wait in any room."""
        for room in self._rooms.values():
            room.changes.release(clock)

    def near(self, name: str, is_known: Callable[[Room], bool]) -> Room | None:
        """Return a room that a wrong name may have meant, of those for which a function is true."""
        # Comparing is slow (50 us a pair), so few names are compared, and likely ones.
        key = fold(name)
        likely = (
            other
            for other, room in islice(self._rooms.items(), ROOMS_LOOKED_AT)
            if other[0] == key[0] and abs(len(other) - len(key)) <= 2
            if is_known(room)
        )
        near = nearest(key, list(islice(likely, ROOMS_COMPARED)))
        return None if near is None else self._rooms[near]
