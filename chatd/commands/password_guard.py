"""Recognition of lines that are nearly a command with a password, so that none is said by mistake.

Such a line is not said, unless it begins with ``//``. Pure. This module must not know sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

from chatd.commands.accounts import TABLE
from chatd.text.blanks import UNSEEN
from chatd.text.folding import normalize
from chatd.text.unicode_tables import INVISIBLE

_WORDS = {name: command.name for command in TABLE if command.secret for name in command.names}

# Typing errors before a word: invisible characters, keys that type nothing, slashes.
_SLASHES = "/\\\uff0f\u2044\u2215\u29f8\uff3c"
_BEGINNING = re.compile(
    rf"(?:\x1b[\[O][0-9;]*[A-Za-z~]|[\s\x00-\x1f\x7f{INVISIBLE}{re.escape(_SLASHES)}])*"
)
_SLASH = re.compile(f"[{re.escape(_SLASHES)}]")
_SPACE = re.compile(rf"[\s{INVISIBLE}]+")

LETTERS = 5
STARTS = frozenset(
    "".join(letters)
    for word in _WORDS
    for letters in product(*((each, each.upper()) for each in word[:LETTERS]))
)
ODD = UNSEEN.union(map(chr, range(0x20)), f"\x7f{_SLASHES}")
"""`holds_a_password` can be True for a line only if its first `LETTERS` letters are in `STARTS`, or
its first character is in `ODD`. Callers check that first: most lines begin otherwise."""


def holds_a_password(text: str, registered: Callable[[str], bool]) -> bool:
    """Return True if a line that is no command is nearly one with a password.

    Such a line begins with one of the commands' words, in any case or normalisation form, and then
    white space or nothing. Either there are misplaced slashes before the word; or there is no
    slash, and a password follows: ``login`` and two words, or a ``registered`` name and any text;
    ``register`` or ``password`` and one word.
    """
    if text[:1] == "/" and text[1:2] not in ODD and text[1 : 1 + LETTERS] not in STARTS:
        return False  # a path, as in a program's output
    if text.startswith("//"):
        return False
    beginning = _BEGINNING.match(text)
    assert beginning is not None
    rest = normalize("NFC", text[beginning.end() :])
    first, *words = _SPACE.split(rest.rstrip(), 3)
    command = _WORDS.get(first.lower())
    if command is None:
        return False
    if _SLASH.search(beginning[0]):
        return True
    if command == "login":
        return len(words) == 2 or (len(words) > 2 and registered(words[0]))
    return command in ("register", "password") and len(words) == 1
