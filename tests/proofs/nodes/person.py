"""A person at a node, with a client that checks the order of what it is shown."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from chatd.protocols.transport.factory import ChatFactory
from tests.support.json_client import JsonClient
from tests.support.world import Node, World


class Shown(NamedTuple):
    """A line of a room as a client was shown it; of a deed, ``text`` is its target."""

    room: str
    seq: int
    author: str
    text: str


IN_BOTH: dict[str, None] = {"lobby": None, "ops": None}


class Line(NamedTuple):
    """A line of a person: its number, which is its key, too, and the account that says it."""

    number: int
    room: str
    text: str
    account: str | None


class Person(JsonClient):
    """A client of JSON lines at a node, which enters ``rooms`` when it comes.

    ``lines`` are those that it said, and ``sent`` the private ones, ``private`` those that it
    received. ``shown`` is what it was shown in rooms. ``answers`` are those to what it typed, by
    number, and ``refused`` the numbers of commands that had errors. ``ignoring`` is whom it
    ignores, with its account then, by the number of the command.
    """

    def __init__(self, world: World, node: Node, rooms: dict[str, None] = IN_BOTH) -> None:
        self.node = node
        super().__init__(world)
        self.lines: list[Line] = []
        self.sent: list[str] = []
        self.private: list[str] = []
        self.shown: list[Shown] = []
        self.answers: dict[int, list[str | int]] = defaultdict(list)
        self.refused: set[int] = set()
        self.ignoring: dict[int, tuple[str, str]] = {}
        self._next: dict[str, int] = {}  # the seq of the next line, by the rooms that it is in
        self.send("hello", rooms=rooms)

    def door(self, node: Node) -> ChatFactory:
        return self.node.chat

    def command(self, text: str, room: str = "lobby") -> None:
        """Type a command, unless the server has closed the connection."""
        if not self.closed:
            self.say(text, room=room)

    def say_line(self, line: Line) -> None:
        """Say a line, or say it again, unless the server has closed the connection."""
        if not self.closed:
            self.say(
                line.text, room=line.room, id=line.number, key=f"key-of-the-line-{line.number}"
            )

    def look(self) -> None:
        """Take what was received, and assert that the lines of each room have no gap."""
        for message in self.seen():
            match message["type"]:
                case "entered":
                    self._next[message["room"]] = message["after"] + 1
                case "left":
                    self._next.pop(message["room"], None)
                case "events" if not message.get("past"):
                    for event in message["events"]:
                        self._show(message["room"], event)
                case "private" if not ("to" in message or message.get("past")):
                    self.private.append(message["text"])
                case "ack":
                    self.answers[message["id"]].append(message["seq"])
                case "refused" | "unsure" | "done":
                    self.answers[message["id"]].append(message["type"])
                case "error" if "id" in message:
                    self.refused.add(message["id"])
                    if message["key"] == "not_in_that_room":
                        self.answers[message["id"]].append("refused")

    def _show(self, room: str, event: dict[str, Any]) -> None:
        if "seq" not in event:
            return
        assert event["seq"] == self._next[room], f"#{room} has a gap, or a line twice: {event}"
        self._next[room] += 1
        text = event["deed"]["target"] if event["kind"] == "deed" else event["text"]
        self.shown.append(Shown(room, event["seq"], event["author"], text))

    def owed(self, room: str) -> int | None:
        """Return the seq of the next line that it is to be shown in a room; None out of it."""
        return self._next.get(room)

    def was_answered(self) -> None:
        """Assert that each line has an answer, unless the server has closed the connection."""
        self.look()
        for line in self.lines:
            assert self.closed or self.answers[line.number], f"{line.text} has no answer"

    @property
    def ignored(self) -> list[tuple[str, str]]:
        """The accounts and whom they ignore, as they were told."""
        done = self.ignoring.keys() & self.answers.keys() - self.refused
        return [self.ignoring[number] for number in done]
