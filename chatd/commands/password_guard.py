"""Lines that are only nearly a command with a password, so that nobody says a password by mistake.

Pure. A line that looks so is not said; whoever means it puts ``//`` before it.
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

# What may stand wrongly before a word: what is not seen, keys that do not type, slashes.
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
"""`holds_a_password` may be true of a line only if its first letters, so many, are one of
``STARTS``, or its first character is ``ODD``. To be looked at first: most lines begin otherwise."""


def holds_a_password(text: str, registered: Callable[[str], bool]) -> bool:
    """Whether a line that is no command is nearly one with a password.

    That is one of the words, however written, with white space behind it or nothing, and wrongly
    placed slashes before it; or with a password behind it, and no slash: ``login`` and two words,
    or a ``registered`` name and anything; ``register`` or ``password`` and one word.
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
