"""Wrong calls of a command, each as one line: what is wrong, what would be right, and its help.

The word that was meant by a mistyped one is found here, for slash commands, too.

This module must not know any command.
"""

from __future__ import annotations

from collections.abc import Collection

WRONG_USAGE = 2
"""The exit status of every command that was called wrongly: then it has done nothing."""

LONGEST_COMPARED = 32
"""Most letters of a word of which the nearest name is looked for, which takes 0.5 ms."""

_NEAR = 0.65
"""The least likeness, from 0 to 1 as `difflib` counts it, of a name to a word that means it."""


def wrong_usage(command: str, why: str) -> str:
    """Return the line for a wrong call of *command*, such as ``chatd say``."""
    end = "" if why.endswith("?") else "."
    return f"{command}: {why.rstrip('.')}{end} See {command} --help."


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is spelled most like *word*, or None if none is near.

    One with the same letters in another order is nearest. Of equally near ones it is the first.
    """
    from difflib import SequenceMatcher, get_close_matches  # not when the call is right

    if len(word) > LONGEST_COMPARED:
        return None
    word = word.lower()
    letters = sorted(word)
    close = get_close_matches(word, known, max(len(known), 1), _NEAR)

    def likeness(other: str) -> float:
        return 1.0 if sorted(other) == letters else SequenceMatcher(None, other, word).ratio()

    near = (other for other in known if other in close or sorted(other) == letters)
    return max(near, key=likeness, default=None)


def unknown(kind: str, word: str, known: Collection[str], otherwise: str = "") -> str:
    """Return that there is no *word* of a *kind*, and the nearest one.

    If none is near, *otherwise* is the advice.
    """
    near = nearest(word, known)
    advice = f"Did you mean {near}?" if near is not None else otherwise
    shown = word if word.isprintable() and " " not in word else repr(word)
    return f"there is no {kind} {shown}. {advice}".rstrip()


def listed(words: Collection[str]) -> str:
    """Return words as a choice of one: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
