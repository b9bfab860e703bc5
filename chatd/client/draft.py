"""The size of a text that is being typed, against the limits of the server.

Pure. This module must not know how a text is edited.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.client.chat import Limits

_NEAR = 0.8
"""The part of a limit from which on the size is told."""


class Measure(NamedTuple):
    """The size of a text, as it is told; "" while it does not matter."""

    told: str
    is_too_long: bool


def measure(text: str, limits: Limits) -> Measure:
    """Return the size of *text*. Of several lines the server takes one message."""
    text = text.strip("\n")
    lines = text.split("\n")
    longest = max(map(len, lines))
    size = len(text.encode(errors="surrogateescape"))
    is_message = len(lines) > 1
    for used, most, unit in (
        (len(lines), limits.lines, "line"),
        (longest, limits.characters, "character"),
        (size if is_message else 0, limits.bytes, "byte"),
    ):
        if used > most:
            over = used - most
            where = " in one line" if is_message and unit == "character" else ""
            return Measure(f"{over} {unit}{'s' if over > 1 else ''} too many{where}", True)
    told = []
    if is_message:
        told.append(f"{len(lines)} lines, one message")
    if size > _NEAR * limits.bytes and is_message:
        told.append(f"{size} of {limits.bytes} bytes")
    elif longest > _NEAR * limits.characters:
        told.append(f"{longest} of {limits.characters} characters")
    return Measure(", ".join(told), False)
