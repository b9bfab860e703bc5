"""Wrong calls of a command, each as one line: what is wrong, what would be right, and its help.

This module must not know any command.
"""

from __future__ import annotations

from collections.abc import Collection

WRONG_USAGE = 2
"""The exit status of every command that was called wrongly: then it has done nothing."""

_NEAR = 0.6
"""The least similarity, of 1, of a word that may have been meant. `difflib` has this default."""


def wrong_usage(command: str, why: str) -> str:
    """Return the line for a wrong call of *command*, such as ``chatd say``."""
    end = "" if why.endswith("?") else "."
    return f"{command}: {why.rstrip('.')}{end} See {command} --help."


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the word that is spelled most like *word*, which is not known; None without one."""
    from difflib import get_close_matches  # not when the call is right

    found = get_close_matches(word.lower(), known, 1, _NEAR)
    return found[0] if found else None


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
