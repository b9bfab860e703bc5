"""The size of a text that is being typed, against the limits of the server.

Pure. This module must not know how a text is edited.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.client.chat import Limits
from chatd.client.sentences import ENGLISH, Sentence

_NEAR = 0.8
"""The part of a limit from which on the size is told."""


class Measure(NamedTuple):
    """The size of a text, as it is told; "" while it does not matter."""

    told: str
    is_too_long: bool


def measure(text: str, limits: Limits, language: str = ENGLISH) -> Measure:
    """Return the size of *text*. Of several lines the server takes one message."""
    text = text.strip("\n")
    lines = text.split("\n")
    longest = max(map(len, lines))
    size = len(text.encode(errors="surrogateescape"))
    is_message = len(lines) > 1
    for used, most, key in (
        (len(lines), limits.lines, "lines_over"),
        (longest, limits.characters, "line_over" if is_message else "characters_over"),
        (size if is_message else 0, limits.bytes, "bytes_over"),
    ):
        if used > most:
            return Measure(Sentence(key, count=used - most).in_language(language), True)
    told = []
    if is_message:
        told.append(Sentence("one_message", lines=len(lines)))
    if size > _NEAR * limits.bytes and is_message:
        told.append(Sentence("bytes_used", used=size, most=limits.bytes))
    elif longest > _NEAR * limits.characters:
        told.append(Sentence("characters_used", used=longest, most=limits.characters))
    return Measure(", ".join(each.in_language(language) for each in told), False)
