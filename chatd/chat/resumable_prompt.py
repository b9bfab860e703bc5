"""A prompt that goes on in another process: `chatd.chat.handing_over`.

This module must not know accounts or connections.
"""

from __future__ import annotations

from collections.abc import Callable

from chatd.chat.paste import Paste
from chatd.chat.prompt import Prompt
from chatd.errors import ErrorKind
from chatd.rooms.room import Room
from chatd.util.state import State


class ResumablePrompt(Prompt):
    """The pending question of a session, which may have been asked in another process."""

    __slots__ = ()

    def state(self) -> State:
        """Return what another process needs to go on.

        What receives an answer cannot be handed over, only that one is awaited.
        """
        return {
            "paste": None if self.paste is None else self.paste.state(),
            "asks": self.pending is not None and self.pending != self._answer_unasked,
            "soon_until": self._soon_until,
            "expects": self.pending == self._answer_unasked,
            "to_confirm": list(self._to_confirm),
        }

    def resume(self, state: State, room_of: Callable[[str], Room | None]) -> None:
        """Go on from a state. ``room_of`` finds the room of a name.

        The answer to a question that was open is taken, so that a password is not said, and the
        client is told to begin again.
        """
        command, when = state["to_confirm"]
        self._to_confirm = (command, when)
        self._soon_until = state["soon_until"]
        if state["paste"] is not None:
            name = state["paste"]["room"]
            paste = Paste(None if name is None else room_of(name))
            paste.resume(state["paste"])
            self.collect(paste)
        elif state["asks"]:
            self.pending, self._question, self._soon_until = self._answer_too_late, None, 0.0
        elif state["expects"]:
            self._expect_nothing()

    def _answer_too_late(self, answer: str) -> None:
        """Take no answer: the process that asked the question was replaced."""
        self._replies.error(ErrorKind.NOT_SAID, "asked_before_upgrade")
