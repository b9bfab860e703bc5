"""What cannot be done, told to the person who asked for it."""

from __future__ import annotations

from chatd.texts import ErrorKind
from chatd.validation import LineFault

LINE_FAULTS = {
    LineFault.TOO_LONG: "too_long",
    LineFault.NOT_UTF8: "not_utf8",
    LineFault.MARKS: "too_many_marks",
}
"""The sentence for each fault of a line that its author receives."""


class Refusal(Exception):
    """Something cannot be done. Says what is wrong, and what would be right, to a person.

    ``key`` and ``values`` name a sentence of `chatd.texts`.
    """

    def __init__(self, kind: ErrorKind, key: str, **values: object) -> None:
        super().__init__(kind, key, values)
        self.kind = kind
        self.key = key
        self.values = values


def short(text: str, most: int = 40) -> str:
    """What somebody sent, short enough to be quoted to them."""
    return text if len(text) <= most else text[: most - 1] + "…"
