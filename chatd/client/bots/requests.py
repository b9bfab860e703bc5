"""The requests of a bot to its server: to say a message once, and to know who said a line.

This module must not know why a bot says something.
"""

from __future__ import annotations

from collections import deque

from chatd.client.bots.answers import Limits, Part, message_of
from chatd.client.json_lines import JsonLink, Message, Refused, text_of
from chatd.client.reading import note

TEMPORARY = frozenset(
    {"Full", "Not known", "Not readable", "Not saved", "Server error", "Too many tries", "Used up"}
)
"""The kinds of errors after which the same request may succeed later."""


class Requests:
    """The requests to a server over one connection, about one room.

    All raise `ClientError` if the connection breaks, and `Refused`, of a kind in `TEMPORARY`, if
    the server cannot do it now. `held` has the messages that came meanwhile. ``limits`` are those
    that the server told in its hello.
    """

    def __init__(self, talk: JsonLink, hello: Message) -> None:
        self.limits = Limits.of(hello)
        self.held = deque[Message]()
        self._talk = talk

    def fence(self, room: str) -> None:
        """Wait until the server has sent all that it had to send before."""
        self._talk.ask("room", room=room, otherwise=self.held.append)

    def account_of(self, name: str, time: int | None = None) -> str:
        """Return the account of a name at a time, or now; "" for a guest."""
        try:
            answer = self._talk.ask("account", otherwise=self.held.append, name=name, time=time)
        except Refused as refused:
            if refused.kind in TEMPORARY:
                raise
            return ""
        return text_of(answer, "account")

    def say(self, room: str, part: Part, key: str) -> None:
        """Say a message, once with its key: in a room, or to a person alone.

        A message that is refused for good is not said.
        """
        text = message_of(part, self.limits)
        if not text:
            return
        if not part.to:
            self._say_once("line", room=room, text=text, key=key, kind="notice")
            return
        for number, line in enumerate(filter(None, text.split("\n"))):  # each is said by itself
            if not self._say_once("whisper", to=part.to, text=line, key=f"{key}-{number}"):
                return

    def _say_once(self, type: str, **members: object) -> bool:
        """Have something said, unless it was; return False if it is refused for good."""
        try:
            self._talk.ask(type, otherwise=self.held.append, **members)
        except Refused as refused:
            if refused.kind in TEMPORARY:
                raise
            # With the same key and another text: the program ran twice, and was answered once.
            if refused.key != "other_lines_with_key":
                note(f"an answer was not said: {refused}")
                return False
        return True
