"""The messages of a server about one room, and their effect on a conversation: see docs/wire.md.

Pure. This module must not know terminals, the connection, nor what a person types.
"""

from __future__ import annotations

from collections.abc import Callable

from chatd.client.chat import Chat
from chatd.client.missed_lines import MissedLines
from chatd.client.rooms import Room
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind, Message, Shown, event_shown
from chatd.text.escaping import visible
from chatd.text.folding import fold


class RoomMessages:
    """Takes the messages about rooms. ``taken`` has a function for each type."""

    def __init__(self, chat: Chat, missed: MissedLines) -> None:
        self._chat = chat
        self._missed = missed
        self.taken: dict[str, Callable[[Message], None]] = {
            "entered": self._entered,
            "left": self._left,
            "events": self._events,
            "found": self._found,
            "people": self._people,
            "people_changed": self._people_changed,
            "seen": self._seen,
        }

    def _entered(self, message: Message) -> None:
        chat = self._chat
        room = chat.rooms.open(message["room"])
        is_asked = fold(room.name) in chat.entering
        chat.entering.discard(fold(room.name))
        before = room.last
        room.awaits_mark = before is None and chat.me.is_account
        goes_on = room.enter(message)
        room.people.is_known = False
        chat.led_to(message, room)
        if not goes_on:
            self._begin(room, message, before)
        # A room that this program did not ask for is that of a command, or the server's choice.
        if not is_asked or chat.rooms.current in (None, room):
            chat.choose(room)
        chat.flush(room)

    def _begin(self, room: Room, message: Message, before: int | None) -> None:
        """Say at which place of its log a room begins."""
        chat = self._chat
        if before is None:
            chat.tell(Kind.NEWS, message["text"], room)
            return
        if message.get("anew"):
            gap = Sentence("another_log", room=room.name)
        else:
            chat.view.clear(room)
            missing = max(0, int(message["after"]) - before)
            gap = Sentence("not_shown", count=missing)
        chat.tell(Kind.GAP, gap, room)

    def _left(self, message: Message) -> None:
        chat = self._chat
        room = chat.rooms.get(message["room"])
        chat.entering.discard(fold(message["room"]))
        chat.is_not_entered(room)
        if room is None:
            return
        room.is_present = room.is_kept = False
        room.people.is_known = False
        if len(chat.rooms) == 1:
            if fold(room.name) == fold(chat.lobby):
                chat.tell(Kind.NEWS, Sentence("you_left", room=room.name), room)
                return
            chat.rooms.open(chat.lobby)
            chat.enter(chat.lobby)
        chat.rooms.remove(room)
        chat.view.close(room)
        if chat.rooms.current is not None:
            chat.tell(Kind.NEWS, Sentence("you_left", room=room.name))
            chat.choose(chat.rooms.current)

    def _events(self, message: Message) -> None:
        chat = self._chat
        if message.get("past"):
            self._found(message)
            return
        room = chat.rooms.get(message["room"])
        if room is None:
            return
        for entry in message["events"]:
            if "notice" in entry:
                self._notice(room, entry)
            elif room.is_news(entry):
                self._event(room, entry)
        if room is chat.rooms.current:
            chat.read(room)

    def _event(self, room: Room, event: Message) -> None:
        chat = self._chat
        shown = event_shown(event, chat.me.name)
        if shown.kind is Kind.TOPIC:
            room.topic = shown.text
        if room is not chat.rooms.current:
            room.count(shown)
        if not shown.continues:
            chat.outbox.came_back(room, shown.author, shown.text)
        if shown.is_spoken and not shown.own:
            chat.words.hear(shown.author)
        chat.view.show(room, shown)

    def _notice(self, room: Room, notice: Message) -> None:
        # Of oneself, that is another connection of the same name.
        me = fold(self._chat.me.name)
        names = notice.get("names") or [notice["name"]]
        if notice["notice"] == "renamed" or any(fold(name) != me for name in names):
            self._chat.view.show(room, Shown(Kind.NEWS, visible(notice["text"])))

    def _found(self, message: Message) -> None:
        """Show lines of the past that a command asked for."""
        chat = self._chat
        for event in message["events"]:
            if "seq" in event:
                shown = event_shown(event, chat.me.name, message["room"])
                if shown.is_spoken and not shown.own:
                    chat.words.hear(shown.author)
                self._missed.show(message, chat.origin(message), shown, message["room"])

    def _people(self, message: Message) -> None:
        room = self._chat.rooms.get(message["room"])
        if room is not None:
            room.people.take(message)

    def _people_changed(self, message: Message) -> None:
        room = self._chat.rooms.get(message["room"])
        if room is None or room.people.change(message):
            return
        if room is self._chat.rooms.current:
            self._chat.send("people", room=room.name)

    def _seen(self, message: Message) -> None:
        chat = self._chat
        room = chat.rooms.get(message["room"])
        if room is None:
            return
        seq = int(message["seq"])
        if missed := room.see(seq):
            key = "missed_above" if seq + 1 >= room.first else "missed_older"
            chat.tell(Kind.NEWS, Sentence(key, count=missed), room)
        if room is chat.rooms.current:
            chat.read(room)
