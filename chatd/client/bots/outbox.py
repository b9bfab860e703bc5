"""The messages that a bot has to say, in their order, and the calls that they answer.

This module must not know the connection.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatd.client.bots.answers import Part
from chatd.client.bots.calls import Call
from chatd.client.bots.state import State

Say = Callable[[Part, str], None]
"""A function that says a message with a key, or raises."""


@dataclass
class _Answer:
    """The messages that are left of an answer, each with its key."""

    call: Call | None
    left: deque[tuple[Part, str]]


class BotOutbox:
    """The answers that are not said yet."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers = deque[_Answer]()

    def clear(self) -> None:
        """Leave out all of them."""
        self._answers.clear()

    def put(self, call: Call | None, parts: Sequence[Part]) -> None:
        """Add the answer to a call, or what a program said by itself, with a key for each part."""
        keyed = deque[tuple[Part, str]]()
        for number, part in enumerate(parts):
            if part.key:
                what = f"own:{part.key}"
            elif call is not None:
                what = f"{call.seq}:{number}"
            else:
                what = secrets.token_hex()
            keyed.append((part, self._state.key_of(what)))
        self._answers.append(_Answer(call, keyed))

    def say_all(self, say: Say) -> None:
        """Say the answers, and note their calls as settled. What was not said is said next time."""
        while self._answers:
            answer = self._answers[0]
            while answer.left:
                say(*answer.left[0])
                answer.left.popleft()
            self._answers.popleft()
            if answer.call is not None:
                self._state.settle(answer.call.seq)
