"""Texts as PostgreSQL can store them: a character is written as two, because U+0000 is refused.

A line may have any character (`chatd.text.validation`). U+001A, "substitute", begins the two
characters; the other one is that of caret notation. This module must not know a table.
"""

from __future__ import annotations

_SUBSTITUTE = "\x1a"


def to_stored(text: str) -> str:
    """Return a text as it is stored."""
    if "\0" not in text and _SUBSTITUTE not in text:
        return text
    return text.replace(_SUBSTITUTE, _SUBSTITUTE + "Z").replace("\0", _SUBSTITUTE + "@")


def from_stored(text: str) -> str:
    """Return the text that a stored one stands for."""
    if _SUBSTITUTE not in text:
        return text
    return text.replace(_SUBSTITUTE + "@", "\0").replace(_SUBSTITUTE + "Z", _SUBSTITUTE)
