"""Messages of several lines that a client sends in a batch: their parts, and their limits.

Parts that are to be joined are one line of the message; where they are cut is remembered for a
while, so that clients are sent the parts as their author cut them. This module must not know
connections, nor how a message is said.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from chatd.errors import message_refusal
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_text import typed
from chatd.text.messages import (
    MOST_MESSAGE_BYTES,
    MOST_MESSAGE_LINES,
    InvalidMessage,
    size_of,
    validate_message,
)
from chatd.util.state import State

CUTS_KEPT = 32
"""Most texts of which it is remembered where their authors cut them."""


class Cuts:
    """The parts of texts that were sent in parts, of the last few, by the whole text."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, Sequence[str]] = OrderedDict()

    def add(self, text: str, parts: Sequence[str]) -> None:
        """Remember the parts of a text."""
        self._parts[text] = parts
        self._parts.move_to_end(text)
        if len(self._parts) > CUTS_KEPT:
            self._parts.popitem(last=False)

    def of(self, text: str) -> Sequence[str] | None:
        """Return the parts of a text; None if it was sent whole."""
        return self._parts.get(text)

    def state(self) -> list[Sequence[str]]:
        """Return the parts of all texts, for another process."""
        return list(self._parts.values())

    def resume(self, state: Iterable[Sequence[str]]) -> None:
        """Go on from a state."""
        for parts in state:
            self.add("".join(parts), parts)


CUTS = Cuts()
"""The cuts of all servers of this process: what they are follows from the text alone."""


class Wrong(Exception):
    """A fault of a batch: the code of the FAIL, its parameters, and the key of a sentence."""

    def __init__(self, code: str, key: str, *parameters: str) -> None:
        super().__init__(code)
        self.code = code
        self.key = key
        self.parameters = parameters


class Batch:
    """A batch that is open. Once it is ``spoiled``, the rest of it is passed over."""

    def __init__(self, reference: str, target: str, label: str) -> None:
        self.reference = reference
        self.target = target
        self.label = label
        self.spoiled = False
        self.command = ""
        self._lines: list[list[str]] = []
        self._size = 0

    def state(self) -> State:
        """Return what another process needs to go on."""
        return {
            "reference": self.reference,
            "target": self.target,
            "label": self.label,
            "spoiled": self.spoiled,
            "command": self.command,
            "lines": self._lines,
        }

    @classmethod
    def resume(cls, state: State) -> Batch:
        """Return the batch of a state."""
        batch = cls(state["reference"], state["target"], state["label"])
        batch.spoiled, batch.command = state["spoiled"], state["command"]
        batch._lines = state["lines"]
        batch._size = sum(size_of(part) + 1 for parts in batch._lines for part in parts)
        return batch

    def add(self, command: str, target: str, text: str, joined: bool) -> None:
        """Take a line, which may be joined to the one before it. Raises `Wrong`."""
        if target != self.target:
            parameters = echoed(self.target), echoed(target)
            raise Wrong("MULTILINE_INVALID_TARGET", "irc_multiline_target", *parameters)
        ctcp, text = typed(text)
        if ctcp is not None or self.command not in ("", command) or (joined and not text):
            raise Wrong("MULTILINE_INVALID", "irc_multiline_invalid")
        self.command = command
        self._size += size_of(text) + 1
        if self._size > MOST_MESSAGE_BYTES + 1:
            limit = str(MOST_MESSAGE_BYTES)
            raise Wrong("MULTILINE_MAX_BYTES", "irc_multiline_bytes", limit)
        if joined and self._lines:
            self._lines[-1].append(text)
        else:
            self._lines.append([text])
        if len(self._lines) > MOST_MESSAGE_LINES:
            limit = str(MOST_MESSAGE_LINES)
            raise Wrong("MULTILINE_MAX_LINES", "irc_multiline_lines", limit)

    def text(self, max_length: int) -> str:
        """Return the valid text of the message. Raises `Refusal` and `Wrong`."""
        whole = "\n".join("".join(parts) for parts in self._lines)
        try:
            message = validate_message(whole, max_length)
        except InvalidMessage as invalid:
            raise message_refusal(invalid, max_length) from None
        if not message:
            raise Wrong("MULTILINE_INVALID", "irc_no_text")
        for parts in self._lines:
            if len(parts) > 1:
                CUTS.add("".join(parts), parts)
        before = len(whole) - len(whole.lstrip("\n"))
        after = len(whole) - len(whole.rstrip("\n"))
        return "\n" * before + message + "\n" * after
