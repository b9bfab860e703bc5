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
        """Say a message, once with its key; one to a person alone has none.

        A message that is refused for good is not said.
        """
        text = message_of(part, self.limits)
        if not text:
            return
        try:
            if part.to:
                for line in filter(None, text.split("\n")):
                    self._line(text=f"/msg {part.to} {line}")
            else:
                self._line(room=room, text=text, key=key, kind="notice")
        except Refused as refused:
            if refused.kind in TEMPORARY:
                raise
            # With the same key and another text: the program ran twice, and was answered once.
            if refused.key != "other_lines_with_key":
                note(f"an answer was not said: {refused}")

    def _line(self, **members: object) -> None:
        self._talk.ask("line", otherwise=self.held.append, **members)
