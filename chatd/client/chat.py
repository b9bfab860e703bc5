"""The state of a conversation: who one is, the rooms, the lines that wait; and what changes it.

A conversation outlives its connections. Pure: messages to send go to a function, things to show to
a `View`. This module must not know terminals, nor the meaning of the server's messages, which
`chatd.client.incoming` takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from chatd.client.outbox import Item, Outbox
from chatd.client.rooms import Room, Rooms
from chatd.client.sentences import ENGLISH, LANGUAGES, Sentence
from chatd.client.shown import Kind, Message, Shown
from chatd.client.vocabulary import Vocabulary
from chatd.text.folding import fold

ORIGINS_KEPT = 100
"""Typed lines of which is known in which room they were typed."""

Send = Callable[[dict[str, Any]], None]
Answered = Callable[[Message | None], None]
"""A function that receives the answer to a request, or None if the connection broke before."""


class View(Protocol):
    """The screen, as a conversation knows it. A room is None for things without one."""

    def show(self, room: Room | None, shown: Shown) -> None:
        """Add a thing at the end of the window of a room."""

    def show_older(self, room: Room, lines: list[Shown]) -> None:
        """Add lines, in order, above all lines of the log that the window of a room has."""

    def clear(self, room: Room) -> None:
        """Remove all from the window of a room: lines that do not join up with those follow."""

    def close(self, room: Room) -> None:
        """Remove the window of a room."""

    def give_back(self, room: Room | None, text: str) -> None:
        """Offer a text that was not said for editing."""

    def ring(self) -> None:
        """Ring the terminal's bell."""

    def leave(self) -> None:
        """End the conversation: the person typed `/quit`."""

    def changed(self) -> None:
        """Draw the state again: a room, a name, a counter or an item of the outbox changed."""


@dataclass
class Me:
    """The person, as the server knows it."""

    name: str = ""
    is_guest: bool = True
    """True for a guest without a name."""
    is_account: bool = False


@dataclass(frozen=True)
class Limits:
    """The most that may be said at once: characters of a line; lines and bytes of a message."""

    characters: int = 4096
    lines: int = 100
    bytes: int = 16384


class Chat:
    """The state of a conversation. *language* is the person's, until the server has greeted."""

    def __init__(self, view: View, new_key: Callable[[], str], language: str = ENGLISH) -> None:
        self.view = view
        self.me = Me()
        self.lobby = ""
        self.limits = Limits()
        self.language = ""
        """The language of the server's sentences, such as "es"; "" until it has greeted."""
        self._first_language = language
        self.words = Vocabulary()
        self.rooms = Rooms()
        self.outbox = Outbox()
        self.is_asked = False
        """True while the next line is the answer to a question for a password: hide it."""
        self.doubt: Sentence | None = None
        """The reason why the server is not known, and is sent no password; None if it is."""
        self.is_open = False
        """True once the server has greeted this connection, and lines can be sent."""
        self.missed_id: int | None = None
        """The id of this program's question for missed lines, which are shown if there are any."""
        self.entering: set[str] = set()
        """The folded names of rooms that were asked for by this program, and not by the person."""
        self._ids = count(1)
        self._new_key = new_key
        self._send: Send | None = None
        self._asked: dict[int, Answered] = {}
        self._origins: dict[int, Room | None] = {}

    @property
    def spoken(self) -> str:
        """The language of this program's sentences: that of the server's, which may have more."""
        return self.language if self.language in LANGUAGES else self._first_language

    def use(self, send: Send | None) -> None:
        """Send messages with this function from now on; None for no connection."""
        self._send = send
        asked, self._asked = self._asked, {}
        for answered in asked.values():
            answered(None)

    def send(self, type: str, **members: Any) -> None:
        """Send a message; without a connection it is dropped."""
        if self._send is not None:
            self._send({"type": type, **members})

    def ask(self, type: str, answered: Answered, **members: Any) -> None:
        """Send a request, and call *answered* once with its first answer."""
        if self._send is None:
            answered(None)
            return
        id = next(self._ids)
        self._asked[id] = answered
        self.send(type, id=id, **members)

    def answer_of(self, message: Message) -> Answered | None:
        """Return the function that waits for a message, which then waits no more."""
        id = message.get("id")
        return self._asked.pop(id, None) if isinstance(id, int) else None

    def new_id(self, room: Room | None) -> int:
        """Return an id for a line that was typed in a room: there its answers are shown."""
        id = next(self._ids)
        self._origins[id] = room
        while len(self._origins) > ORIGINS_KEPT:
            del self._origins[next(iter(self._origins))]
        return id

    def origin(self, message: Message) -> Room | None:
        """Return the room in which the answer to a typed line is shown: by default, the current."""
        id = message.get("id")
        room = self._origins.get(id) if isinstance(id, int) else None
        return room if room in [*self.rooms] else self.rooms.current

    def led_to(self, message: Message, room: Room) -> None:
        """Show further answers in the room that a command led to."""
        id = message.get("id")
        if isinstance(id, int) and id in self._origins:
            self._origins[id] = room

    def tell(self, kind: Kind, told: Sentence | str, room: Room | None = None) -> None:
        """Show a sentence, of this program or of the server, in a room: by default, the current."""
        text = told if isinstance(told, str) else told.in_language(self.spoken)
        self.view.show(room or self.rooms.current, Shown(kind, text))

    def put(self, room: Room | None, text: str, *, action: str | None, is_said: bool) -> int:
        """Put a typed line into the outbox, and send it if that is possible now. Return its id."""
        id = self.new_id(room)
        self.outbox.put(Item(id, self._new_key(), room, text, action, is_said))
        self.flush(room)
        return id

    @property
    def awaits_room(self) -> bool:
        """True until the first room is entered: what is typed is meant for it, and waits."""
        return self.rooms.current is None and bool(self.entering)

    def flush(self, room: Room | None) -> None:
        """Send the items of a room that wait. If the person is not in it, enter it first."""
        if not self.is_open or self.is_asked or (room is None and self.awaits_room):
            return
        items = self.outbox.waiting(room)
        if room is not None and not room.is_present:
            if items:
                self.enter(room.name)
            return
        for item in items:
            item.is_sent = True
            item.sent_as.add(fold(self.me.name))
            members = {"id": item.id, "room": room and room.name, "text": item.text}
            self.send("line", **members, **({"key": item.key} if item.is_said else {}))

    def flush_all(self) -> None:
        """Send all items that wait, of rooms that the person is in and of none."""
        self.flush(None)
        for room in self.rooms:
            if room.is_present:
                self.flush(room)

    def ask_missed(self) -> None:
        """Have the lines shown that the account missed in rooms that the person is not in."""
        self.missed_id = self.new_id(None)
        self.send("line", id=self.missed_id, room=None, text="/missed")

    def ask_stays(self) -> None:
        """Enter the rooms in which the account stays without a connection."""

        def enter_all(reply: Message | None) -> None:
            rooms = reply.get("rooms") if reply is not None else None
            for name in filter(_is_text, rooms if isinstance(rooms, list) else ()):
                if not ((room := self.rooms.get(name)) and room.is_present):
                    self.enter(name)

        self.ask("stays", enter_all)

    def answered(self, item: Item) -> None:
        """Remove an item, and send those that waited for its place."""
        self.outbox.drop(item)
        self.flush(item.room)

    def show_unsaid(self, item: Item) -> None:
        """Remove an item that is not said, and show its text."""
        self.outbox.drop(item)
        self.view.show(item.room or self.rooms.current, Shown(Kind.UNSAID, item.text, own=True))

    def give_back(self, item: Item) -> None:
        """Remove an item that is not said, show its text, and offer it for editing."""
        self.show_unsaid(item)
        self.view.give_back(item.room, item.text)

    def choose(self, room: Room) -> None:
        """Show a room. If it is the first one, what was typed before is meant for it."""
        if self.rooms.current is None:
            for item in self.outbox.waiting(None):
                item.room = room
        elif self.rooms.current is not room:
            self.rooms.current.marker = None
        self.rooms.current = room
        self.read(room)
        if self.is_open and room.is_present and not room.people.is_known:
            self.send("people", room=room.name)
        self.view.changed()

    def read(self, room: Room) -> None:
        """Mark all lines of a room as seen, and tell the server if the person has an account."""
        if room.read() and self.is_open and self.me.is_account and room.is_present:
            self.send("seen", room=room.name, seq=room.seen)

    def enter(self, name: str) -> None:
        """Ask to be put into a room, from where its window ends if it has one."""
        if fold(name) in self.entering:
            return
        self.entering.add(fold(name))
        room = self.rooms.get(name)
        bookmark = room and room.bookmark
        self.ask("enter", lambda reply: self._entered(name, reply), room=name, after=bookmark)

    def _entered(self, name: str, reply: Message | None) -> None:
        """Take the answer to `enter`. Without the room nothing can be said there."""
        if reply is not None and reply["type"] == "entered":
            return
        self.entering.discard(fold(name))
        if reply is not None:
            room = self.rooms.get(name)
            self.tell(Kind.ERROR, reply["text"], room)
            self.is_not_entered(room)

    def is_not_entered(self, room: Room | None) -> None:
        """Take note that the person is not let into a room, which is None if it has no window.

        What waits for it is given back; so is what waits for the first room, if there is none.
        """
        if room is not None or self.rooms.current is None:
            self._give_back_all(room)

    def _give_back_all(self, room: Room | None) -> None:
        """Give back all items of a room that wait. Those that are sent will be answered."""
        for item in [item for item in self.outbox if item.room is room and not item.is_sent]:
            self.give_back(item)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
