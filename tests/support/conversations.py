"""A conversation of a client without a terminal or a socket: the test speaks for both."""

from __future__ import annotations

from itertools import count
from typing import Any

from chatd.client.conversation import Conversation
from chatd.client.rooms import Room
from chatd.client.sentences import Sentence
from chatd.client.shown import Kind, Shown


class Window:
    """A screen that holds what it was told to show."""

    def __init__(self) -> None:
        self.lines: dict[str, list[Shown]] = {}
        self.given_back: list[str] = []
        self.rings = 0
        self.left = False

    def show(self, room: Room | None, shown: Shown) -> None:
        self.lines.setdefault(room.name if room else "", []).append(shown)

    def show_older(self, room: Room, lines: list[Shown]) -> None:
        self.lines[room.name][:0] = lines

    def clear(self, room: Room) -> None:
        self.lines[room.name].clear()

    def close(self, room: Room) -> None:
        del self.lines[room.name]

    def give_back(self, room: Room | None, text: str) -> None:
        self.given_back.append(text)

    def ring(self) -> None:
        self.rings += 1

    def leave(self) -> None:
        self.left = True

    def changed(self) -> None:
        pass


class Talk:
    """A conversation, what its server was sent, and what its screen shows."""

    def __init__(self, **options: Any) -> None:
        keys = count(1)
        self.window = Window()
        self.conversation = Conversation(
            self.window, new_key=lambda: f"key-{next(keys)}", **options
        )
        self.sent: list[dict[str, Any]] = []

    def connect(
        self, name: str = "guest1", doubt: Sentence | None = None, **members: Any
    ) -> dict[str, Any]:
        """Connect, and let the server greet. Return the hello that it was sent."""
        self.sent.clear()
        self.conversation.connected(self.sent.append, doubt)
        (hello,) = self.sent
        self.sent.clear()
        greeting = {"guest": name.startswith("guest"), "account": False, "lobby": "lobby"}
        self.take("hello", name=name, **{**greeting, **members})
        return hello

    def take(self, type: str, **members: Any) -> None:
        """Let the server send a message."""
        self.conversation.take({"type": type, **members})

    def enter(self, room: str = "lobby", after: int = 0, **members: Any) -> None:
        """Let the server put the person into a room."""
        usual = {"topic": "", "head": after, "bookmark": None, "resumed": False, "anew": False}
        text = f"You are in #{room}."
        self.take("entered", room=room, after=after, **{**usual, "text": text, **members})

    def hear(self, seq: int, author: str, text: str, room: str = "lobby", **members: Any) -> None:
        """Let the server send a line of a room."""
        self.take("events", room=room, events=[event(seq, author, text, **members)])

    def texts(self, room: str = "lobby", kind: Kind = Kind.MESSAGE) -> list[str]:
        """Return the texts of a kind that the window of a room shows."""
        return [shown.text for shown in self.window.lines.get(room, []) if shown.kind is kind]

    @property
    def hides_typing(self) -> bool:
        """True while the screen is to hide what is typed."""
        return self.conversation.hides_typing

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines that the server was sent, without their type."""
        return [
            {key: value for key, value in each.items() if key != "type"}
            for each in self.sent
            if each["type"] == "line"
        ]

    @property
    def waiting(self) -> list[str]:
        """The texts that are shown as not said yet."""
        chat = self.conversation.chat
        return [item.text for room in chat.rooms for item in chat.outbox.shown(room)]


def event(seq: int, author: str, text: str, **members: Any) -> dict[str, Any]:
    """Return an event of a room's log."""
    said = {"seq": seq, "time": seq * 1000, "author": author, "kind": "message", "text": text}
    return {**said, **members}


class KnownWords:
    """Some words for completion."""

    def commands(self) -> dict[str, str]:
        return {
            "join": "/join ROOM",
            "topic": "/topic [TEXT]",
            "tema": "",
            "ayuda": "/ayuda [ORDEN]",
            "msg": "/msg NAME TEXT",
            "vetar": "/vetar QUIÉN [TIEMPO]",
        }

    def rooms(self) -> list[str]:
        return ["ops", "lobby"]

    def names(self) -> list[str]:
        return ["ana", "José", "anton"]

    def all_names(self) -> list[str]:
        return [*self.names(), "antea"]
