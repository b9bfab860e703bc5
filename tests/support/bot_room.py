"""A room of a server in memory, for a bot: it has a log, accounts, and the keys of what was said.

It speaks as much of docs/wire.md as a bot may rely on, without a socket, so a test can break the
connection at each step. This module must not know the code of a bot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from chatd.client.json_lines import Message, Refused
from chatd.client.wire import ClientError

HELLO: Message = {"name": "helper", "lobby": "lobby", "language": "en"}


_OTHER_LINES: Message = {
    "type": "error",
    "kind": "Wrong use",
    "key": "other_lines_with_key",
    "text": "no",
}


class BotRoom:
    """The log of a room. ``accounts`` are the times at which names were registered.

    `refusals` are raised, one for each line that is to be said, instead of saying it; {} says it.
    If it `is_new`, it has another log than the bot knows.
    """

    def __init__(self) -> None:
        self.log: list[Message] = []
        self.keys: dict[str, Message] = {}
        self.accounts: dict[str, int] = {}
        self.private: list[tuple[str, str]] = []
        self.refusals = deque[Message]()
        self.is_new = False

    def say(self, author: str, text: str, kind: str = "message", **members: Any) -> Message:
        """Add a line to the log."""
        seq = len(self.log) + 1
        event = {"seq": seq, "time": 1000 + seq, "author": author, "kind": kind, "text": text}
        self.log.append({**event, **members})
        return self.log[-1]

    def said(self) -> list[str]:
        """Return the texts of the bot, in their order."""
        return [event["text"] for event in self.log if event["kind"] == "notice"]


class BotTalk:
    """A connection of a bot to a room, in place of a `JsonLink`.

    It breaks right after the request of the number ``breaks``, whose answer does not come. When
    there is nothing to receive, `when_idle` is called, and the connection ends if it returns False.
    """

    def __init__(self, room: BotRoom, breaks: int = 0) -> None:
        self._place = room
        self._breaks = breaks
        self._shown = 0
        self._messages = deque[Message]()
        self.is_open = True
        self.ending = "the server closed the connection."
        self.asked: list[Message] = []
        self.when_idle: Callable[[], bool] = lambda: False
        self.refuses = ""
        """The type of the requests that are refused."""

    def send(self, type: str, **members: Any) -> None:
        self.asked.append({"type": type, **members})

    def receive(self, type: str, **members: Any) -> None:
        """Let the bot receive a message."""
        self._messages.append({"type": type, **members})

    def exchange(self, timeout: float | None, also: int | None) -> tuple[list[Message], bool]:
        self._show()
        if not self._messages and not self.when_idle():
            self.is_open = False
        self._show()
        found = list(self._messages)
        self._messages.clear()
        return found, True

    def ask(
        self, type: str, *, otherwise: Callable[[Message], None] = lambda _: None, **members: Any
    ) -> Message:
        self.send(type, **members)
        if type == self.refuses:
            raise Refused({"type": "error", "kind": "Not allowed", "text": "no"})
        verbs: dict[str, Callable[..., Message]]
        verbs = {"enter": self._enter, "room": self._fence, "line": self._line}
        verbs["whisper"] = self._whisper
        answer = {**verbs, "account": self._account}[type](**members)
        if len(self.asked) == self._breaks:
            self.is_open = False
        if not self.is_open:
            raise ClientError(self.ending)
        while self._messages:
            otherwise(self._messages.popleft())
        if answer.get("type") == "error":
            raise Refused(answer)
        return {"type": type, **answer}

    def _show(self) -> None:
        if new := self._place.log[self._shown :]:
            self._shown = len(self._place.log)
            self._messages.append({"type": "events", "room": "ops", "events": new})

    def _enter(self, room: str, after: str | None) -> Message:
        head = len(self._place.log)
        seq = 0 if after is None or self._place.is_new else int(after.partition("-")[0])
        anew, self._place.is_new = self._place.is_new, False
        self._shown = seq
        bookmark = f"{seq}-{1000 + seq}" if seq == head else None
        return {
            "room": room,
            "head": head,
            "after": seq,
            "bookmark": bookmark,
            "resumed": after is not None and not anew,
            "anew": anew,
        }

    def _fence(self, room: str) -> Message:
        self._show()
        return {}

    def _account(self, name: str, time: int | None) -> Message:
        since = self._place.accounts.get(name)
        has_it = since is not None and (time is None or since <= time)
        return {"account": name if has_it else None}

    def _line(self, text: str, room: str = "", key: str = "", kind: str = "") -> Message:
        if self._place.refusals and (refusal := self._place.refusals.popleft()):
            return {"type": "error", "text": "no", **refusal}
        assert (kind, room) == ("notice", "ops")
        if (before := self._place.keys.get(key)) is not None:
            if before["text"] == text:
                return {"seq": before["seq"]}
            return _OTHER_LINES
        self._place.keys[key] = self._place.say("helper", text, "notice")
        self._show()
        return {"seq": len(self._place.log)}

    def _whisper(self, to: str, text: str, key: str) -> Message:
        if self._place.refusals and (refusal := self._place.refusals.popleft()):
            return {"type": "error", "text": "no", **refusal}
        line = {"text": text, "to": to}
        if self._place.keys.get(key, line) != line:
            return _OTHER_LINES
        if key not in self._place.keys:
            self._place.keys[key] = line
            self._place.private.append((to, text))
        return {"to": to}
