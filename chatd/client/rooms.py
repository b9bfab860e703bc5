"""The rooms that a person is in, and the state of each: bookmark, unread lines, people.

Pure. The lines themselves are the screen's. This module must not know terminals, nor a connection.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatd.client.shown import Message, Shown, text_in
from chatd.text.folding import fold


class People:
    """The people in a room who have names, as the server tells."""

    def __init__(self) -> None:
        self.is_known = False
        self._names: set[str] = set()

    @property
    def names(self) -> list[str]:
        """The names, in alphabetical order."""
        return sorted(self._names, key=fold)

    def take(self, listed: Message) -> None:
        """Take the whole list, a message of the type `people`."""
        self._names = {*map(str, listed["names"])}
        self.is_known = True

    def change(self, changed: Message) -> bool:
        """Take a change, a message of the type `people_changed`.

        Return False if only a new list helps, because changes were missed.
        """
        if not self.is_known:
            return True
        if changed.get("here") is None:
            self.is_known = False
            return False
        self._names.difference_update(changed.get("gone", ()))
        self._names.update(map(str, changed["here"]))
        return True


class Room:
    """A room with a window. It keeps its place in the log while the connection is away."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.topic = ""
        self.is_present = False
        """True while the server has the person in it."""
        self.is_kept = True
        """True while the person wants to be in it, also if the connection is away."""
        self.people = People()
        self.unread = 0
        """The number of messages of others that arrived while another room was shown."""
        self.mentions = 0
        """The number of those that name the reader."""
        self.marker: int | None = None
        """The seq after which lines are new to the reader; None if none is."""
        self.last: int | None = None
        """The seq up to which all lines were received; None before the first time."""
        self.bookmark: str | None = None
        """The bookmark of that line, with which the server finds the place again."""
        self.first = 1
        """The seq from which the window has all lines."""
        self.has_older = False
        """True if the log has lines before those of the window, which can be fetched."""
        self.is_fetching = False
        """True while older lines are on their way."""
        self.seen = 0
        """The seq up to which the person has seen it."""
        self.awaits_mark = False
        """True until the server says up to which seq the account had seen it before it came."""

    def enter(self, entered: Message) -> bool:
        """Take a message of the type `entered`. Return True if lines go on where they were."""
        self.is_present = self.is_kept = True
        self.topic = text_in(entered, "topic") if "topic" in entered else ""
        if entered.get("resumed"):
            return True
        after, is_first = int(entered["after"]), self.last is None
        if is_first:
            self.seen = max(self.seen, int(entered["head"]))
        elif entered.get("anew"):
            self.seen = min(self.seen, after)
        # Lines of another log stay in the window, and no line of this log fits above them.
        self.has_older = after > 0 and not (entered.get("anew") and not is_first)
        self.bookmark = entered.get("bookmark")
        self.first, self.last = after + 1, after
        return False

    def is_news(self, event: Message) -> bool:
        """Return True if an event was not received before; then its place is the last one."""
        seq = int(event["seq"])
        if self.last is not None and seq <= self.last:
            return False
        self.last, self.bookmark = seq, f"{seq}-{event['time']}"
        return True

    def count(self, shown: Shown) -> None:
        """Count a line that arrived while another room is shown."""
        seq = shown.seq or 0
        if not shown.is_spoken or shown.own or seq <= self.seen:
            return
        if not shown.continues:
            if not self.unread:
                self.marker = seq - 1
            self.unread += 1
        self.mentions += shown.mention

    def read(self) -> bool:
        """Mark all lines as seen. Return True if some were not."""
        last = self.last or 0
        had = last > self.seen
        self.seen = max(self.seen, last)
        self.unread = self.mentions = 0
        return had

    def see(self, seq: int) -> int:
        """Take the seq up to which the account has seen the room, here or elsewhere.

        Return the number of lines that the account had missed when it came.
        """
        # Until the mark comes, all lines from before this session count as seen.
        is_first, self.awaits_mark = self.awaits_mark, False
        self.seen = seq if is_first else max(self.seen, seq)
        if self.last is not None and self.seen >= self.last:
            self.unread = self.mentions = 0
            self.marker = None
        elif is_first:
            self.unread = (self.last or 0) - self.seen
            return self.unread
        return 0


class Rooms:
    """The rooms in the order in which they were opened, and the one that is shown."""

    def __init__(self) -> None:
        self.current: Room | None = None
        self._by_name: dict[str, Room] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> Room | None:
        """Return the room of that name, if it has a window."""
        return self._by_name.get(fold(name.removeprefix("#")))

    def open(self, name: str) -> Room:
        """Return the room of that name, which is added if it has no window."""
        room = self._by_name.setdefault(fold(name), Room(name))
        room.name = name
        return room

    def remove(self, room: Room) -> None:
        """Remove a room; the one before it is shown in its place."""
        rooms = list(self)
        place = rooms.index(room)
        del self._by_name[fold(room.name)]
        if self.current is room:
            rooms.remove(room)
            self.current = rooms[max(0, place - 1)] if rooms else None
